/**
 * Reductions over axes. The axes are first brought to the end, so that what is reduced to one number is a row of numbers
 * that lie side by side. Twins in WebAssembly: {@link simd/rows.ts}.
 */

import { allocateLike, type FloatArray, type NDArray } from '../../base/array.js';
import { reducedShape, sizeOf } from '../../base/shape.js';
import { permute } from './shape.js';

/** Sum over the axes, accumulated in double precision; the sum of nothing is 0. */
export function sum(x: NDArray, axes: readonly number[], keepdims = false): NDArray {
  const shape = reducedShape(x.shape, axes, keepdims);
  if (axes.length === 1 && axes[0] === 0 && x.shape.length > 1) return { data: sumRows(x), shape };
  const { data, length, count } = rows(x, axes);
  const y = allocateLike(x.data, count);
  for (let row = 0, i = 0; row < count; row++) {
    let total = 0;
    for (const end = i + length; i < end; i++) total += data[i]!;
    y[row] = total;
  }
  return { data: y, shape };
}

/** Sum over the first axis, row by row onto the totals, so that memory is read in order. */
function sumRows(x: NDArray): FloatArray {
  const width = sizeOf(x.shape.slice(1));
  const totals = new Float64Array(width);
  for (let start = 0; start < x.data.length; start += width)
    for (let j = 0; j < width; j++) totals[j]! += x.data[start + j]!;
  const y = allocateLike(x.data, width);
  y.set(totals);
  return y;
}

/**
 * x with the reduced axes last, as rows of `length` numbers; no copy where they are last already. `order` lists the axes
 * of x as they lie then.
 */
export function rows(
  x: NDArray,
  axes: readonly number[],
): { data: FloatArray; length: number; count: number; order: number[] } {
  const length = sizeOf(axes.map((axis) => x.shape[axis]!));
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const last = axes.every((axis, i) => axis === kept.length + i);
  const order = [...kept, ...axes];
  const data = last ? x.data : permute(x, order).data;
  return { data, length, count: sizeOf(kept.map((axis) => x.shape[axis]!)), order };
}

/** Largest element over the axes; NaN wins. */
export function max(x: NDArray, axes: readonly number[], keepdims: boolean): NDArray {
  return reduce(x, axes, keepdims, -Infinity, Math.max);
}

/** Smallest element over the axes; NaN wins. */
export function min(x: NDArray, axes: readonly number[], keepdims: boolean): NDArray {
  return reduce(x, axes, keepdims, Infinity, Math.min);
}

/** Combines the numbers of each row one after the other, beginning with `start`. */
function reduce(
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean,
  start: number,
  combine: (a: number, b: number) => number,
): NDArray {
  const { data, length, count } = rows(x, axes);
  const y = allocateLike(x.data, count);
  for (let row = 0, i = 0; row < count; row++) {
    let value = start;
    for (const end = i + length; i < end; i++) value = combine(value, data[i]!);
    y[row] = value;
  }
  return { data: y, shape: reducedShape(x.shape, axes, keepdims) };
}

/** Position of the largest element along an axis, the first of several; a NaN counts as largest. */
export function argMax(x: NDArray, axis: number, keepdims: boolean): NDArray {
  const { data, length, count } = rows(x, [axis]);
  const y = allocateLike(x.data, count);
  for (let row = 0; row < count; row++) {
    let best = 0;
    for (let j = 0; j < length; j++) {
      const value = data[row * length + j]!;
      if (Number.isNaN(value)) {
        best = j;
        break;
      }
      if (value > data[row * length + best]!) best = j;
    }
    y[row] = best;
  }
  return { data: y, shape: reducedShape(x.shape, [axis], keepdims) };
}

/** Running sum along an axis, yₙ = x₀ + … + xₙ; with `reverse` from the end, yₙ = xₙ + xₙ₊₁ + … */
export function cumSum(x: NDArray, axis: number, reverse: boolean): NDArray {
  const y = allocateLike(x.data);
  const length = x.shape[axis]!;
  const inner = sizeOf(x.shape.slice(axis + 1));
  for (let block = 0; block < y.length; block += length * inner)
    for (let j = 0; j < inner; j++) {
      let total = 0;
      for (let n = 0; n < length; n++) {
        const i = block + (reverse ? length - 1 - n : n) * inner + j;
        total += x.data[i]!;
        y[i] = total;
      }
    }
  return { data: y, shape: x.shape };
}
