/**
 * Normalisation: rows of numbers brought to mean 0 and mean square 1, and then scaled and shifted by what is learned. All
 * layers of this kind share one op, {@link standardise}, and differ in which numbers make a row.
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { formatShape, ShapeError } from '../base/errors.js';
import { countOver, label, normalizeAxes, type Shape, sizeOf } from '../base/shape.js';
import { type Check, checked, needNumber, needTensors, numberIn } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { add, div, mul, neg } from './arithmetic.js';
import { sqrt } from './functions.js';
import { centre, mean, sumOfSquares } from './moments.js';
import type { One, Two } from './operand.js';
import type { Axes } from './reduce.js';
import { reshape } from './shape.js';

/** Options of {@link layerNorm} and its relatives. */
export interface NormalisationOptions {
  /** What is added to the variance, or to the mean square, under the root, ≥ 0. Default 1e-5; that of `rmsNorm` 1e-6. */
  eps?: number;
}
export const EPS: Check = numberIn({ least: 0, finite: true });
const NORMALISATION: Record<keyof NormalisationOptions, Check> = { eps: EPS };

/**
 * Rows with mean 0 and variance 1.  y = (x − mean x) / σ over `axes`, σ = √(variance x + ε) with the divisor n
 *   ⇒   x̄ = (g − mean g − y · mean(g y)) / σ
 * Without `centred` no mean is taken off:  y = x / σ, σ = √(mean x² + ε)   ⇒   x̄ = (g − y · mean(g y)) / σ
 */
export function standardise(x: Tensor, standard: k.Standard): Tensor {
  return apply(STANDARDISE, [x], standard);
}
const STANDARDISE = defineOp({
  name: 'standardise',
  forward: ([x]: One, standard: k.Standard) => k.standardise(x, standard),
  save: ({ inputs: [x], output: y }) => ({ x, y }),
  vjp: [(g, { x, y }, standard) => div(project(g, y, standard), deviation(x, standard))],
  composition: ([x], { axes, centred, eps }) => {
    const distance = centred ? centre(x, axes) : x;
    const square = sumOfSquares(distance, { axes, keepdims: true, divisor: countOver(x.shape, axes) });
    return div(distance, sqrt(add(square, eps)));
  },
});

/** What of g changes neither the mean nor the size of a row.   p = g − mean g − y · mean(g y), without `centred` g − y · mean(g y) */
function project(g: Tensor, y: Tensor, standard: k.Standard): Tensor {
  return apply(PROJECT, [g, y], standard);
}
const PROJECT = defineOp({
  name: 'project',
  forward: ([g, y]: Two, standard: k.Standard) => k.project(g, y, standard),
  save: ({ inputs: [g, y] }) => ({ g, y }),
  vjp: [
    (p, { y }, standard) => project(p, y, standard),
    (p, { g, y }, { axes }) =>
      neg(add(mul(p, mean(mul(g, y), axes, true)), mul(g, mean(mul(p, y), axes, true)))),
  ],
});

/** The size σ of each row, as in {@link standardise}.   x̄ = g · y / n */
export function deviation(x: Tensor, standard: k.Standard): Tensor {
  return apply(DEVIATION, [x], standard);
}
const DEVIATION = defineOp({
  name: 'deviation',
  forward: ([x]: One, standard: k.Standard) => k.deviation(x, standard),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }, standard) => mul(standardise(x, standard), div(g, countOver(x.shape, standard.axes)))],
});

/**
 * Layer normalisation.  y = (x − mean x) / √(variance x + ε) · weight + bias, with the mean and the variance (divisor n) over
 * `axes`, which are mostly the last. Weight and bias have one number for each position along the axes, or are null.
 * @throws ShapeError for a weight or a bias of another shape
 * @source Ba, Kiros and Hinton 2016
 */
export function layerNorm(
  x: Tensor,
  axes: Axes,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  options: NormalisationOptions = {},
): Tensor {
  const { eps = 1e-5 } = checked('layerNorm', options, NORMALISATION);
  const over = normalizeAxes('layerNorm', axes, x);
  return scaleAndShift('layerNorm', standardise(x, { axes: over, centred: true, eps }), over, weight, bias);
}

/**
 * Root-mean-square normalisation.  y = x / √(mean x² + ε) · weight, with the mean over `axes`, which are mostly the last. ε is
 * 1e-6 unless given, whatever the dtype is. (In PyTorch it is the machine epsilon of the dtype.)
 * @throws ShapeError for a weight that has not one number for each position along the axes
 * @source Zhang and Sennrich 2019
 */
export function rmsNorm(
  x: Tensor,
  axes: Axes,
  weight: Tensor | null = null,
  options: NormalisationOptions = {},
): Tensor {
  const { eps = 1e-6 } = checked('rmsNorm', options, NORMALISATION);
  const over = normalizeAxes('rmsNorm', axes, x);
  return scaleAndShift('rmsNorm', standardise(x, { axes: over, centred: false, eps }), over, weight, null);
}

/**
 * Group normalisation of x [N, C, ...]: the channels are split into groups of C / `groups` neighbours, and all numbers of a
 * group in an image are standardised together. Weight and bias have one number for each channel, or are null.
 * @throws ShapeError unless the channels split evenly, and for a weight or a bias of another shape
 * @source Wu and He 2018
 */
export function groupNorm(
  x: Tensor,
  groups: number,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  options: NormalisationOptions = {},
): Tensor {
  const { eps = 1e-5 } = checked('groupNorm', options, NORMALISATION);
  needNumber('groupNorm', 'groups', groups, { least: 1, whole: true });
  const [images, channels, ...inner] = batchOf('groupNorm', x);
  if (channels % groups !== 0)
    throw new ShapeError(
      'groupNorm',
      `${channels} channels of ${label(x)} do not split into ${groups} groups`,
      [x.shape],
    );
  const grouped = reshape(x, [images, groups, (channels / groups) * sizeOf(inner)]);
  const y = standardise(grouped, { axes: [2], centred: true, eps });
  return scaleAndShift('groupNorm', reshape(y, x.shape), [1], weight, bias);
}

/**
 * Instance normalisation of x [N, C, ...]: each channel of each image is standardised by itself. Weight and bias have one
 * number for each channel, or are null.
 * @throws ShapeError unless a channel of an image has more than one value, and for a weight or a bias of another shape
 * @source Ulyanov, Vedaldi and Lempitsky 2016
 */
export function instanceNorm(
  x: Tensor,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  options: NormalisationOptions = {},
): Tensor {
  const { eps = 1e-5 } = checked('instanceNorm', options, NORMALISATION);
  const [, , ...inner] = batchOf('instanceNorm', x);
  if (sizeOf(inner) === 1)
    throw new ShapeError(
      'instanceNorm',
      `a channel of ${label(x)} has one value, which less its mean is 0; expected [N, C, ...] with more values to a channel`,
      [x.shape],
    );
  const axes = inner.map((_, axis) => axis + 2);
  return scaleAndShift('instanceNorm', standardise(x, { axes, centred: true, eps }), [1], weight, bias);
}

/** The sizes of a batch [N, C, ...]. */
function batchOf(op: string, x: Tensor): readonly [number, number, ...number[]] {
  needTensors(op, x);
  if (x.rank < 2) throw new ShapeError(op, `expected a batch [N, C, ...], got ${label(x)}`, [x.shape]);
  return x.shape as unknown as [number, number, ...number[]];
}

/** y · weight + bias, which have one number for each position along the axes. What is null is left out. */
export function scaleAndShift(
  op: string,
  y: Tensor,
  axes: readonly number[],
  weight: Tensor | null,
  bias: Tensor | null,
): Tensor {
  const scaled = weight === null ? y : mul(y, along(op, 'weight', weight, y.shape, axes));
  return bias === null ? scaled : add(scaled, along(op, 'bias', bias, y.shape, axes));
}

/** A tensor with one number for each position along the axes, so that it broadcasts to `shape`. */
function along(op: string, what: string, one: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  needTensors(op, one);
  const expected = axes.map((axis) => shape[axis]!);
  if (formatShape(one.shape) !== formatShape(expected))
    throw new ShapeError(
      op,
      `expected a ${what} of shape ${formatShape(expected)} for an input ${formatShape(shape)}, got ${label(one)}`,
      [one.shape, shape],
    );
  return reshape(
    one,
    shape.map((size, axis) => (axes.includes(axis) ? size : 1)),
  );
}
