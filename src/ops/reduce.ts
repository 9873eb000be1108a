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
import { normalizeAxes, normalizeAxis, reducedShape, type Shape, sizeOf } from '../base/shape.js';
import type { Reduced } from '../base/shape-types.js';
import { type Check, checked, needFlag, numberIn } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { add, div, mul, square, sub } from './arithmetic.js';
import { abs, equal, greater, less, notEqual, where } from './compare.js';
import { full } from './create.js';
import { exp, log, pow, sqrt } from './functions.js';
import { constant, type One } from './operand.js';
import { concat, permute, reshape, slice } from './shape.js';

/** One axis, a list of axes, or undefined for all axes. */
export type Axes = number | readonly number[] | undefined;
interface ReducedAxes {
  readonly axes: readonly number[];
  readonly keepdims: boolean;
}

function reduction(op: string, x: Tensor, axes: Axes, keepdims: boolean): ReducedAxes {
  const over = normalizeAxes(op, axes, x);
  needFlag(op, 'keepdims', keepdims);
  return { axes: over, keepdims };
}

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

/** The number of elements that are reduced into one. */
function countOf(x: Tensor, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * x.shape[axis]!, 1);
}

/** Mean.  y = Σ x / n over `axes`; NaN over nothing */
export function mean<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
  x: Tensor<S>,
  axes?: A,
  keepdims?: K | false,
): Tensor<Extract<Reduced<S, A, K>, Shape>>;
export function mean(x: Tensor, axes?: Axes, keepdims = false): Tensor {
  const { axes: over } = reduction('mean', x, axes, keepdims);
  return div(sum(x, over, keepdims), countOf(x, over));
}

/** Options of {@link variance} and {@link std}. */
export interface VarianceOptions {
  /** Whether reduced axes are kept, with size 1. Default false. */
  keepdims?: boolean;
  /** What is taken off the number of elements in the divisor. Default 1. */
  correction?: number;
}
const VARIANCE: Record<keyof VarianceOptions, Check> = { keepdims: needFlag, correction: numberIn({}) };

/**
 * Variance.  y = Σ (x − mean x)² / (n − correction); correction 1 (Bessel's, the default) estimates the variance
 * of the population x was drawn from. Correction 0 gives the variance of x itself, as batch normalisation uses it. If n is
 * not above the correction, the divisor is 0, and the result is NaN, or ∞ if the elements differ.
 */
export function variance(x: Tensor, axes?: Axes, options: VarianceOptions = {}): Tensor {
  const { keepdims = false, correction = 1 } = checked('variance', options, VARIANCE);
  const over = normalizeAxes('variance', axes, x);
  const centred = sub(x, mean(x, over, true));
  return div(sum(square(centred), over, keepdims), Math.max(0, countOf(x, over) - correction));
}

/** Standard deviation, √variance.  Where all values are equal the gradient is taken as 0. */
export function std(x: Tensor, axes?: Axes, options: VarianceOptions = {}): Tensor {
  return rootOrZero(variance(x, normalizeAxes('std', axes, x), checked('std', options, VARIANCE)));
}

/** √s, with the slope 0 at s = 0, where the derivative is infinite. */
function rootOrZero(s: Tensor): Tensor {
  const isZero = equal(s, 0);
  return where(isZero, 0, sqrt(where(isZero, 1, s)));
}

/** Options of {@link norm}. */
export interface NormOptions {
  /** Whether reduced axes are kept, with size 1. Default false. */
  keepdims?: boolean;
  /** The exponent, ≥ 1. Default 2. */
  p?: number;
}
const NORM: Record<keyof NormOptions, Check> = { keepdims: needFlag, p: numberIn({ least: 1 }) };

/**
 * Vector norm over `axes`.  y = (Σ |x|ᵖ)^(1/p), p = 2 unless given; p = Infinity is max |x|.
 * Where x = 0 the gradient is 0. Scaled by max |x| inside, so that squares neither overflow nor vanish.
 */
export function norm(x: Tensor, axes?: Axes, options: NormOptions = {}): Tensor {
  const { keepdims = false, p = 2 } = checked('norm', options, NORM);
  const over = normalizeAxes('norm', axes, x);
  if (p === 1 || x.size === 0) return sum(abs(x), over, keepdims);
  if (p === Infinity) return max(abs(x), over, keepdims);
  // The scale is a constant: the result does not depend on it, so its derivative is zero.
  const top = max(abs(constant(x)), over, true);
  const scale = where(mul(greater(top, 0), less(top, Infinity)), top, 1);
  const total = sum(p === 2 ? square(div(x, scale)) : pow(abs(div(x, scale)), p), over, true);
  const scaled =
    p === 2 ? rootOrZero(total) : where(equal(total, 0), 0, pow(where(equal(total, 0), 1, total), 1 / p));
  return reshape(mul(scaled, scale), reducedShape(x.shape, over, keepdims));
}

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
  if (countOf(x, over) === 0)
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
  const { axes } = extremum('argMax', x, normalizeAxis('argMax', axis, x), keepdims);
  return apply(ARG_MAX, [x], { axes, keepdims });
}
const ARG_MAX = defineOp({
  name: 'argMax',
  forward: ([x]: One, { axes, keepdims }: ReducedAxes) => k.argMax(x, axes[0]!, keepdims),
  vjp: ['zero'],
});

/** Position of the first smallest element along an axis, as floats without a gradient. */
export function argMin(x: Tensor, axis = -1, keepdims = false): Tensor {
  const { axes } = extremum('argMin', x, normalizeAxis('argMin', axis, x), keepdims);
  return apply(ARG_MIN, [x], { axes, keepdims });
}
const ARG_MIN = defineOp({
  name: 'argMin',
  forward: ([x]: One, { axes, keepdims }: ReducedAxes) => k.argMax(k.neg(x), axes[0]!, keepdims),
  vjp: ['zero'],
});

/** log Σ eˣ over `axes`, shifted by the maximum so that nothing overflows; −∞ over nothing. */
export function logSumExp(x: Tensor, axes?: Axes, keepdims = false): Tensor {
  const { axes: over } = reduction('logSumExp', x, axes, keepdims);
  if (countOf(x, over) === 0) return log(sum(x, over, keepdims));
  const top = max(constant(x), over, true);
  const shift = where(equal(sub(top, top), 0), top, 0);
  return reshape(add(log(sum(exp(sub(x, shift)), over, true)), shift), reducedShape(x.shape, over, keepdims));
}

/**
 * Product over `axes`; 1 over nothing. The first half of the factors is multiplied with the second half until one number is
 * left, so the gradient is exact also where some factors are 0.
 */
export function prod(x: Tensor, axes?: Axes, keepdims = false): Tensor {
  const { axes: over } = reduction('prod', x, axes, keepdims);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !over.includes(axis));
  const rows = sizeOf(kept.map((axis) => x.shape[axis]!));
  let factors: Tensor = reshape(permute(x, [...kept, ...over]), [rows, countOf(x, over)]);
  if (factors.shape[1] === 0) factors = concat([factors, full([rows, 1], 1, { dtype: x.dtype })], 1);
  while (factors.shape[1]! > 1) {
    const half = Math.floor(factors.shape[1]! / 2);
    const product = mul(slice(factors, [null, [0, half]]), slice(factors, [null, [half, 2 * half]]));
    factors = concat([product, slice(factors, [null, [2 * half, factors.shape[1]!]])], 1);
  }
  return reshape(factors, reducedShape(x.shape, over, keepdims));
}

/** Running sum along an axis.  yᵢ = Σ_{j ≤ i} xⱼ   ⇒   x̄ⱼ = Σ_{i ≥ j} gᵢ, a running sum from the end */
export function cumSum(x: Tensor, axis = -1, reverse = false): Tensor {
  const at = normalizeAxis('cumSum', axis, x);
  needFlag('cumSum', 'reverse', reverse);
  return apply(CUM_SUM, [x], { axis: at, reverse });
}
const CUM_SUM = defineOp({
  name: 'cumSum',
  forward: ([x]: One, { axis, reverse }: { axis: number; reverse: boolean }) => k.cumSum(x, axis, reverse),
  vjp: [(g, _, { axis, reverse }) => cumSum(g, axis, !reverse)],
});
