/** Kernels that move numbers without changing them. Each returns a new array. */

import { allocateLike, copied, type FloatArray, type NDArray } from '../../base/array.js';
import { type Shape, sameShape, sizeOf, stridesOf } from '../../base/shape.js';
import { Walk } from './walk.js';

/** The same numbers under another shape. */
export function reshape({ data }: NDArray, shape: Shape): NDArray {
  return { data: copied(data), shape };
}

/**
 * Reads `data` along arbitrary strides: element [i, j, …] of the result is data[offset + i·s₀ + j·s₁ + …].
 * Stride 0 repeats, negative strides run backwards; transposing, slicing, flipping and broadcasting are all this.
 */
export function strided(data: FloatArray, shape: Shape, strides: readonly number[], offset = 0): NDArray {
  const y = allocateLike(data, sizeOf(shape));
  if (y.length === 0) return { data: y, shape };
  const last = shape.length - 1;
  const length = shape[last] ?? 1;
  const step = strides[last] ?? 0;
  const rows = shape[last - 1] ?? 1;
  const start = new Walk(shape, strides, offset, Math.max(0, last - 1));
  for (let to = 0; to < y.length; start.next())
    for (let row = 0; row < rows; row++, to += length)
      copyRun(data, start.at + row * (strides[last - 1] ?? 0), step, y, to, length);
  return { data: y, shape };
}

/** Copies `length` numbers along the last axis. */
function copyRun(
  data: FloatArray,
  from: number,
  stride: number,
  y: FloatArray,
  to: number,
  length: number,
): void {
  if (length <= 32 || (stride !== 0 && stride !== 1))
    for (let i = 0; i < length; i++) y[to + i] = data[from + i * stride]!;
  else if (stride === 0) y.fill(data[from]!, to, to + length);
  else y.set(data.subarray(from, from + length), to);
}

/** Repeats `x` along new leading axes and along its axes of size 1. */
export function broadcastTo(x: NDArray, shape: Shape): NDArray {
  if (sameShape(x.shape, shape)) return { data: copied(x.data), shape };
  const own = stridesOf(x.shape);
  const lead = shape.length - x.shape.length;
  const strides = shape.map((_, axis) => (axis < lead || x.shape[axis - lead] === 1 ? 0 : own[axis - lead]!));
  return strided(x.data, shape, strides);
}

/** The numbers of x, repeated to the shape where it has another; those of x itself otherwise. */
export function repeated(x: NDArray, shape: Shape): FloatArray {
  return sameShape(x.shape, shape) ? x.data : broadcastTo(x, shape).data;
}

/** Axis i of the result is axis order[i] of x. */
export function permute(x: NDArray, order: readonly number[]): NDArray {
  const strides = stridesOf(x.shape);
  return strided(
    x.data,
    order.map((axis) => x.shape[axis]!),
    order.map((axis) => strides[axis]!),
  );
}

/** The elements start, start + step, … along every axis, as many as `shape` says. */
export function slice(
  x: NDArray,
  starts: readonly number[],
  steps: readonly number[],
  shape: Shape,
): NDArray {
  const strides = stridesOf(x.shape);
  const offset = starts.reduce((sum, start, axis) => sum + start * strides[axis]!, 0);
  return strided(
    x.data,
    shape,
    strides.map((stride, axis) => stride * steps[axis]!),
    offset,
  );
}

/** The adjoint of {@link slice}: the elements of x at the places they were taken from, zeros elsewhere. */
export function unslice(
  x: NDArray,
  starts: readonly number[],
  steps: readonly number[],
  shape: Shape,
): NDArray {
  const strides = stridesOf(shape);
  const offset = starts.reduce((sum, start, axis) => sum + start * strides[axis]!, 0);
  const y = allocateLike(x.data, sizeOf(shape));
  const to = new Walk(
    x.shape,
    strides.map((stride, axis) => stride * steps[axis]!),
    offset,
  );
  for (let i = 0; i < x.data.length; i++, to.next()) y[to.at] = x.data[i]!;
  return { data: y, shape };
}

/** Joins arrays that differ only in the size of one axis. */
export function concat(parts: readonly NDArray[], axis: number, shape: Shape): NDArray {
  const y = allocateLike(parts[0]!.data, sizeOf(shape));
  const inner = sizeOf(shape.slice(axis + 1));
  const row = shape[axis]! * inner;
  let start = 0;
  for (const { data, shape: own } of parts) {
    const length = own[axis]! * inner;
    if (length === 0) continue;
    for (let from = 0, to = start; from < data.length; from += length, to += row)
      y.set(data.subarray(from, from + length), to);
    start += length;
  }
  return { data: y, shape };
}
