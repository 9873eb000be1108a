/** Special functions of one number that JavaScript's Math lacks, and constants that more than one room needs. */

/**
 * The constants of selu, λ·x for x > 0 and λα(eˣ − 1) below: chosen so that outputs keep mean 0 and variance 1.
 * @source Klambauer, Unterthiner, Mayr and Hochreiter 2017
 */
export const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 } as const;

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/**
 * erf(x) = 2/√π ∫₀ˣ e^(−t²) dt to about 1e-15: the Maclaurin series of erf(x)·e^(x²) near 0, which has no
 * cancellation, and the continued fraction of erfc beyond.
 * @source M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 7.1.6 and 7.1.14
 */
export function erf(x: number): number {
  return Math.abs(x) < NEAR ? series(x) : Math.sign(x) * (1 - tail(Math.abs(x)));
}

/** Φ(x) = ½ erfc(−x/√2), the share of the standard normal distribution below x, to about 1e-13 in its left tail too. */
export function normalCdf(x: number): number {
  const z = -x * Math.SQRT1_2;
  if (Math.abs(z) < NEAR) return (1 - series(z)) / 2;
  return z > 0 ? tail(z) / 2 : 1 - tail(-z) / 2;
}

/** Below this |x| the series takes over: up to it 1 − erf x loses less than one digit. */
const NEAR = 1;

function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
}

/** erfc(x) = 1 − erf(x) for x ≥ 1; NaN stays NaN. The smaller x, the more terms the fraction takes to settle. */
function tail(x: number): number {
  let fraction = 0;
  for (let n = Math.ceil(170 / (x * x)) + 5; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}
