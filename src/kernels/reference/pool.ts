/**
 * Pooling of the planes of an image, its last two axes. `rows` and `columns` are the windows along these two. Padding takes no
 * part: windows say only which elements they see.
 */

import { allocateLike, type NDArray } from '../../base/array.js';
import { type Shape, sizeOf } from '../../base/shape.js';
import type { Windows } from './windows.js';

/** The elements of `values` at these places of the planes, one for each window. */
export function pickAt(values: NDArray, places: Int32Array, rows: Windows, columns: Windows): NDArray {
  const y = allocateLike(values.data, places.length);
  for (let i = 0; i < y.length; i++) y[i] = values.data[places[i]!]!;
  return { data: y, shape: pooledShape(values.shape, rows, columns) };
}

/** The adjoint of {@link pickAt}: each element of g is added at its place in planes of `shape`. */
export function addAt({ data: g }: NDArray, places: Int32Array, shape: Shape): NDArray {
  const y = allocateLike(g, sizeOf(shape));
  for (let i = 0; i < places.length; i++) y[places[i]!]! += g[i]!;
  return { data: y, shape };
}

/** Where the largest element that each window sees lies in x: the first of several in row-major order, or the first NaN. */
export function largestPlaces({ data, shape }: NDArray, rows: Windows, columns: Windows): Int32Array {
  const places = new Int32Array(sizeOf(pooledShape(shape, rows, columns)));
  const width = shape[shape.length - 1]!;
  let n = 0;
  for (let plane = 0; n < places.length; plane += rows.size * width)
    for (let i = 0; i < rows.from.length; i++)
      for (let j = 0; j < columns.from.length; j++) {
        const last = plane + rows.to[i]! * width;
        const wide = columns.to[j]! - columns.from[j]!;
        let start = plane + rows.from[i]! * width + columns.from[j]!;
        let place = start;
        let best = data[start]!;
        for (; start < last; start += width)
          for (let at = start; at < start + wide; at++) {
            // NaN is not at most anything, so it wins, and nothing wins against the first NaN.
            if (data[at]! <= best || Number.isNaN(best)) continue;
            best = data[at]!;
            place = at;
          }
        places[n++] = place;
      }
  return places;
}

/** The mean of what each window sees, by the counts of the windows. */
export function average({ data, shape }: NDArray, rows: Windows, columns: Windows): NDArray {
  const pooled = pooledShape(shape, rows, columns);
  const y = allocateLike(data, sizeOf(pooled));
  const width = shape[shape.length - 1]!;
  let n = 0;
  for (let plane = 0; n < y.length; plane += rows.size * width)
    for (let i = 0; i < rows.from.length; i++)
      for (let j = 0; j < columns.from.length; j++) {
        let total = 0;
        for (let row = rows.from[i]!; row < rows.to[i]!; row++)
          for (let at = columns.from[j]!; at < columns.to[j]!; at++) total += data[plane + row * width + at]!;
        y[n++] = total / (rows.counts[i]! * columns.counts[j]!);
      }
  return { data: y, shape: pooled };
}

/** The adjoint of {@link average}: each element of g is spread evenly over what its window sees in an image of `shape`. */
export function spreadEvenly({ data: g }: NDArray, shape: Shape, rows: Windows, columns: Windows): NDArray {
  const y = allocateLike(g, sizeOf(shape));
  const width = shape[shape.length - 1]!;
  let n = 0;
  for (let plane = 0; n < g.length; plane += rows.size * width)
    for (let i = 0; i < rows.from.length; i++)
      for (let j = 0; j < columns.from.length; j++) {
        const share = g[n++]! / (rows.counts[i]! * columns.counts[j]!);
        for (let row = rows.from[i]!; row < rows.to[i]!; row++)
          for (let at = columns.from[j]!; at < columns.to[j]!; at++) y[plane + row * width + at]! += share;
      }
  return { data: y, shape };
}

/** [..., H, W] ⇒ [..., number of rows, number of columns] */
function pooledShape(shape: Shape, rows: Windows, columns: Windows): number[] {
  return [...shape.slice(0, -2), rows.from.length, columns.from.length];
}
