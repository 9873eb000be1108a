/** Sums, extremes and softmax in WebAssembly. Twins of {@link reference/reduce.ts} and {@link reference/softmax.ts}. */

import type { NDArray } from '../../base/array.js';
import { isFloat32 } from '../../base/kind.js';
import { reducedShape, type Shape, sizeOf } from '../../base/shape.js';
import { PIECE, padded, taken } from './elementwise.js';
import type { Simd } from './exports.js';

const WORTHWHILE = 512;

/** How a reduction sees its input: `count` rows of `length` numbers, each row or each column to be reduced to one. */
interface Plan {
  readonly by: 'rows' | 'columns';
  readonly reduced: number;
  readonly kept: number;
}

/** Null unless the axes are the first or the last ones, and the input is worth copying. */
function plan(x: NDArray, axes: readonly number[]): Plan | null {
  if (!isFloat32(x.data) || x.data.length < WORTHWHILE) return null;
  const rank = x.shape.length;
  const reduced = sizeOf(axes.map((axis) => x.shape[axis]!));
  const kept = x.data.length / reduced;
  if (axes.length < rank && axes.every((axis, i) => axis === i)) return { by: 'columns', reduced, kept };
  const last = axes.every((axis, i) => axis === rank - axes.length + i);
  return last ? { by: 'rows', reduced, kept } : null;
}

/**
 * Sum over the axes, divided by `divisor`. The axes that are summed may be the last ones, the first ones, both, or lie in the middle. Null
 * where the reference has to do it.
 */
export function sum(
  simd: Simd,
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean,
  divisor = 1,
): NDArray | null {
  const { data } = x;
  const parts = isFloat32(data) && data.length >= WORTHWHILE ? partsOf(x.shape, axes) : null;
  if (!parts || !isFloat32(data)) return null;
  const [outer, lead, kept, tail] = parts;
  const length = outer * kept;
  if (!simd.reserve(PIECE * 4 + length * 8)) return null;
  const totals = new Float64Array(simd.floats.buffer, PIECE * 4, length).fill(0);
  for (let o = 0; o < outer; o++) {
    const at = PIECE * 4 + o * kept * 8;
    if (tail === 1) addTo(simd, 'addColumns', data, o * lead * kept, at, lead, kept);
    else
      for (let l = 0; l < lead; l++)
        addTo(simd, 'addRows', data, (o * lead + l) * kept * tail, at, kept, tail);
  }
  const y = new Float32Array(length);
  for (let i = 0; i < length; i++) y[i] = totals[i]! / divisor;
  return { data: y, shape: reducedShape(x.shape, axes, keepdims) };
}

/**
 * The sizes of four groups of axes that lie one after the other, of which the first and the third are kept, the second and the
 * fourth summed; groups may be empty. Null for axes in another order, and where what is summed by one call
 * is not worth that call.
 */
export function partsOf(shape: Shape, axes: readonly number[]): Parts | null {
  const parts: Parts = [1, 1, 1, 1];
  let group = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    if (shape[axis] === 1) continue;
    if ((group % 2 === 1) !== axes.includes(axis)) group++;
    if (group === 4) return null;
    parts[group]! *= shape[axis]!;
  }
  const [outer, lead, kept, tail] = parts;
  // What is summed are the last axes.
  if (group < 2) return lead === 1 ? null : [1, 1, outer, lead];
  const atOnce = tail === 1 ? lead * kept : kept * tail;
  return atOnce < WORTHWHILE && outer * lead > 1 ? null : parts;
}
type Parts = [outer: number, lead: number, kept: number, tail: number];

/** Adds `rows` rows of `width` numbers to float64 totals at an address: one total a row, or one a column. */
function addTo(
  simd: Simd,
  kernel: 'addRows' | 'addColumns',
  x: Float32Array,
  from: number,
  at: number,
  rows: number,
  width: number,
): void {
  const [byRow, byColumn] = kernel === 'addRows' ? [8, 0] : [0, 8];
  const together = Math.max(1, Math.floor(PIECE / width));
  const size = Math.min(width, PIECE);
  for (let row = 0; row < rows; row += together)
    for (let column = 0; column < width; column += size) {
      const start = from + row * width + column;
      const count = Math.min(together, rows - row);
      const length = Math.min(size, width - column);
      copyIn(simd, x, start, count * length);
      simd[kernel](0, at + row * byRow + column * byColumn, count, length);
    }
}

/** Copies `count` numbers to the beginning of the memory. */
function copyIn(simd: Simd, x: Float32Array, start: number, count: number): void {
  simd.floats.set(start === 0 && count === x.length ? x : x.subarray(start, start + count), 0);
}

/** Largest or smallest element over the first axes or the last axes; null where the reference has to do it. */
export function extreme(
  simd: Simd,
  which: 'max' | 'min',
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean,
): NDArray | null {
  const found = plan(x, axes);
  if (!found) return null;
  const { by, reduced, kept } = found;
  const from = padded(x.data.length);
  if (!simd.reserve((from + padded(kept)) * 4)) return null;
  const { floats } = simd;
  floats.set(x.data, 0);
  if (by === 'columns') simd[`${which}Columns`](0, from * 4, reduced, kept);
  else simd[`${which}Rows`](0, from * 4, kept, reduced);
  return { data: taken(simd, from, kept), shape: reducedShape(x.shape, axes, keepdims) };
}

export function softmax(simd: Simd, name: 'softmaxRows' | 'logSoftmaxRows', x: NDArray): NDArray | null {
  const { data } = x;
  const width = x.shape[x.shape.length - 1]!;
  if (!isFloat32(data) || data.length < WORTHWHILE) return null;
  const to = padded(data.length);
  if (!simd.reserve(to * 8)) return null;
  const { floats } = simd;
  floats.set(data, 0);
  simd[name](0, to * 4, data.length / width, width);
  return { data: taken(simd, to, data.length), shape: x.shape };
}
