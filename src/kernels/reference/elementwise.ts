/**
 * Elementwise kernels: one plain loop each, the version to read. Operands of a binary kernel are first brought
 * to one shape, so that the loop itself knows nothing of broadcasting.
 *
 * The common functions have loops of their own: a shared loop that calls a function per element is several
 * times slower, and is left to the rare ones.
 */

import { allocateLike, type FloatArray, type NDArray } from '../../base/array.js';
import { broadcastShapes, type Shape, sameShape, sizeOf } from '../../base/shape.js';
import { erf as erfOf, normalCdf as normalCdfOf } from '../special.js';
import { broadcastTo } from './shape.js';

/** y = f(x) for the rarer functions. */
function map({ data, shape }: NDArray, f: (value: number) => number): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = f(data[i]!);
  return { data: y, shape };
}

/** Both operands as plain arrays of the shape they broadcast to. */
function aligned(op: string, a: NDArray, b: NDArray): [FloatArray, FloatArray, Shape] {
  if (sameShape(a.shape, b.shape)) return [a.data, b.data, a.shape];
  const shape = broadcastShapes(op, a, b);
  return [broadcastTo(a, shape).data, broadcastTo(b, shape).data, shape];
}

export function add(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('add', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = p[i]! + q[i]!;
  return { data: y, shape };
}

export function sub(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('sub', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = p[i]! - q[i]!;
  return { data: y, shape };
}

export function mul(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('mul', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = p[i]! * q[i]!;
  return { data: y, shape };
}

export function div(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('div', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = p[i]! / q[i]!;
  return { data: y, shape };
}

export function pow(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('pow', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = p[i]! ** q[i]!;
  return { data: y, shape };
}

export function maximum(a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned('maximum', a, b);
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = Math.max(p[i]!, q[i]!);
  return { data: y, shape };
}

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

/** 1 where the comparison holds, 0 elsewhere; NaN compares as in JavaScript. */
export function compare(comparison: Comparison, a: NDArray, b: NDArray): NDArray {
  const [p, q, shape] = aligned(comparison, a, b);
  const holds = COMPARE[comparison];
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) y[i] = holds(p[i]!, q[i]!) ? 1 : 0;
  return { data: y, shape };
}

/** a where the condition is not 0, b elsewhere. */
export function where(condition: NDArray, a: NDArray, b: NDArray): NDArray {
  const shape = broadcastShapes('where', { shape: broadcastShapes('where', condition, a) }, b);
  const [c, p, q] = [condition, a, b].map((x) => broadcastTo(x, shape).data) as [
    FloatArray,
    FloatArray,
    FloatArray,
  ];
  const y = allocateLike(p, sizeOf(shape));
  for (let i = 0; i < y.length; i++) y[i] = c[i] !== 0 ? p[i]! : q[i]!;
  return { data: y, shape };
}

export function neg({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = -data[i]!;
  return { data: y, shape };
}

export function square({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = data[i]! * data[i]!;
  return { data: y, shape };
}

export function sqrt({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(data[i]!);
  return { data: y, shape };
}

export function exp({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = Math.exp(data[i]!);
  return { data: y, shape };
}

export function log({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = Math.log(data[i]!);
  return { data: y, shape };
}

export function tanh({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) y[i] = Math.tanh(data[i]!);
  return { data: y, shape };
}

/** 1 / (1 + e⁻ˣ), by the form whose exponential cannot overflow. */
export function sigmoid({ data, shape }: NDArray): NDArray {
  const y = allocateLike(data);
  for (let i = 0; i < y.length; i++) {
    const x = data[i]!;
    const e = Math.exp(-Math.abs(x));
    y[i] = x >= 0 ? 1 / (1 + e) : e / (1 + e);
  }
  return { data: y, shape };
}

/** max(x, 0); NaN stays NaN. */
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

/** log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|), which neither overflows nor loses the small end. */
export const softplus = (x: NDArray): NDArray =>
  map(x, (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))));
export const abs = (x: NDArray): NDArray => map(x, Math.abs);
export const sign = (x: NDArray): NDArray => map(x, Math.sign);
export const expm1 = (x: NDArray): NDArray => map(x, Math.expm1);
export const log1p = (x: NDArray): NDArray => map(x, Math.log1p);
export const rsqrt = (x: NDArray): NDArray => map(x, (v) => 1 / Math.sqrt(v));
export const reciprocal = (x: NDArray): NDArray => map(x, (v) => 1 / v);
export const sin = (x: NDArray): NDArray => map(x, Math.sin);
export const cos = (x: NDArray): NDArray => map(x, Math.cos);
export const tan = (x: NDArray): NDArray => map(x, Math.tan);
export const asin = (x: NDArray): NDArray => map(x, Math.asin);
export const acos = (x: NDArray): NDArray => map(x, Math.acos);
export const atan = (x: NDArray): NDArray => map(x, Math.atan);
export const sinh = (x: NDArray): NDArray => map(x, Math.sinh);
export const cosh = (x: NDArray): NDArray => map(x, Math.cosh);
export const erf = (x: NDArray): NDArray => map(x, erfOf);
export const normalCdf = (x: NDArray): NDArray => map(x, normalCdfOf);
export const elu = (x: NDArray, alpha: number): NDArray =>
  map(x, (v) => (v <= 0 ? alpha * Math.expm1(v) : v));
export const leakyRelu = (x: NDArray, slope: number): NDArray => map(x, (v) => (v <= 0 ? slope * v : v));
export const clip = (x: NDArray, low: number, high: number): NDArray =>
  map(x, (v) => (v < low ? low : v > high ? high : v));
