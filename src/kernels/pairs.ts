/** The rarer functions of two numbers, within 2 ulp of float64, and at infinite numbers their limits. */
import { exponentOf, scale } from '../base/elementary/exact.js';
import { exp, log1p, sumError } from '../base/elementary/index.js';
import { sigmoid } from './curves.js';

/** ln(eᵃ + eᵇ) = m + ln(1 + e^−|a − b|), m the larger of the two */
export function logAddExp(a: number, b: number): number {
  if (a === b) return a + Math.LN2;
  const [high, low] = a > b ? [a, b] : [b, a];
  const d = low - high;
  return high + log1p(exp(d, sumError(low, -high, d)));
}

/** eᵃ / (eᵃ + eᵇ) = σ(a − b), and ½ for equal numbers */
export function share(a: number, b: number): number {
  const d = a - b;
  return a === b ? 0.5 : sigmoid(d, sumError(a, -b, d));
}

/** a / (a² + b²), also where the squares overflow or vanish; NaN at the origin. */
export function inverted(a: number, b: number): number {
  const top = Math.max(Math.abs(a), Math.abs(b));
  if (top === Infinity) return 0;
  const k = top > 0 ? -exponentOf(top) : 0;
  const [p, q] = [scale(a, k), scale(b, k)];
  return scale(p / (p * p + q * q), k);
}
