/**
 * Sums and other reductions. `axes` is one axis, a list of axes, or left out for all axes. Negative axes count from the end.
 * `keepdims` keeps reduced axes with size 1.
 *
 * Previous: src/ops/shape.ts · Next: src/ops/matmul.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { broadcastTo } from '../autograd/sums.js';
import { formatShape, ShapeError } from '../base/errors.js';
import {
  countOver,
  normalizeAxis,
  type ReducedAxes,
  reducedShape,
  type Shape,
  sizeOf,
} from '../base/shape.js';
import type { Reduced } from '../base/shape-types.js';
import { needFlag, needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { div, mul } from './arithmetic.js';
import { equal, notEqual, where } from './compare.js';
import { full } from './create.js';
import { type One, reduction } from './operand.js';
import { concat, permute, reshape, slice } from './shape.js';

/** One axis, a list of axes, or undefined for all axes. */
export type Axes = number | readonly number[] | undefined;

/** Sum.  y = Σ x over `axes`; 0 over nothing   ⇒   x̄ = g, repeated along the axes */
export function sum<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
  x: Tensor<S>,
  axes?: A,
  keepdims: K | false = false,
): Tensor<Extract<Reduced<S, A, K>, Shape>> {
  return apply(SUM, [x], reduction('sum', x, axes, keepdims));
}
const SUM = defineOp({
  name: 'sum',
  forward: ([x]: One, { axes, keepdims }: ReducedAxes) => k.sum(x, axes, keepdims),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }, { axes }) => broadcastTo(reshape(g, reducedShape(shape, axes, true)), shape)],
});

/** Largest element, or NaN.  y = max x   ⇒   x̄ = g, shared evenly among ties. @throws ShapeError over nothing */
export function max(x: Tensor, axes?: Axes, keepdims = false): Tensor {
  return apply(MAX, [x], extremum('max', x, axes, keepdims));
}
const MAX = defineOp({
  name: 'max',
  forward: ([x]: One, { axes, keepdims }: ReducedAxes) => k.max(x, axes, keepdims),
  save: ({ inputs: [x], output: y }) => ({ x, y }),
  vjp: [(g, { x, y }, { axes }) => shareAmongTies(g, x, y, axes)],
});

/** Smallest element, or NaN.  y = min x   ⇒   x̄ = g, shared evenly among ties. @throws ShapeError over nothing */
export function min(x: Tensor, axes?: Axes, keepdims = false): Tensor {
  return apply(MIN, [x], extremum('min', x, axes, keepdims));
}
const MIN = defineOp({
  name: 'min',
  forward: ([x]: One, { axes, keepdims }: ReducedAxes) => k.min(x, axes, keepdims),
  save: ({ inputs: [x], output: y }) => ({ x, y }),
  vjp: [(g, { x, y }, { axes }) => shareAmongTies(g, x, y, axes)],
});

function extremum(op: string, x: Tensor, axes: Axes, keepdims: boolean): ReducedAxes {
  const { axes: over } = reduction(op, x, axes, keepdims);
  if (countOver(x.shape, over) === 0)
    throw new ShapeError(
      op,
      `the ${op} of no elements does not exist: shape ${formatShape(x.shape)} over axes ${formatShape(over)}`,
      [x.shape],
    );
  return { axes: over, keepdims };
}

/** The rule of max and min. If an element is NaN, the NaN is the extremum. */
function shareAmongTies(g: Tensor, x: Tensor, y: Tensor, axes: readonly number[]): Tensor {
  const kept = reducedShape(x.shape, axes, true);
  const winners = where(notEqual(x, x), 1, equal(x, reshape(y, kept)));
  return where(winners, div(reshape(g, kept), sum(winners, axes, true)), 0);
}

/** Position of the first largest element along an axis, as floats without a gradient. NaN counts as largest. */
export function argMax(x: Tensor, axis = -1, keepdims = false): Tensor {
  return position('argMax', ARG_MAX, x, axis, keepdims);
}
const ARG_MAX = defineOp({
  name: 'argMax',
  forward: ([x]: One, { axes, keepdims }: ReducedAxes) => k.argMax(x, axes[0]!, keepdims),
  vjp: ['zero'],
});

/** Position of the first smallest element along an axis, as floats without a gradient. */
export function argMin(x: Tensor, axis = -1, keepdims = false): Tensor {
  return position('argMin', ARG_MIN, x, axis, keepdims);
}
const ARG_MIN = defineOp({
  name: 'argMin',
  forward: ([x]: One, { axes, keepdims }: ReducedAxes) => k.argMax(k.neg(x), axes[0]!, keepdims),
  vjp: ['zero'],
});

function position(name: string, op: typeof ARG_MAX, x: Tensor, axis: number, keepdims: boolean): Tensor {
  needTensors(name, x);
  if (x.rank === 0) return position(name, op, reshape(x, [1]), axis, false);
  return apply(op, [x], extremum(name, x, normalizeAxis(name, axis, x), keepdims));
}

/**
 * Product over `axes`; 1 over nothing. The first half of the factors is multiplied with the second half until one number is
 * left, so the gradient is exact also where some factors are 0.
 */
export function prod(x: Tensor, axes?: Axes, keepdims = false): Tensor {
  const { axes: over } = reduction('prod', x, axes, keepdims);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !over.includes(axis));
  const rows = sizeOf(kept.map((axis) => x.shape[axis]!));
  let factors: Tensor = reshape(permute(x, [...kept, ...over]), [rows, countOver(x.shape, over)]);
  if (factors.shape[1] === 0) factors = concat([factors, full([rows, 1], 1, { dtype: x.dtype })], 1);
  while (factors.shape[1]! > 1) {
    const half = Math.floor(factors.shape[1]! / 2);
    const product = mul(slice(factors, [null, [0, half]]), slice(factors, [null, [half, 2 * half]]));
    factors = concat([product, slice(factors, [null, [2 * half, factors.shape[1]!]])], 1);
  }
  return reshape(factors, reducedShape(x.shape, over, keepdims));
}

/**
 * Running sum along an axis; that of a scalar has one element.  yᵢ = Σ_{j ≤ i} xⱼ   ⇒   x̄ⱼ = Σ_{i ≥ j} gᵢ, a running sum
 * from the end
 */
export function cumSum(x: Tensor, axis = -1, reverse = false): Tensor {
  needTensors('cumSum', x);
  if (x.rank === 0) return cumSum(reshape(x, [1]), axis, reverse);
  const at = normalizeAxis('cumSum', axis, x);
  needFlag('cumSum', 'reverse', reverse);
  return apply(CUM_SUM, [x], { axis: at, reverse });
}
const CUM_SUM = defineOp({
  name: 'cumSum',
  forward: ([x]: One, { axis, reverse }: { axis: number; reverse: boolean }) => k.cumSum(x, axis, reverse),
  vjp: [(g, _, { axis, reverse }) => cumSum(g, axis, !reverse)],
});
