/**
 * Elementwise kernels, one plain loop each: common functions of one array, rarer functions, then arithmetic and
 * comparisons of two arrays. Twins in WebAssembly: {@link simd/elementwise.ts}.
 *
 * The common functions have loops of their own, since a shared loop that calls a function for every element is several
 * times slower. The rarer functions share such a loop, {@link map}.
 */

import { allocateLike, type FloatArray, type NDArray } from '../../base/array.js';
import * as elementary from '../../base/elementary/index.js';
import { broadcastShapes, type Shape } from '../../base/shape.js';
import * as curves from '../curves.js';
import * as pairs from '../pairs.js';
import * as special from '../special.js';
import { repeated } from './shape.js';

/** y = −x */
export function neg({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = -data[i]!;
  return { data: y, shape };
}

/** y = x² */
export function square({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = data[i]! * data[i]!;
  return { data: y, shape };
}

/** y = √x; NaN below 0 */
export function sqrt({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(data[i]!);
  return { data: y, shape };
}

/** y = eˣ */
export function exp({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = elementary.exp(data[i]!);
  return { data: y, shape };
}

/** y = ln x; −∞ at 0, NaN below */
export function log({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = elementary.log(data[i]!);
  return { data: y, shape };
}

/** y = tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ) */
export function tanh({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = elementary.tanh(data[i]!);
  return { data: y, shape };
}

/** y = σ(x) = 1 / (1 + e⁻ˣ) */
export function sigmoid({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = curves.sigmoid(data[i]!);
  return { data: y, shape };
}

/** y = max(x, 0); NaN stays NaN. */
export function relu({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) {
    const x = data[i]!;
    y[i] = x <= 0 ? 0 : x;
  }
  return { data: y, shape };
}

/** g where y > 0 or NaN, 0 elsewhere: the derivative of relu, which is 0 at 0. */
export function reluGrad(g: NDArray, y: NDArray): NDArray {
  const x = allocateLike(g.data);
  for (let i = 0; i < x.length; i++) x[i] = y.data[i]! <= 0 ? 0 : g.data[i]!;
  return { data: x, shape: g.shape };
}

/** y = f(x), for the rarer functions. */
function map({ data, shape }: NDArray, f: (value: number) => number): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = f(data[i]!);
  return { data: y, shape };
}

/** y = ln(1 + eˣ) */
export const softplus = (x: NDArray): NDArray => map(x, curves.softplus);
/** y = ln(1 + e^βx) / β */
export const softplusBy = (x: NDArray, beta: number): NDArray => map(x, (v) => curves.softplusBy(v, beta));
/** y = σ′(x) = σ(x)(1 − σ(x)) */
export const sigmoidSlope = (x: NDArray): NDArray => map(x, (v) => curves.sigmoidSlope(v));
/** y = tanh′(x) = 1 − tanh²x */
export const tanhSlope = (x: NDArray): NDArray => map(x, curves.tanhSlope);
/** y = x · σ(x), and its slope */
export const silu = (x: NDArray): NDArray => map(x, curves.silu);
export const siluSlope = (x: NDArray): NDArray => map(x, curves.siluSlope);
/** y = x · Φ(x), and its slope */
export const gelu = (x: NDArray): NDArray => map(x, curves.gelu);
export const geluSlope = (x: NDArray): NDArray => map(x, curves.geluSlope);
/** y = x/2 · (1 + tanh(√(2/π)(x + 0.044715x³))), and its slope */
export const geluByTanh = (x: NDArray): NDArray => map(x, curves.geluByTanh);
export const geluByTanhSlope = (x: NDArray): NDArray => map(x, curves.geluByTanhSlope);
/** y = x · tanh(ln(1 + eˣ)), and its slope */
export const mish = (x: NDArray): NDArray => map(x, curves.mish);
export const mishSlope = (x: NDArray): NDArray => map(x, curves.mishSlope);
/** y = x / (1 + |x|) */
export const softsign = (x: NDArray): NDArray => map(x, curves.softsign);
/** y = (x + 3)/6 between −3 and 3, 0 below and 1 above */
export const hardSigmoid = (x: NDArray): NDArray => map(x, curves.hardSigmoid);
/** y = x · hardSigmoid(x) */
export const hardSwish = (x: NDArray): NDArray => map(x, curves.hardSwish);
/** y = |x| */
export const abs = (x: NDArray): NDArray => map(x, Math.abs);
/** y = −1, 0 or 1 */
export const sign = (x: NDArray): NDArray => map(x, Math.sign);
/** y = eˣ − 1, with all digits near 0 */
export const expm1 = (x: NDArray): NDArray => map(x, elementary.expm1);
/** y = ln(1 + x), with all digits near 0 */
export const log1p = (x: NDArray): NDArray => map(x, elementary.log1p);
export const log2 = (x: NDArray): NDArray => map(x, elementary.log2);
export const log10 = (x: NDArray): NDArray => map(x, elementary.log10);
export const exp2 = (x: NDArray): NDArray => map(x, elementary.exp2);
export const floor = (x: NDArray): NDArray => map(x, Math.floor);
export const ceil = (x: NDArray): NDArray => map(x, Math.ceil);
export const trunc = (x: NDArray): NDArray => map(x, Math.trunc);
/** y = the nearest whole number, of two the even one: a sum with 2⁵² has no digits behind the point, and rounds so. */
export const round = (x: NDArray): NDArray =>
  map(x, (v) => (Math.abs(v) < 2 ** 52 ? Math.sign(v) * (Math.abs(v) + 2 ** 52 - 2 ** 52) : v));
/** y = ∛x, negative where x is */
export const cbrt = (x: NDArray): NDArray => map(x, elementary.cbrt);
/** y = 1 / √x */
export const rsqrt = (x: NDArray): NDArray => map(x, (v) => 1 / Math.sqrt(v));
/** y = 1 / x */
export const reciprocal = (x: NDArray): NDArray => map(x, (v) => 1 / v);
export const sin = (x: NDArray): NDArray => map(x, elementary.sin);
export const cos = (x: NDArray): NDArray => map(x, elementary.cos);
export const tan = (x: NDArray): NDArray => map(x, elementary.tan);
export const asin = (x: NDArray): NDArray => map(x, elementary.asin);
export const acos = (x: NDArray): NDArray => map(x, elementary.acos);
export const atan = (x: NDArray): NDArray => map(x, elementary.atan);
export const sinh = (x: NDArray): NDArray => map(x, elementary.sinh);
export const cosh = (x: NDArray): NDArray => map(x, elementary.cosh);
/** y = 1 / (1 + x²) */
export const atanSlope = (x: NDArray): NDArray => map(x, special.atanSlope);
/** y = 2/√π ∫₀ˣ e^(−t²) dt */
export const erf = (x: NDArray): NDArray => map(x, special.erf);
/** y = Φ(x), the share of N(0, 1) below x */
export const normalCdf = (x: NDArray): NDArray => map(x, (v) => special.normalCdf(v));
/** y = e^(a·x²), for a = −1 or −½ */
export const gaussian = (x: NDArray, a: number): NDArray => map(x, (v) => special.gaussian(v, a));
/** y = λ·x where x > 0, λα(eˣ − 1) elsewhere */
export const elu = (x: NDArray, alpha: number, scale: number): NDArray =>
  map(x, (v) => curves.elu(v, alpha, scale));
/** y = `right` where x > 0, left · eˣ elsewhere: the slope of elu, and that of the slope */
export const eluSlope = (x: NDArray, left: number, right: number): NDArray =>
  map(x, (v) => (v > 0 ? right : left * elementary.exp(v)));
/** y = x where x > 0, slope · x elsewhere */
export const leakyRelu = (x: NDArray, slope: number): NDArray => map(x, (v) => (v <= 0 ? slope * v : v));
/** y = low below `low`, high above `high`, x between */
export const clip = (x: NDArray, low: number, high: number): NDArray =>
  map(x, (v) => (v < low ? low : v > high ? high : v));

/** Both operands as arrays of the shape they broadcast to, so that the loops know nothing of broadcasting. */
function aligned(op: string, a: NDArray, b: NDArray): [FloatArray, FloatArray, Shape] {
  const shape = broadcastShapes(op, a, b);
  return [repeated(a, shape), repeated(b, shape), shape];
}

/** y = a + b */
export function add(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('add', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = p[i]! + q[i]!;
  return { data: y, shape };
}

/** y = a − b */
export function sub(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('sub', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = p[i]! - q[i]!;
  return { data: y, shape };
}

/** y = a · b */
export function mul(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('mul', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = p[i]! * q[i]!;
  return { data: y, shape };
}

/** y = a / b */
export function div(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('div', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = p[i]! / q[i]!;
  return { data: y, shape };
}

/** y = aᵇ⁻ⁿ */
export function pow(a: NDArray, b: NDArray, less: number): NDArray {
  const [p, q, shape] = aligned('pow', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) {
    const exponent = q[i]! - less;
    y[i] = elementary.pow(p[i]!, exponent, elementary.sumError(q[i]!, -less, exponent));
  }
  return { data: y, shape };
}

/** y = f(a, b), for the rarer functions. */
function mapPair(op: string, a: NDArray, b: NDArray, f: (p: number, q: number) => number): NDArray {
  const [p, q, shape] = aligned(op, a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = f(p[i]!, q[i]!);
  return { data: y, shape };
}

/** y = ln(eᵃ + eᵇ) */
export const logAddExp = (a: NDArray, b: NDArray): NDArray => mapPair('logAddExp', a, b, pairs.logAddExp);
/** y = eᵃ / (eᵃ + eᵇ) */
export const share = (a: NDArray, b: NDArray): NDArray => mapPair('logAddExp', a, b, pairs.share);
/** The angle of the point (b, a). */
export const atan2 = (a: NDArray, b: NDArray): NDArray => mapPair('atan2', a, b, elementary.atan2);
/** y = a / (a² + b²) */
export const inverted = (a: NDArray, b: NDArray): NDArray => mapPair('atan2', a, b, pairs.inverted);

/** y = max(a, b); NaN wins */
export function maximum(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('maximum', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = Math.max(p[i]!, q[i]!);
  return { data: y, shape };
}

/** y = min(a, b); NaN wins */
export function minimum(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('minimum', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = Math.min(p[i]!, q[i]!);
  return { data: y, shape };
}

export type Comparison = 'greater' | 'greaterEqual' | 'less' | 'lessEqual' | 'equal' | 'notEqual';

const COMPARE: Record<Comparison, (p: number, q: number) => boolean> = {
  greater: (p, q) => p > q,
  greaterEqual: (p, q) => p >= q,
  less: (p, q) => p < q,
  lessEqual: (p, q) => p <= q,
  equal: (p, q) => p === q,
  notEqual: (p, q) => p !== q,
};

/** y = 1 where the comparison holds, 0 elsewhere; NaN is equal to nothing, and neither less nor greater. */
export function compare(comparison: Comparison, a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned(comparison, a, b);
  const holds = COMPARE[comparison];
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = holds(p[i]!, q[i]!) ? 1 : 0;
  return { data: y, shape };
}

/** y = a where the condition is not 0, b elsewhere. */
export function where(condition: NDArray, a: NDArray, b: NDArray): NDArray {
  const shape = broadcastShapes('where', { shape: broadcastShapes('where', condition, a) }, b);
  const [c, p, q] = [repeated(condition, shape), repeated(a, shape), repeated(b, shape)];
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = c[i] !== 0 ? p[i]! : q[i]!;
  return { data: y, shape };
}
