/**
 * The error function, the normal distribution and the density of both, of one number, within 2 ulp of float64 over their
 * whole range; and constants that more than one room needs.
 */
import { exp, productError, sumError } from '../base/elementary/index.js';
import { polynomial } from '../base/elementary/series.js';

/**
 * The constants of selu, λ·x for x > 0 and λα(eˣ − 1) below: chosen so that outputs keep mean 0 and variance 1.
 * @source Klambauer, Unterthiner, Mayr and Hochreiter 2017
 */
export const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 } as const;

/** 2/√π and 1/√(2π), √π and √(2π), each as the sum of two numbers. */
const TWO_OVER_SQRT_PI = [1.1283791670955126, 1.533545961316588e-17] as const;
const ONE_OVER_SQRT_TWO_PI = [0.3989422804014327, -2.49232720227773e-17] as const;
const SQRT_PI = [1.772453850905516, -7.666586499825799e-17] as const;
const SQRT_TWO_PI = [2.5066282746310007, -1.8328579980459167e-16] as const;

/** erf(x) = 2/√π ∫₀ˣ e^(−t²) dt: by its series near 0, by the fraction of its complement beyond. */
export function erf(x: number): number {
  if (!(Math.abs(x) < 1)) return Math.sign(x) * (1 - tail(Math.abs(x), 1, SQRT_PI));
  if (x === 0) return x;
  const y = x * TWO_OVER_SQRT_PI[0];
  return y + seriesBeyond(x, y, 1, TWO_OVER_SQRT_PI);
}

/**
 * Φ(x) = ½ erfc(−x/√2), the share of the standard normal distribution below x, with all digits of its left tail. There,
 * 2ᵐ Φ(x), so that a factor of the caller's comes before digits are lost in subnormal numbers.
 */
export function normalCdf(x: number, m = 0): number {
  if (!(Math.abs(x) < 1)) {
    const beyond = tail(Math.abs(x), 0.5, SQRT_TWO_PI, m);
    return x < 0 ? beyond : 1 - beyond;
  }
  const y = x * ONE_OVER_SQRT_TWO_PI[0];
  const sum = 0.5 + y;
  return sum + (sumError(0.5, y, sum) + seriesBeyond(x, y, 0.5, ONE_OVER_SQRT_TWO_PI));
}

/** 2ᵐ · e^(a·x²) for a = −1 or −½, with all digits: the rounding of x² alone would cost up to 700 ulp. */
export function gaussian(x: number, a: number, m = 0): number {
  const size = Math.min(Math.abs(x), 40);
  const square = size * size;
  return exp(a * square, a * productError(size, size, square), m);
}

/** 2ᵐ · φ(x), φ(x) = e^(−x²/2) / √(2π) */
export function normalDensity(x: number, m = 0): number {
  return gaussian(x, -0.5, m) / SQRT_TWO_PI[0];
}

/** (−1)ⁿ / (n! (2n + 1)) for n = 1, 2, …, 19 */
const SERIES = /* @__PURE__ */ coefficients();

function coefficients(): number[] {
  let factorial = 1;
  return Array.from({ length: 19 }, (_, i) => {
    factorial *= -(i + 1);
    return 1 / (factorial * (2 * i + 3));
  });
}

/**
 * c·x·Σ (−a·x²)ⁿ / (n! (2n + 1)) less y, the rounded c·x.
 * @source M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 7.1.5
 */
function seriesBeyond(x: number, y: number, a: number, [c, cLow]: readonly [number, number]): number {
  const z = a * x * x;
  return productError(x, c, y) + x * cLow + y * z * polynomial(z, SERIES);
}

/** arctan′(x) = 1 / (1 + x²), also where x² overflows. */
export const atanSlope = (x: number): number => (Math.abs(x) > 1e150 ? 1 / x / x : 1 / (1 + x * x));

/**
 * 2ᵐ · e^(−a·x²) / (c(x + f)) for x ≥ 1, f = s/(x + 2s/(x + 3s/(x + …))), s = 1/(2a). The fraction is begun where it has settled,
 * with the number that solves f = n·s/(x + f), corrected for the difference between n and n + 1.
 * @source M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 7.1.14
 */
function tail(x: number, a: number, [c, cLow]: readonly [number, number], m = 0): number {
  if (!(x < 40)) return x > 0 ? 0 : x;
  const step = 0.5 / a;
  const t = x / Math.sqrt(step);
  const terms = Math.ceil((100 / t + 65) / t) + 3;
  const root = Math.sqrt(x * x + 4 * step * (terms + 1));
  // f as p / q: without a division at each term.
  let p = ((root - x) / 2) * (1 - step / (root * root));
  let q = 1;
  for (let n = terms; n >= 1; n--) {
    const next = x * q + p;
    p = n * step * q;
    q = next;
  }
  const fraction = p / q;
  const sum = x + fraction;
  const divisor = c * sum;
  const low = productError(c, sum, divisor) + cLow * sum + c * (x - sum + fraction);
  const y = gaussian(x, -a, m) / divisor;
  return y - (y * low) / divisor;
}
