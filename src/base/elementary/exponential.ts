/** eˣ and the hyperbolic functions, within 1 ulp, but for sinh (1.5) and tanh (1.9); see exact.ts. */
import { productError, scale } from './exact.js';
import { sineTail } from './series.js';

const LOG2_E = Math.LOG2E;
/** ln 2 in two parts: n times the first is exact for the n that occur. */
export const LN2_HIGH = 0.6931471803691238;
export const LN2_LOW = 1.9082149292705877e-10;

/**
 * eʳ − 1 − r for |r| ≤ ln(2)/2. With C = r · coth(r/2) = 2 + c, eʳ − 1 is 2r / (C − r), and so the rest beyond r is
 * r(r − c) / (2 + c − r). C is an even function, whose coefficients are 2·B₂ₖ/(2k)! with the numbers of Bernoulli. The
 * first one left out changes eʳ by 2⁻⁵⁹.
 */
function beyondLinear(r: number): number {
  const z = r * r;
  const c =
    z *
    (1 / 6 +
      z * (-1 / 360 + z * (1 / 15120 + z * (-1 / 604800 + z * (1 / 23950080 + z * (-691 / 653837184000))))));
  return (r * (r - c)) / (2 + c - r);
}

/**
 * 2ᵐ · e^(x + low), where `low` is what the rounding of x has lost. x = n·ln 2 + r, e^x = 2ⁿ · eʳ. Error 0.6 ulp: that of
 * the last sum, and little else.
 */
export function exp(x: number, low = 0, m = 0): number {
  if (!(x < 800 && x > -800)) return x > 0 ? Infinity : x < 0 ? 0 : x;
  const n = Math.floor(x * LOG2_E + 0.5);
  const high = x - n * LN2_HIGH;
  const rest = n * LN2_LOW - low;
  const y = 1 + high;
  return scale(y + (1 - y + high + (beyondLinear(high - rest) - rest)), n + m);
}

/** What Math.LN2 lacks of ln 2. */
const LN2_REST = 2.3190468138462996e-17;

/** 2ˣ, exact where x is a whole number: 2ⁿ · e^(r ln 2) with x = n + r, |r| ≤ ½. */
export function exp2(x: number): number {
  if (!(x < 1100 && x > -1100)) return x > 0 ? Infinity : x < 0 ? 0 : x;
  const n = Math.floor(x + 0.5);
  const r = x - n;
  const y = r * Math.LN2;
  return exp(y, productError(r, Math.LN2, y) + r * LN2_REST, n);
}

/** eˣ − 1, with all digits near 0. */
export function expm1(x: number): number {
  if (!(Math.abs(x) < 40)) return exp(x) - 1;
  if (Math.abs(x) < 2 ** -54) return x;
  const n = Math.floor(x * LOG2_E + 0.5);
  const high = x - n * LN2_HIGH;
  const rest = n * LN2_LOW;
  // 2ⁿ(1 + high + …) − 1: the sums 2ⁿ − 1 and then + 2ⁿ·high, and what the second one has lost.
  const tail = scale(beyondLinear(high - rest) - rest, n);
  const whole = scale(1, n) - 1;
  const part = scale(high, n);
  const y = whole + part;
  const lost = Math.abs(whole) > Math.abs(part) ? whole - y + part : part - y + whole;
  return y + (lost + tail);
}

/** (eˣ − e⁻ˣ) / 2: by its series near 0, where that would cancel. */
export function sinh(x: number): number {
  const size = Math.abs(x);
  if (size < 1) return x + sineTail(x, x * x);
  const half = exp(size, 0, -1);
  const y = half - 0.25 / half;
  return x < 0 ? -y : y;
}

/** (eˣ + e⁻ˣ) / 2 */
export function cosh(x: number): number {
  const half = exp(Math.abs(x), 0, -1);
  return half + 0.25 / half;
}

/** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) = t / (t + 2) with t = e²ˣ − 1. */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size < 2 ** -28) return x;
  if (size > 22) return Math.sign(x);
  const t = expm1(2 * size);
  return Math.sign(x) * (size < 0.5 ? t / (t + 2) : 1 - 2 / (t + 2));
}
