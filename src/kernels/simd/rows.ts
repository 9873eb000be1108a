/** Sums, extremes and softmax in WebAssembly. Twins of {@link reference/reduce.ts} and {@link reference/softmax.ts}. */

import type { NDArray } from '../../base/array.js';
import { isFloat32 } from '../../base/kind.js';
import { reducedShape, sizeOf } from '../../base/shape.js';
import { padded } from './elementwise.js';
import type { Simd } from './module.js';

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

/** Sum over the first axes or the last axes, divided by `divisor`; null where the reference has to do it. */
export function sum(
  simd: Simd,
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean,
  divisor = 1,
): NDArray | null {
  const found = plan(x, axes);
  if (!found) return null;
  const { by, reduced, kept } = found;
  const from = padded(x.data.length);
  if (!simd.reserve((from + padded(kept)) * 4 + kept * 8)) return null;
  const { floats } = simd;
  floats.set(x.data, 0);
  if (by === 'columns') simd.sumColumns(0, from * 4, (from + padded(kept)) * 4, reduced, kept, divisor);
  else simd.sumRows(0, from * 4, kept, reduced, divisor);
  return { data: floats.slice(from, from + kept), shape: reducedShape(x.shape, axes, keepdims) };
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
  return { data: floats.slice(from, from + kept), shape: reducedShape(x.shape, axes, keepdims) };
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
  return { data: floats.slice(to, to + data.length), shape: x.shape };
}
