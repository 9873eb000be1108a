/**
 * Smooth activations and their slopes, of one number, within 2 ulp of float64 (a slope within 4). Rounded to float32 they
 * are within 1 ulp, which a composition of rounded steps is not. No exponential overflows, no small number is the difference
 * of two large ones, and at ±∞ each is its limit.
 */
import { exp, expm1, log1p, productError, quotientError, sumError } from '../base/elementary/index.js';
import { normalCdf, normalDensity } from './special.js';

/** σ(x) = 1 / (1 + e⁻ˣ), computed as eˣ / (1 + eˣ) where x < 0. `low` is what the rounding of x has lost. */
export function sigmoid(x: number, low = 0): number {
  const e = exp(-Math.abs(x), x < 0 ? low : -low);
  return (x < 0 ? e : 1) / (1 + e);
}

/** σ′(x) = σ(x)(1 − σ(x)) = e / (1 + e)² with e = e^−|x| */
export function sigmoidSlope(x: number, low = 0): number {
  const e = exp(-Math.abs(x), x < 0 ? low : -low);
  return e / ((1 + e) * (1 + e));
}

/** tanh′(x) = 1 − tanh²x = 4σ′(2x) */
export const tanhSlope = (x: number): number => 4 * sigmoidSlope(2 * x);

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|) */
export const softplus = (x: number): number => Math.max(x, 0) + log1p(exp(-Math.abs(x)));

/** ln(1 + e^βx) / β. What the rounding of βx has lost counts, since e^βx amplifies that by |βx|. */
export function softplusBy(x: number, beta: number): number {
  const v = beta * x;
  const low = Math.max(Math.abs(x), beta) < 1e300 ? productError(beta, x, v) : 0;
  return Math.max(x, 0) + log1p(exp(-Math.abs(v), v < 0 ? low : -low)) / beta;
}

/** λ·x where x > 0, λα(eˣ − 1) elsewhere */
export const elu = (x: number, alpha = 1, scale = 1): number => scale * (x <= 0 ? alpha * expm1(x) : x);

/** x, from −1000 up: times a share that is 0 from there on, also at −∞. */
const bounded = (x: number): number => Math.max(x, -1000);
/** x times a density that is 0 at ±∞, where the product is 0 too. */
const moment = (x: number, density: number): number => (density === 0 ? 0 : x * density);

/**
 * factor · e^(x + low), where an activation has come so close to it that the difference is below the last digit. The factor
 * comes before digits are lost in subnormal numbers. Slopes add 0, so that they end at 0 and not at −0.
 */
const deep = (factor: number, x: number, low = 0): number => factor * exp(x, low, 64) * 2 ** -64;
const DEEP = -40;

/** x · σ(x) */
export const silu = (x: number): number => (x < DEEP ? deep(bounded(x), x) : x * sigmoid(x));
/** σ(x) + x·σ′(x) */
export const siluSlope = (x: number): number =>
  x < DEEP ? 0 + deep(1 + bounded(x), x) : sigmoid(x) + moment(x, sigmoidSlope(x));

/** x · Φ(x) */
export const gelu = (x: number): number =>
  x < -30 ? bounded(x) * normalCdf(x, 64) * 2 ** -64 : x * normalCdf(x);
/** Φ(x) + x·φ(x) */
export const geluSlope = (x: number): number =>
  x < -30
    ? 0 + (normalCdf(x, 64) + bounded(x) * normalDensity(x, 64)) * 2 ** -64
    : normalCdf(x) + moment(x, normalDensity(x));

/** √(8/π) and 0.044715·√(8/π), each as the sum of two numbers. */
const LINEAR = [1.5957691216057308, -9.96930880911092e-17] as const;
const CUBIC = [0.07135481627260025, -6.175149918155315e-19] as const;

/** v = √(8/π)(x + 0.044715x³), and what its rounding has lost: from −34 down e^v amplifies that by hundreds. */
function cubic(x: number): [v: number, low: number] {
  const square = x * x;
  const third = CUBIC[0] * square;
  const factor = LINEAR[0] + third;
  const v = factor * x;
  const low =
    sumError(LINEAR[0], third, factor) +
    productError(CUBIC[0], square, third) +
    CUBIC[0] * productError(x, x, square) +
    (LINEAR[1] + CUBIC[1] * square);
  return [v, productError(factor, x, v) + low * x];
}

/** Beyond ±40, σ(v) is 0 or 1 to the last bit, and x³ would overflow. */
const near = (x: number): number => Math.min(Math.max(x, -40), 40);

/** x · σ(v), v = √(8/π)(x + 0.044715x³), the approximation of gelu by tanh: ½(1 + tanh(v/2)) = σ(v) */
export function geluByTanh(x: number): number {
  const z = near(x);
  const [v, low] = cubic(z);
  return v < DEEP ? deep(z, v, low) : x * sigmoid(v, low);
}

/** σ(v) + x·σ′(v)·v′ */
export function geluByTanhSlope(x: number): number {
  const z = near(x);
  const [v, low] = cubic(z);
  const slope = LINEAR[0] + 3 * CUBIC[0] * z * z;
  return v < DEEP ? 0 + deep(1 + z * slope, v, low) : sigmoid(v, low) + z * sigmoidSlope(v, low) * slope;
}

/**
 * With w = eˣ, tanh(ln(1 + w)) is n / (n + 2), n = 2w + w², and its slope 4w(1 + w) / (n + 2)². For x > 0 both are divided
 * through by w², so that e = e^−|x| is all that is needed.
 */
function gate(x: number): number {
  const e = exp(-Math.abs(x));
  const square = e * e;
  const first = x < 0 ? square : 1;
  const n = 2 * e + first;
  const rest = x < 0 ? 2 : 2 * square;
  const d = n + rest;
  const y = n / d;
  return (
    y + ((1 - y) * sumError(2 * e, first, n) - y * sumError(n, rest, d) + quotientError(n, d, y) * d) / d
  );
}

function gateSlope(x: number): number {
  const e = exp(-Math.abs(x));
  const d = x < 0 ? e * (e + 2) + 2 : 1 + 2 * e * (1 + e);
  return (4 * (x < 0 ? e : e * e) * (1 + e)) / (d * d);
}

/** x · tanh(softplus(x)) */
export const mish = (x: number): number => (x < DEEP ? deep(bounded(x), x) : x * gate(x));
/** tanh(softplus(x)) + x · its slope */
export const mishSlope = (x: number): number =>
  x < DEEP ? 0 + deep(1 + bounded(x), x) : gate(x) + moment(x, gateSlope(x));

/** x / (1 + |x|), which is ±1 at ±∞ */
export const softsign = (x: number): number =>
  Math.abs(x) === Infinity ? Math.sign(x) : x / (1 + Math.abs(x));

/** Three straight pieces: 0, (x + 3)/6 and 1 */
export const hardSigmoid = (x: number): number => Math.min(Math.max(x + 3, 0), 6) / 6;
/** x · hardSigmoid(x) */
export const hardSwish = (x: number): number => bounded(x) * hardSigmoid(x);
