/** Kernels that move numbers without changing them. Each returns an array of its own. */

import { allocateLike, type FloatArray, type NDArray } from '../../base/array.js';
import { type Shape, sameShape, sizeOf, stridesOf } from '../../base/shape.js';

/** The same numbers under another shape. */
export function reshape({ data }: NDArray, shape: Shape): NDArray {
  return { data: data.slice(), shape };
}

/**
 * Reads `data` along arbitrary strides: element [i, j, …] of the result is data[offset + i·s₀ + j·s₁ + …].
 * Stride 0 repeats, negative strides run backwards; transposing, slicing, flipping and broadcasting are all this.
 */
export function strided(data: FloatArray, shape: Shape, strides: readonly number[], offset = 0): NDArray {
  const y = allocateLike(data, sizeOf(shape));
  if (y.length === 0) return { data: y, shape };
  const rank = shape.length;
  const inner = shape[rank - 1] ?? 1;
  const innerStride = strides[rank - 1] ?? 0;
  const index = new Array<number>(Math.max(0, rank - 1)).fill(0);
  let from = offset;
  for (let to = 0; to < y.length; to += inner) {
    copyRun(data, from, innerStride, y, to, inner);
    for (let axis = rank - 2; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return { data: y, shape };
}

function copyRun(
  data: FloatArray,
  from: number,
  stride: number,
  y: FloatArray,
  to: number,
  length: number,
): void {
  if (stride === 0) y.fill(data[from]!, to, to + length);
  else if (stride === 1 && length > 16) y.set(data.subarray(from, from + length), to);
  else for (let i = 0; i < length; i++) y[to + i] = data[from + i * stride]!;
}

/** Repeats `x` along new leading axes and along its axes of size 1. */
export function broadcastTo(x: NDArray, shape: Shape): NDArray {
  if (sameShape(x.shape, shape)) return { data: x.data.slice(), shape };
  const own = stridesOf(x.shape);
  const lead = shape.length - x.shape.length;
  const strides = shape.map((_, axis) => (axis < lead || x.shape[axis - lead] === 1 ? 0 : own[axis - lead]!));
  return strided(x.data, shape, strides);
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

/** The elements start, start + step, … of every axis; `shape` says how many. */
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

/** The adjoint of {@link slice}: x's elements put back to where they were taken from, zeros elsewhere. */
export function unslice(
  x: NDArray,
  starts: readonly number[],
  steps: readonly number[],
  shape: Shape,
): NDArray {
  const places = stridesOf(shape);
  const y = allocateLike(x.data, sizeOf(shape));
  const offset = starts.reduce((sum, start, axis) => sum + start * places[axis]!, 0);
  const index = new Array<number>(x.shape.length).fill(0);
  let to = offset;
  for (let from = 0; from < x.data.length; from++) {
    y[to] = x.data[from]!;
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      to += places[axis]! * steps[axis]!;
      if (++index[axis]! < x.shape[axis]!) break;
      to -= index[axis]! * places[axis]! * steps[axis]!;
      index[axis] = 0;
    }
  }
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
