/**
 * Losses. A loss refuses inputs of unequal shape and does not broadcast them: [n, 1] with [n] would compare every
 * prediction with every target. `reduction` is 'mean' (the default), 'sum' or 'none'.
 *
 * Previous: src/ops/softmax.ts · Next: src/functional.ts
 */

import { Tensor } from '../autograd/graph.js';
import { allocate } from '../base/array.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { refuseForeign } from '../base/kind.js';
import { warnOnce } from '../base/lint.js';
import { label, type Shape, sameShape } from '../base/shape.js';
import { checked, needTensors } from '../base/words.js';
import { softplus } from './activations.js';
import { add, div, mul, neg, square, sub } from './arithmetic.js';
import { abs, clip, notEqual, where } from './compare.js';
import { exp, log } from './functions.js';
import { classIndex, gather, type IndexInput } from './indexing.js';
import {
  CROSS_ENTROPY,
  type CrossEntropyOptions,
  HUBER,
  type HuberOptions,
  KL_DIV,
  type KLDivOptions,
  type LossOptions,
  NLL,
  type NLLOptions,
  REDUCTION,
  type Reduction,
} from './loss-options.js';
import { mean, sumOfSquares } from './moments.js';
import { sum } from './reduce.js';
import { reshape, unsqueeze } from './shape.js';
import { logSoftmax } from './softmax.js';
import { weigh } from './weigh.js';

export type { CrossEntropyOptions, HuberOptions, KLDivOptions, LossOptions, NLLOptions, Reduction };

function reduceLoss(losses: Tensor, reduction: Reduction = 'mean'): Tensor {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? sum(losses) : mean(losses);
}

function refuseUnequal(op: string, prediction: Tensor, target: Tensor): void {
  for (const one of [prediction, target]) refuseForeign(op, one);
  if (!(prediction instanceof Tensor) || !(target instanceof Tensor))
    throw new ArgumentError(op, 'expected two Tensors, prediction and target');
  if (sameShape(prediction.shape, target.shape)) return;
  const hint =
    prediction.size === target.size ? `; did you mean target.reshape(${formatShape(prediction.shape)})?` : '';
  throw new ShapeError(
    op,
    `prediction ${label(prediction)} and target ${label(target)} must have one shape, losses do not broadcast${hint}`,
    [prediction.shape, target.shape],
  );
}

/** Mean squared error.  (prediction − target)² */
export function mseLoss(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  refuseUnequal('mseLoss', prediction, target);
  const { reduction } = checked('mseLoss', options, REDUCTION);
  const error = sub(prediction, target);
  if (reduction === 'sum' || reduction === 'none') return reduceLoss(square(error), reduction);
  // In one step: a square may overflow where the mean does not.
  return sumOfSquares(error, { axes: error.shape.map((_, i) => i), keepdims: false, divisor: error.size });
}

/** Mean absolute error.  |prediction − target|, with slope 0 where they are equal */
export function l1Loss(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  refuseUnequal('l1Loss', prediction, target);
  const { reduction } = checked('l1Loss', options, REDUCTION);
  return reduceLoss(abs(sub(prediction, target)), reduction);
}

/**
 * Huber's loss: e²/2 where |e| < δ, δ(|e| − δ/2) elsewhere, e = prediction − target. With c, which is e limited to [−δ, δ],
 * both are c²/2 + δ|e − c|, and no square of a large e is computed.
 * @throws ArgumentError unless δ > 0
 */
export function huberLoss(prediction: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  refuseUnequal('huberLoss', prediction, target);
  const { delta = 1, reduction } = checked('huberLoss', options, HUBER);
  const error = sub(prediction, target);
  const inner = clip(error, -delta, delta);
  const quadratic = mul(square(inner), 0.5);
  // Without a limit there is no linear part, and δ|e − c| would be ∞ · 0.
  const linear = Number.isFinite(delta) ? mul(abs(sub(error, inner)), delta) : 0;
  return reduceLoss(add(quadratic, linear), reduction);
}

/**
 * Kullback and Leibler's divergence  target · (log target − input)  of a target distribution from `logInput`, which
 * holds log-probabilities; 0 where the target is 0. 'batchMean' divides the sum by the size of the first axis,
 * which is the divergence a row; 'mean' divides by the number of elements.
 */
export function klDivLoss(logInput: Tensor, target: Tensor, options: KLDivOptions = {}): Tensor {
  refuseUnequal('klDivLoss', logInput, target);
  const { logTarget = false, reduction } = checked('klDivLoss', options, KL_DIV);
  const possible = notEqual(target, logTarget ? -Infinity : 0);
  const logged = logTarget ? where(possible, target, 0) : log(where(possible, target, 1));
  const weight = logTarget ? exp(logged) : target;
  const losses = where(possible, mul(weight, sub(logged, where(possible, logInput, 0))), 0);
  if (reduction === 'batchMean') return div(sum(losses), logInput.shape[0] ?? 1);
  return reduceLoss(losses, reduction);
}

/**
 * Binary cross-entropy of logits x against targets t in [0, 1]:  t·softplus(−x) + (1 − t)·softplus(x), which is
 * −t log σ(x) − (1 − t) log(1 − σ(x)) without overflow or log 0. The shorter formula softplus(x) − x·t would lose the
 * digits of a small loss to cancellation.
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  target: Tensor,
  options: LossOptions = {},
): Tensor {
  refuseUnequal('binaryCrossEntropyWithLogits', logits, target);
  const { reduction } = checked('binaryCrossEntropyWithLogits', options, REDUCTION);
  warnIfActivated(logits, 'sigmoid', 'binaryCrossEntropyWithLogits');
  // A logit of ±∞ is a certain answer: it costs nothing where it is right, since a target of 0 weighs nothing.
  const losses = add(weigh(target, softplus(neg(logits))), weigh(sub(1, target), softplus(logits)));
  return reduceLoss(losses, reduction);
}

/**
 * Cross-entropy −Σ_c t_c · log softmax(logits)_c of logits [..., classes] against class indices [...] or target
 * probabilities [..., classes]. Takes logits: the softmax is inside, in its stable logarithmic form.
 * @throws ShapeError if the target's shape is neither; ArgumentError for classes that do not exist
 */
export function crossEntropy(logits: Tensor, target: IndexInput, options: CrossEntropyOptions = {}): Tensor {
  const classes = checkLogits('crossEntropy', logits);
  const {
    labelSmoothing = 0,
    ignoreIndex = null,
    reduction,
  } = checked('crossEntropy', options, CROSS_ENTROPY);
  warnIfActivated(logits, 'softmax', 'crossEntropy');
  if (target instanceof Tensor && sameShape(target.shape, logits.shape)) {
    if (ignoreIndex !== null)
      throw new ArgumentError(
        'crossEntropy',
        'ignoreIndex goes with class indices, not with target probabilities',
      );
    const smooth =
      labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / classes);
    return reduceLoss(neg(sum(weigh(smooth, logSoftmax(logits)), -1)), reduction);
  }
  const rows = rowClasses('crossEntropy', logits, target, ignoreIndex);
  const logProbabilities = logSoftmax(onlyKept(logits, rows));
  const losses = pickClasses(logProbabilities, rows);
  if (labelSmoothing === 0) return weightedMean(losses, rows, reduction);
  const uniform = where(rows.keep, neg(mean(logProbabilities, -1)), 0);
  const smoothed = add(mul(losses, 1 - labelSmoothing), mul(uniform, labelSmoothing));
  return weightedMean(smoothed, rows, reduction);
}

/** Negative log-likelihood −logProbabilities[..., class] of class indices, as {@link crossEntropy} without its softmax. */
export function nllLoss(logProbabilities: Tensor, target: IndexInput, options: NLLOptions = {}): Tensor {
  checkLogits('nllLoss', logProbabilities);
  const { ignoreIndex = null, reduction } = checked('nllLoss', options, NLL);
  const rows = rowClasses('nllLoss', logProbabilities, target, ignoreIndex);
  return weightedMean(pickClasses(logProbabilities, rows), rows, reduction);
}

function checkLogits(op: string, logits: Tensor): number {
  needTensors(op, logits);
  const classes = logits.shape[logits.rank - 1];
  if (classes === undefined || classes === 0)
    throw new ShapeError(op, `expected [..., classes], got shape ${formatShape(logits.shape)}`, [
      logits.shape,
    ]);
  return classes;
}

/** The class of each row of scores [..., classes]. */
interface RowClasses {
  /** [rows, 1] */
  readonly index: Tensor;
  /** [...]: 1 for rows that count, 0 for ignored ones. */
  readonly keep: Tensor;
  readonly anyIgnored: boolean;
}

function rowClasses(op: string, scores: Tensor, target: IndexInput, ignore: number | null): RowClasses {
  const classes = scores.shape[scores.rank - 1]!;
  const lead: Shape = scores.shape.slice(0, -1);
  const { index, keep, shape } = classIndex(op, target, classes, ignore);
  if (!sameShape(shape, lead))
    throw new ShapeError(
      op,
      `the target has shape ${formatShape(shape)}; expected class indices ${formatShape(lead)} or probabilities ${formatShape(scores.shape)}`,
      [scores.shape, shape],
    );
  const weights = allocate(scores.dtype, keep.length);
  weights.set(keep);
  return {
    index: new Tensor(Float64Array.from(index), [index.length, 1]),
    keep: new Tensor(weights, lead),
    anyIgnored: keep.includes(0),
  };
}

/** The scores with zeros in ignored rows. These rows may hold NaN or ∞, so they are replaced before anything is computed. */
function onlyKept(scores: Tensor, { keep, anyIgnored }: RowClasses): Tensor {
  return anyIgnored ? where(unsqueeze(keep, -1), scores, 0) : scores;
}

/** −logProbabilities at each row's class, 0 for ignored rows. */
function pickClasses(logProbabilities: Tensor, { index, keep, anyIgnored }: RowClasses): Tensor {
  const rows = reshape(logProbabilities, [index.size, logProbabilities.shape[logProbabilities.rank - 1]!]);
  const losses = neg(reshape(gather(rows, 1, index), keep.shape));
  return anyIgnored ? where(keep, losses, 0) : losses;
}

/** The mean runs over the rows that count; over none it is NaN, as 0/0. */
function weightedMean(losses: Tensor, { keep }: RowClasses, reduction: Reduction = 'mean'): Tensor {
  if (reduction === 'mean') return div(sum(losses), sum(keep).item());
  return reduceLoss(losses, reduction);
}

function warnIfActivated(logits: Tensor, activation: string, loss: string): void {
  if (logits.node?.op.name === activation)
    warnOnce(
      `double ${activation}`,
      `${loss} applies ${activation} itself, and its input comes out of one; pass the logits`,
    );
}
