/**
 * Elementwise loops in WebAssembly: the calling side of assembly/elementwise.ts and assembly/functions.ts. Twin of
 * {@link reference/elementwise.ts}. Every function returns null where the reference has to do it.
 */

import type { FloatArray, NDArray } from '../../base/array.js';
import { isFloat32 } from '../../base/kind.js';
import { broadcastShapes, type Shape, sameShape, sizeOf } from '../../base/shape.js';
import { broadcastTo, repeated } from '../reference/shape.js';
import { FUNCTIONS, type Simd } from './exports.js';
import { transformIfItPays } from './threads.js';

/** Loops of one instruction or two, for which copying in and out is most of the work. */
export type CheapName = 'abs' | 'neg' | 'reciprocal' | 'relu' | 'sqrt' | 'square';
/** Functions by polynomials. */
export type DearName = keyof typeof FUNCTIONS;
/** Functions that are told one number or two. */
export type ShapedName = 'clip' | 'elu' | 'eluSlope' | 'leakyRelu';

/** The numbers that assembly/elementwise.ts gives its operations. */
const OPERATIONS = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  maximum: 4,
  minimum: 5,
  greater: 6,
  greaterEqual: 7,
  less: 8,
  lessEqual: 9,
  equal: 10,
  notEqual: 11,
} as const;
export type BinaryName = keyof typeof OPERATIONS;

/** The operation that has the same result when the operands change places. */
const SWAPPED: Record<BinaryName, number> = {
  ...OPERATIONS,
  sub: 12,
  div: 13,
  greater: OPERATIONS.less,
  greaterEqual: OPERATIONS.lessEqual,
  less: OPERATIONS.greater,
  lessEqual: OPERATIONS.greaterEqual,
};

/**
 * From how many elements on copying in and out is worth it: measured by test/bench. The reference repeats an operand in memory
 * before it computes, so that what broadcasts is worth it as early as a function.
 */
const CHEAP = 256;
const DEAR = 64;

/** Longer arrays are copied in, computed and copied out in pieces of so many numbers, two of which fit the first-level cache. */
export const PIECE = 4_096;

/** Loops read whole vectors, so each operand starts at a multiple of four elements. */
export const padded = (count: number): number => Math.ceil(count / 4) * 4;

/** A copy of `count` numbers of the memory. `slice` would do it too, but fills the new array with zeros first. */
export const taken = (simd: Simd, from: number, count: number): Float32Array =>
  new Float32Array(simd.floats.subarray(from, from + count));

export function cheap(simd: Simd, name: CheapName, x: NDArray): NDArray | null {
  return each(simd, x, CHEAP, (count) => simd[name](0, 0, count));
}

export function dear(simd: Simd, name: DearName, x: NDArray): NDArray | null {
  const { data } = x;
  const shared = data.length >= DEAR && isFloat32(data) ? transformIfItPays(data, FUNCTIONS[name]) : null;
  if (shared) return { data: shared, shape: x.shape };
  return each(simd, x, DEAR, (count) => simd[name](0, 0, count));
}

export function shaped(simd: Simd, name: ShapedName, x: NDArray, p: number, q: number): NDArray | null {
  const least = name === 'elu' || name === 'eluSlope' ? DEAR : CHEAP;
  return each(simd, x, least, (count) => simd[name](0, 0, count, p, q));
}

/** y = f(x), where `f` replaces the first `count` numbers of the memory; null below `least` numbers. */
function each(simd: Simd, x: NDArray, least: number, f: (count: number) => void): NDArray | null {
  const { data, shape } = x;
  const count = data.length;
  if (count < least || !isFloat32(data) || !simd.reserve(PIECE * 4)) return null;
  const { floats } = simd;
  if (count <= PIECE) {
    floats.set(data, 0);
    f(count);
    return { data: taken(simd, 0, count), shape };
  }
  const y = new Float32Array(count);
  for (let start = 0; start < count; start += PIECE) {
    const end = Math.min(start + PIECE, count);
    floats.set(data.subarray(start, end), 0);
    f(end - start);
    y.set(floats.subarray(0, end - start), start);
  }
  return { data: y, shape };
}

export function binary(simd: Simd, name: BinaryName, a: NDArray, b: NDArray): NDArray | null {
  const [p, q] = [a.data, b.data];
  if (p.length * q.length < DEAR || !isFloat32(p) || !isFloat32(q)) return null;
  if (sameShape(a.shape, b.shape))
    return p.length < CHEAP ? null : combine(simd, OPERATIONS[name], p, q, 1, a.shape);
  const inA = innerOf(b.shape, a.shape);
  if (inA > 0) return combine(simd, OPERATIONS[name], p, q, inA, a.shape);
  const inB = innerOf(a.shape, b.shape);
  if (inB > 0) return combine(simd, SWAPPED[name], q, p, inB, b.shape);
  const shape = broadcastShapes(name, a, b);
  if (sizeOf(shape) < DEAR) return null;
  // One operand is repeated in memory first: a, or b where a has all elements already.
  return sameShape(a.shape, shape)
    ? binary(simd, name, a, broadcastTo(b, shape))
    : binary(simd, name, broadcastTo(a, shape), b);
}

/**
 * How often each number of a tensor of shape `small` is used in a row when it broadcasts to `large`: once for a bias over rows, as often
 * as a row has numbers for a number a row, for all elements for a scalar. 0 if the shapes are no such pair.
 */
function innerOf(small: Shape, large: Shape): number {
  const lead = large.length - small.length;
  if (lead < 0) return 0;
  let axis = large.length - 1;
  let inner = 1;
  for (; axis >= 0 && sizeAt(small, axis - lead) === 1; axis--) inner *= large[axis]!;
  while (axis >= lead && small[axis - lead] === large[axis]) axis--;
  while (axis >= 0 && sizeAt(small, axis - lead) === 1) axis--;
  return axis < 0 ? inner : 0;
}

const sizeAt = (shape: Shape, axis: number): number => (axis < 0 ? 1 : shape[axis]!);

/** y = a ∘ b. Each number of b is used for `inner` numbers of a; after the last one follows the first again. */
function combine(
  simd: Simd,
  operation: number,
  a: Float32Array,
  b: Float32Array,
  inner: number,
  shape: Shape,
): NDArray | null {
  const count = a.length;
  if (count < DEAR || !simd.reserve(PIECE * 8)) return null;
  const { floats } = simd;
  if (count <= PIECE) {
    floats.set(a, 0);
    floats.set(b, PIECE);
    simd.combine(operation, 0, PIECE * 4, 0, count, inner, b.length);
    return { data: taken(simd, 0, count), shape };
  }
  const y = new Float32Array(count);
  for (let start = 0; start < count; ) {
    const { size, from, used } = pieceOf(start, inner, b.length);
    const end = Math.min(start + size, count);
    floats.set(a.subarray(start, end), 0);
    floats.set(b.subarray(from, from + used), PIECE);
    simd.combine(operation, 0, PIECE * 4, 0, end - start, used === 1 ? end - start : inner, used);
    y.set(floats.subarray(0, end - start), start);
    start = end;
  }
  return { data: y, shape };
}

/** The next piece of a, from `start` on, and which numbers of b are used in it. */
function pieceOf(start: number, inner: number, period: number): { size: number; from: number; used: number } {
  const span = inner * period;
  // All of b, several times; a part of it; or a single number for a part of the elements it is used for.
  if (span <= PIECE) return { size: PIECE - (PIECE % span), from: 0, used: period };
  const at = start % span;
  const from = Math.floor(at / inner);
  if (inner > PIECE) return { size: Math.min(PIECE, inner - (at % inner)), from, used: 1 };
  const used = Math.min(Math.floor(PIECE / inner), period - from);
  return { size: used * inner, from, used };
}

/** g where y > 0 or NaN, 0 elsewhere. */
export function reluGrad(simd: Simd, g: NDArray, y: NDArray): NDArray | null {
  return pairwise(simd, g, y, CHEAP, (count) => simd.reluGrad(0, PIECE * 4, 0, count));
}

/** g · f(x), where the function f is a slope. */
export function grad(simd: Simd, slope: DearName, g: NDArray, x: NDArray): NDArray | null {
  const slopes = isFloat32(x.data) ? transformIfItPays(x.data, FUNCTIONS[slope]) : null;
  if (slopes) return binary(simd, 'mul', g, { data: slopes, shape: x.shape });
  return pairwise(simd, g, x, DEAR, (count) => {
    simd[slope](PIECE * 4, PIECE * 4, count);
    simd.combine(OPERATIONS.mul, 0, PIECE * 4, 0, count, 1, count);
  });
}

/** y = f(a, b) for arrays of one shape; `f` finds `count` numbers of each, from 0 and from PIECE on, and leaves its result at 0. */
function pairwise(
  simd: Simd,
  a: NDArray,
  b: NDArray,
  least: number,
  f: (count: number) => void,
): NDArray | null {
  const [p, q] = [a.data, b.data];
  const count = p.length;
  if (count < least || !isFloat32(p) || !isFloat32(q) || !simd.reserve(PIECE * 8)) return null;
  const { floats } = simd;
  const y = new Float32Array(count);
  for (let start = 0; start < count; start += PIECE) {
    const end = Math.min(start + PIECE, count);
    floats.set(p.subarray(start, end), 0);
    floats.set(q.subarray(start, end), PIECE);
    f(end - start);
    y.set(floats.subarray(0, end - start), start);
  }
  return { data: y, shape: a.shape };
}

/** y = a where the condition is not 0, b elsewhere. */
export function where(simd: Simd, condition: NDArray, a: NDArray, b: NDArray): NDArray | null {
  if (condition.data.length * a.data.length * b.data.length < CHEAP) return null;
  const shape = broadcastShapes('where', { shape: broadcastShapes('where', condition, a) }, b);
  const count = sizeOf(shape);
  if (count < CHEAP || !simd.reserve(PIECE * 12)) return null;
  const parts = [repeated(condition, shape), unlessOne(a, shape), unlessOne(b, shape)];
  if (!parts.every(isFloat32)) return null;
  const { floats } = simd;
  const [stepA, stepB] = [parts[1]!.length === 1 ? 0 : 16, parts[2]!.length === 1 ? 0 : 16];
  const y = new Float32Array(count);
  for (let start = 0; start < count; start += PIECE) {
    const end = Math.min(start + PIECE, count);
    for (const [i, part] of parts.entries())
      if (part.length === 1) floats.fill(part[0]!, i * PIECE, i * PIECE + 4);
      else floats.set(part.subarray(start, end), i * PIECE);
    simd.select(0, PIECE * 4, PIECE * 8, 0, end - start, stepA, stepB);
    y.set(floats.subarray(0, end - start), start);
  }
  return { data: y, shape };
}

/** The numbers of x, repeated to the shape; a single number stays one. */
function unlessOne(x: NDArray, shape: Shape): FloatArray {
  return x.data.length === 1 ? x.data : repeated(x, shape);
}
