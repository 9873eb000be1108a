/**
 * Kernels that pick elements by position. Each has an adjoint, which puts elements back to where they were taken from;
 * elements that were taken several times add up.
 */

import { allocateLike, type NDArray } from '../../base/array.js';
import { type Shape, sizeOf, stridesOf } from '../../base/shape.js';
import { Walk } from './walk.js';

/** Positions along an axis, with a shape. */
export interface IndexArray {
  readonly data: Int32Array;
  readonly shape: Shape;
}

/** Whole slices along an axis: y[…, i, …] = x[…, index[i], …]. */
export function indexSelect(x: NDArray, axis: number, index: Int32Array): NDArray {
  const shape = x.shape.map((size, at) => (at === axis ? index.length : size));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const length = x.shape[axis]!;
  const y = allocateLike(x.data, sizeOf(shape));
  let to = 0;
  if (y.length > 0)
    for (let block = 0; block < x.data.length; block += length * inner)
      for (let i = 0; i < index.length; i++) {
        const from = block + index[i]! * inner;
        for (let j = 0; j < inner; j++) y[to++] = x.data[from + j]!;
      }
  return { data: y, shape };
}

/** The adjoint of {@link indexSelect}: y[…, index[i], …] += x[…, i, …]. */
export function indexAdd(x: NDArray, axis: number, index: Int32Array, size: number): NDArray {
  const shape = x.shape.map((own, at) => (at === axis ? size : own));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const y = allocateLike(x.data, sizeOf(shape));
  let from = 0;
  if (x.data.length > 0)
    for (let block = 0; block < y.length; block += size * inner)
      for (let i = 0; i < index.length; i++) {
        const to = block + index[i]! * inner;
        for (let j = 0; j < inner; j++) y[to + j]! += x.data[from++]!;
      }
  return { data: y, shape };
}

/** One element a position: y[i, j, k] = x[i, index[i, j, k], k] for axis 1. */
export function gather(x: NDArray, axis: number, index: IndexArray): NDArray {
  const { line, stride } = linesAlong(x.shape, axis, index);
  const y = allocateLike(x.data, index.data.length);
  for (let i = 0; i < y.length; i++, line.next()) y[i] = x.data[line.at + index.data[i]! * stride]!;
  return { data: y, shape: index.shape };
}

/** The adjoint of {@link gather}: y[i, index[i, j, k], k] += x[i, j, k]. */
export function scatterAdd(x: NDArray, axis: number, index: IndexArray, shape: Shape): NDArray {
  const { line, stride } = linesAlong(shape, axis, index);
  const y = allocateLike(x.data, sizeOf(shape));
  for (let i = 0; i < index.data.length; i++, line.next())
    y[line.at + index.data[i]! * stride]! += x.data[i]!;
  return { data: y, shape };
}

/** For each position of the index, where its line along the axis begins in an array of `shape`; and the line's stride. */
function linesAlong(shape: Shape, axis: number, index: IndexArray): { line: Walk; stride: number } {
  const strides = stridesOf(shape);
  const stride = strides[axis]!;
  strides[axis] = 0;
  return { line: new Walk(index.shape, strides), stride };
}

/** x where column ≤ row + k (lower) or column ≥ row + k (upper) in the last two axes, 0 elsewhere. */
export function triangle(x: NDArray, k: number, keep: 'lower' | 'upper'): NDArray {
  const rows = x.shape[x.shape.length - 2]!;
  const columns = x.shape[x.shape.length - 1]!;
  const y = allocateLike(x.data);
  for (let i = 0; i < y.length; i++) {
    const row = Math.floor(i / columns) % rows;
    const column = i % columns;
    if (keep === 'lower' ? column <= row + k : column >= row + k) y[i] = x.data[i]!;
  }
  return { data: y, shape: x.shape };
}
