/** The inverses of sin, cos and tan, and the angle of a point. Each is within 1 ulp; see exact.ts. */
import { exponentOf, productError, quotientError, scale, sumError } from './exact.js';
import { polynomial } from './series.js';

/** π/4 as the sum of two numbers. */
const QUARTER_PI = 0.7853981633974483;
const QUARTER_PI_LOW = 3.061616997868383e-17;

/** arctan x */
export function atan(x: number): number {
  // From 2⁶⁰ on the angle is π/2 to the last bit.
  return Math.abs(x) < 2 ** -27 ? x : Math.sign(x) * angle(Math.min(Math.abs(x), 2 ** 60), 0, 1, 0);
}

/** arcsin x, whose tangent is x / √(1 − x²); NaN outside [−1, 1]. */
export function asin(x: number): number {
  const side = Math.sqrt(1 - x * x);
  return Math.abs(x) < 2 ** -27 ? x : Math.sign(x) * angle(Math.abs(x), 0, side, sideLow(x, side));
}

/** arccos x, whose tangent is √(1 − x²) / x; NaN outside [−1, 1]. */
export function acos(x: number): number {
  const side = Math.sqrt(1 - x * x);
  return angle(side, sideLow(x, side), x, 0);
}

/**
 * The angle from −π to π of the point (x, y). The signs of zeros count, and infinite numbers lie on the axes or the diagonals,
 * as IEEE 754 lays down.
 */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const below = y < 0 || Object.is(y, -0);
  const size = angleAbove(Math.abs(y), x);
  return below ? -size : size;
}

/** The angle from 0 to π of the point (x, y), y ≥ 0, both numbers of any size. */
function angleAbove(y: number, x: number): number {
  const width = Math.abs(x);
  const left = x < 0 || Object.is(x, -0);
  if (width === Infinity || y === Infinity)
    return angle(Number(y === Infinity), 0, width === Infinity ? Math.sign(x) : 0, 0);
  if (y <= width * 2 ** -60) return left ? Math.PI : y === 0 ? 0 : y / x;
  if (width <= y * 2 ** -60) return 0.5 * Math.PI;
  const k = -exponentOf(Math.max(y, width));
  return angle(scale(y, k), 0, scale(x, k), 0);
}

/** What √(1 − x²) has lost by rounding. */
function sideLow(x: number, side: number): number {
  const square = x * x;
  const rest = 1 - square;
  const product = side * side;
  const low = sumError(1, -square, rest) - productError(x, x, square);
  return side > 0 ? (rest - product - productError(side, side, product) + low) / (2 * side) : 0;
}

/**
 * The angle from 0 to π of the point (x, y), y ≥ 0, both numbers with what their rounding has lost. The line to the point is
 * turned back by a multiple of π/4, until t, the tangent of what is left, is at most tan(π/8) in size.
 */
function angle(y: number, yLow: number, x: number, xLow: number): number {
  if (y <= 0.4142 * x) return turned(0, y, yLow, x, xLow);
  if (y <= 2.4142 * x) return turned(1, y - x, yLow - xLow, x + y, sumError(x, y, x + y) + xLow + yLow);
  if (y > -2.4142 * x) return turned(2, -x, -xLow, y, yLow);
  if (y > -0.4142 * x)
    return turned(
      3,
      -x - y,
      -xLow - yLow - sumError(x, y, x + y),
      y - x,
      yLow - xLow + sumError(y, -x, y - x),
    );
  return turned(4, -y, -yLow, -x, -xLow);
}

/** quarters · π/4 + arctan(y / x) */
function turned(quarters: number, y: number, yLow: number, x: number, xLow: number): number {
  const t = y / x;
  const z = t * t;
  const low = quotientError(y, x, t, yLow - t * xLow) / (1 + z) + t * z * polynomial(z, COEFFICIENTS);
  const whole = quarters * QUARTER_PI;
  const sum = whole + t;
  return sum + (whole - sum + t + (low + quarters * QUARTER_PI_LOW));
}

/** −1/3, 1/5, …: arctan t = t − t³/3 + t⁵/5 − … for t² ≤ 0.172, where the next term is below 2⁻⁵⁷. */
const COEFFICIENTS = /* @__PURE__ */ Array.from({ length: 22 }, (_, n) => (n % 2 ? 1 : -1) / (2 * n + 3));
