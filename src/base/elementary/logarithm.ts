/** Logarithms. Each is within 1 ulp, and exact where the result is a whole number; see exact.ts. */
import { exponentOf, productError, quotientError, scale, sumError } from './exact.js';
import { LN2_HIGH, LN2_LOW } from './exponential.js';
import { polynomial } from './series.js';

/** ln x. −∞ at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x > 0 ? x : Number.NaN;
  const k = exponentOf(x);
  return assemble(k, scale(x, -k) - 1, 0);
}

/** ln(1 + x), with all digits near 0. */
export function log1p(x: number): number {
  if (x > -0.29 && x < 0.41) return Math.abs(x) < 2 ** -54 ? x : assemble(0, x, 0);
  const y = 1 + x;
  if (!(y > 0 && y < Infinity)) return log(y);
  const k = exponentOf(y);
  return assemble(k, scale(y, -k) - 1, sumError(1, x, y) / y);
}

/**
 * k·ln 2 + ln(1 + f) + low, √½ ≤ 1 + f ≤ √2. With s = f / (2 + f) and z = s², ln(1 + f) = 2 artanh s = 2s + s·R, where
 * R = 2z/3 + 2z²/5 + …; and since 2s = f − f²/2 + s·f²/2, it is f − (f²/2 − s(f²/2 + R)), of which f is exact and the rest
 * small. The first term left out changes ln(1 + f) by 2⁻⁶⁰.
 */
function assemble(k: number, f: number, low: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  // Terms of odd and of even number apart: the processor computes both at once.
  const odd = z * (2 / 3 + w * (2 / 7 + w * (2 / 11 + w * (2 / 15 + w * (2 / 19)))));
  const even = w * (2 / 5 + w * (2 / 9 + w * (2 / 13 + w * (2 / 17 + w * (2 / 21)))));
  const half = 0.5 * f * f;
  const tail = half - (s * (half + odd + even) + (k * LN2_LOW + low));
  const whole = k * LN2_HIGH;
  const y = whole + f;
  return y + (whole - y + f - tail);
}

/** 1/5, 1/7, …, 1/25 */
const BEYOND_THIRD = /* @__PURE__ */ Array.from({ length: 11 }, (_, n) => 1 / (2 * n + 5));

/** What {@link logarithmTwice} adds to its result. */
export const lowPart: Float64Array = /* @__PURE__ */ new Float64Array(1);

/**
 * ln x of a finite x > 0 as the sum of two numbers, together good to 2⁻⁶³; the second one is left in {@link lowPart}. ln x =
 * k·ln 2 + 2(s + s·T), T = z/3 + z²/5 + …, with both parts of every number that is not small.
 */
export function logarithmTwice(x: number): number {
  const k = exponentOf(x);
  const m = scale(x, -k);
  const s = (m - 1) / (m + 1);
  const sLow = quotientError(m - 1, m + 1, s, -s * sumError(m, 1, m + 1));
  const z = s * s;
  const third = z / 3;
  const rest = z * z * polynomial(z, BEYOND_THIRD);
  const t = third + rest;
  const tLow = third - t + rest + quotientError(z, 3, third, productError(s, s, z) + 2 * s * sLow);
  const p = s * t;
  const half = s + p;
  const halfLow = s - half + p + (sLow + productError(s, t, p) + s * tLow + sLow * t);
  const whole = k * LN2_HIGH;
  const sum = whole + 2 * half;
  const low = sumError(whole, 2 * half, sum) + 2 * halfLow + k * LN2_LOW;
  const high = sum + low;
  lowPart[0] = sum - high + low;
  return high;
}

/** log₂ x. −∞ at 0, NaN below. */
export const log2 = (x: number): number => logarithmTimes(x, Math.LOG2E, 2.0355273740931033e-17);

/** log₁₀ x. −∞ at 0, NaN below. */
export const log10 = (x: number): number => logarithmTimes(x, Math.LOG10E, 1.098319650216765e-17);

/** ln x times a factor that is the sum of two numbers. */
function logarithmTimes(x: number, factor: number, factorLow: number): number {
  if (!(x > 0 && x < Infinity)) return log(x);
  const ln = logarithmTwice(x);
  const y = ln * factor;
  return y + (productError(ln, factor, y) + (lowPart[0]! * factor + ln * factorLow));
}
