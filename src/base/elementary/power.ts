/** Powers and cube roots. Each is within 1 ulp, and exact where the result is a float64; see exact.ts. */
import { productError } from './exact.js';
import { exp } from './exponential.js';
import { log, logarithmTwice, lowPart } from './logarithm.js';

/**
 * a^(b + low) = e^((b + low) ln a), where `low` is what the rounding of b has lost. The logarithm and its product with b are
 * pairs of numbers, because the digits before the point of an exponent are lost behind the point of the power.
 */
export function pow(a: number, b: number, low = 0): number {
  if (!(Math.abs(a) > 0 && Math.abs(a) < Infinity && Math.abs(b) < Infinity && b !== 0))
    return powerAtTheEdge(a, b);
  if (a < 0) return Number.isInteger(b) ? (b % 2 === 0 ? 1 : -1) * pow(-a, b, low) : Number.NaN;
  if (b === 0.5 && low === 0) return Math.sqrt(a);
  const ln = logarithmTwice(a);
  const x = b * ln;
  if (Math.abs(x) > 800) return x > 0 ? Infinity : 0;
  return exp(x, productError(b, ln, x) + b * lowPart[0]! + low * ln);
}

/** What ECMAScript lays down to the last bit: powers of 0, ∞ and NaN, and those with the exponents 0, ±∞ and NaN. */
function powerAtTheEdge(a: number, b: number): number {
  return a ** b;
}

/** ∛x, negative where x is: from a first value by one step of Newton, with y³ to twice the digits. */
export function cbrt(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  if (Math.abs(x) < 2 ** -900) return cbrt(x * 2 ** 300) * 2 ** -100;
  const y = Math.sign(x) * exp(log(Math.abs(x)) / 3);
  const square = y * y;
  const cube = square * y;
  const low = productError(square, y, cube) + productError(y, y, square) * y;
  return y - (cube - x + low) / (3 * square);
}
