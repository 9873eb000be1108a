/**
 * Order along an axis: sorting, the largest few, and extremes with their positions. Each finds positions, which are constants,
 * and gathers the elements there. So a gradient goes back to the element that was taken, and to no other.
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { formatShape, ShapeError } from '../base/errors.js';
import { normalizeAxis } from '../base/shape.js';
import { type Check, checked, needFlag, needNumber, needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { gather } from './indexing.js';
import type { One } from './operand.js';
import { argMax, argMin } from './reduce.js';
import { reshape, slice, squeeze } from './shape.js';

/** Elements of a tensor, and their positions along the axis as floats without a gradient. */
export interface ValuesAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/** Options of {@link sort} and {@link argSort}. */
export interface SortOptions {
  /** Whether the largest element comes first. Default false. */
  descending?: boolean;
}
const SORT: Record<keyof SortOptions, Check> = { descending: needFlag };

/**
 * The positions of the elements along an axis in ascending order, as floats without a gradient. Equal elements keep their order,
 * also in descending order, and NaN comes last in both.
 */
export function argSort(x: Tensor, axis = -1, options: SortOptions = {}): Tensor {
  const { descending = false } = checked('argSort', options, SORT);
  return positions('argSort', x, axis, descending);
}

function positions(op: string, x: Tensor, axis: number, descending: boolean): Tensor {
  needTensors(op, x);
  if (x.rank === 0) return reshape(positions(op, reshape(x, [1]), axis, descending), []);
  return apply(ARG_SORT, [x], { axis: normalizeAxis(op, axis, x), descending });
}
const ARG_SORT = defineOp({
  name: 'argSort',
  forward: ([x]: One, { axis, descending }: { axis: number; descending: boolean }) =>
    k.argSort(x, axis, descending),
  vjp: ['zero'],
});

/** The elements of x at positions along an axis; the one element of a scalar. */
function at(x: Tensor, indices: Tensor, axis: number): ValuesAndIndices {
  return { values: x.rank === 0 ? reshape(x, []) : gather(x, axis, indices), indices };
}

/**
 * The elements along an axis in ascending order, with the positions they had. Equal elements keep their order, and NaN comes
 * last.   x̄ = g, put back to where the elements came from
 */
export function sort(x: Tensor, axis = -1, options: SortOptions = {}): ValuesAndIndices {
  const { descending = false } = checked('sort', options, SORT);
  return at(x, positions('sort', x, axis, descending), axis);
}

/** Options of {@link topk}. */
export interface TopkOptions {
  /** Whether the largest elements are taken, or else the smallest. Default true. */
  largest?: boolean;
}
const TOPK: Record<keyof TopkOptions, Check> = { largest: needFlag };

/**
 * The k largest elements along an axis, the largest first, with their positions. Of equal elements the first is taken first. NaN is
 * taken last.   x̄ = g, put back to where the elements came from; 0 elsewhere
 * @throws ShapeError if the axis has fewer than k elements
 */
export function topk(x: Tensor, count: number, axis = -1, options: TopkOptions = {}): ValuesAndIndices {
  const { largest = true } = checked('topk', options, TOPK);
  needTensors('topk', x);
  needNumber('topk', 'k', count, { least: 0, whole: true });
  if (x.rank === 0) return topk(reshape(x, [1]), count, axis, options);
  const along = normalizeAxis('topk', axis, x);
  if (count > x.shape[along]!)
    throw new ShapeError(
      'topk',
      `axis ${along} of ${formatShape(x.shape)} has ${x.shape[along]} elements, fewer than k = ${count}`,
      [x.shape],
    );
  const order = positions('topk', x, along, largest);
  const first = slice(
    order,
    x.shape.map((_, i) => (i === along ? [0, count] : null)),
  );
  return at(x, first, along);
}

/**
 * The largest element along an axis with its position, the first of several. NaN counts as largest, as in {@link max}.   x̄ = g at
 * that position alone, where max shares it among ties
 * @throws ShapeError over nothing
 */
export function maxWithIndex(x: Tensor, axis = -1, keepdims = false): ValuesAndIndices {
  return extreme('maxWithIndex', argMax, x, axis, keepdims);
}

/** The smallest element along an axis with its position, likewise. */
export function minWithIndex(x: Tensor, axis = -1, keepdims = false): ValuesAndIndices {
  return extreme('minWithIndex', argMin, x, axis, keepdims);
}

function extreme(
  op: string,
  position: typeof argMax,
  x: Tensor,
  axis: number,
  keepdims: boolean,
): ValuesAndIndices {
  needTensors(op, x);
  if (x.rank === 0) return extreme(op, position, reshape(x, [1]), axis, false);
  const along = normalizeAxis(op, axis, x);
  needFlag(op, 'keepdims', keepdims);
  if (x.shape[along] === 0)
    throw new ShapeError(op, `axis ${along} of ${formatShape(x.shape)} has no elements`, [x.shape]);
  const { values, indices } = at(x, position(x, along, true), along);
  return keepdims
    ? { values, indices }
    : { values: squeeze(values, along), indices: squeeze(indices, along) };
}
