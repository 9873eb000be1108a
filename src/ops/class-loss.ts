/**
 * Losses of scores [..., classes] whose targets are classes: cross-entropy, likelihood, and the margin of the right class.
 */

import { Tensor } from '../autograd/graph.js';
import { broadcastTo } from '../autograd/sums.js';
import { allocate } from '../base/array.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { type Shape, sameShape } from '../base/shape.js';
import { checked, needTensors } from '../base/words.js';
import { relu } from './activations.js';
import { add, div, mul, neg, sub } from './arithmetic.js';
import { where } from './compare.js';
import { classIndex, gather, type IndexInput, indexSelect, oneHot } from './indexing.js';
import {
  CROSS_ENTROPY,
  type CrossEntropyOptions,
  MARGIN,
  type MarginOptions,
  NLL,
  type NLLOptions,
  type Reduction,
  type Weights,
} from './loss-options.js';
import { reduceLoss, warnIfActivated, weightsLike } from './loss-parts.js';
import { mean } from './moments.js';
import { sum } from './reduce.js';
import { reshape, unsqueeze } from './shape.js';
import { logSoftmax } from './softmax.js';
import { weigh } from './weigh.js';

export type { CrossEntropyOptions, MarginOptions, NLLOptions, Weights };

/**
 * Cross-entropy −Σ_c t_c · log softmax(logits)_c of logits [..., classes] against class indices [...] or target
 * probabilities [..., classes]. Takes logits: the softmax is inside, in its stable logarithmic form.
 *
 * With class weights w the sum is −Σ_c w_c · t_c · log softmax(logits)_c. For class indices the mean divides by the weights of
 * the targets of all rows that count, Σ w_target, so that it is a weighted mean. For target probabilities it divides by the
 * number of rows, as in PyTorch.
 * @throws ShapeError if the target's shape is neither; ArgumentError for classes that do not exist
 */
export function crossEntropy(logits: Tensor, target: IndexInput, options: CrossEntropyOptions = {}): Tensor {
  const classes = checkLogits('crossEntropy', logits);
  const {
    labelSmoothing = 0,
    ignoreIndex = null,
    weight,
    reduction,
  } = checked('crossEntropy', options, CROSS_ENTROPY);
  const weights = classWeights('crossEntropy', logits, weight);
  warnIfActivated(logits, 'softmax', 'crossEntropy');
  if (target instanceof Tensor && sameShape(target.shape, logits.shape)) {
    if (ignoreIndex !== null)
      throw new ArgumentError(
        'crossEntropy',
        'ignoreIndex goes with class indices, not with target probabilities',
      );
    const smooth =
      labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / classes);
    const terms = weighClasses(weigh(smooth, logSoftmax(logits)), weights);
    return reduceLoss(neg(sum(terms, -1)), reduction);
  }
  const rows = rowClasses('crossEntropy', logits, target, { ignoreIndex, weights });
  const logProbabilities = logSoftmax(onlyKept(logits, rows));
  const losses = pickClasses(logProbabilities, rows);
  if (labelSmoothing === 0) return weightedMean(losses, rows, reduction);
  const uniform = where(rows.keep, neg(mean(weighClasses(logProbabilities, weights), -1)), 0);
  const smoothed = add(mul(losses, 1 - labelSmoothing), mul(uniform, labelSmoothing));
  return weightedMean(smoothed, rows, reduction);
}

/** Negative log-likelihood −logProbabilities[..., class] of class indices, as {@link crossEntropy} without its softmax. */
export function nllLoss(logProbabilities: Tensor, target: IndexInput, options: NLLOptions = {}): Tensor {
  checkLogits('nllLoss', logProbabilities);
  const { ignoreIndex = null, weight, reduction } = checked('nllLoss', options, NLL);
  const weights = classWeights('nllLoss', logProbabilities, weight);
  const rows = rowClasses('nllLoss', logProbabilities, target, { ignoreIndex, weights });
  return weightedMean(pickClasses(logProbabilities, rows), rows, reduction);
}

/**
 * Hinge loss of several classes: how far each wrong class comes closer to the right one than a margin, as a mean over all
 * classes. Σ_{c ≠ y} max(0, margin − x_y + x_c) / classes for scores x [..., classes] and class indices y [...].
 * PyTorch calls it multi_margin_loss, with p = 1. Its hinge_embedding_loss is another one.
 * @source Crammer and Singer 2001, as a sum over the wrong classes: Weston and Watkins 1999
 */
export function multiMarginLoss(scores: Tensor, target: IndexInput, options: MarginOptions = {}): Tensor {
  const classes = checkLogits('multiMarginLoss', scores);
  const { margin = 1, reduction } = checked('multiMarginLoss', options, MARGIN);
  const { index, keep } = rowClasses('multiMarginLoss', scores, target);
  const rows = reshape(scores, [index.size, classes]);
  const excess = relu(add(sub(rows, gather(rows, 1, index)), margin));
  const right = reshape(oneHot(index, classes, scores.dtype), rows.shape);
  return reduceLoss(reshape(mean(where(right, 0, excess), -1), keep.shape), reduction);
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
  /** [...]: the weight of each row's class, 0 for ignored rows; null if all classes weigh the same. */
  readonly weight: Tensor | null;
}

interface RowOptions {
  readonly ignoreIndex?: number | null;
  readonly weights?: Tensor | null;
}

function rowClasses(
  op: string,
  scores: Tensor,
  target: IndexInput,
  { ignoreIndex = null, weights = null }: RowOptions = {},
): RowClasses {
  const classes = scores.shape[scores.rank - 1]!;
  const lead: Shape = scores.shape.slice(0, -1);
  const { index, keep, shape } = classIndex(op, target, classes, ignoreIndex);
  if (!sameShape(shape, lead))
    throw new ShapeError(
      op,
      `the target has shape ${formatShape(shape)}; expected class indices ${formatShape(lead)} or probabilities ${formatShape(scores.shape)}`,
      [scores.shape, shape],
    );
  const ones = allocate(scores.dtype, keep.length);
  ones.set(keep);
  const kept = new Tensor(ones, lead);
  return {
    index: new Tensor(Float64Array.from(index), [index.length, 1]),
    keep: kept,
    anyIgnored: keep.includes(0),
    weight: weights && mul(kept, reshape(indexSelect(weights, 0, index), lead)),
  };
}

/** The weights of the classes as a tensor [classes]; null if there are none. */
function classWeights(op: string, scores: Tensor, weight: Weights | undefined): Tensor | null {
  if (weight === undefined) return null;
  const weights = weightsLike(scores, weight);
  const classes = scores.shape[scores.rank - 1]!;
  if (weights.size !== classes)
    throw new ShapeError(
      op,
      `weight has ${weights.size} number${weights.size === 1 ? '' : 's'}; the scores ${formatShape(scores.shape)} have ${classes} classes`,
      [weights.shape, scores.shape],
    );
  return weights;
}

/** Numbers [..., classes], each times the weight of its class. What weighs nothing counts for nothing, even if it is infinite. */
function weighClasses(x: Tensor, weights: Tensor | null): Tensor {
  return weights ? weigh(broadcastTo(weights, x.shape), x) : x;
}

/** The scores with zeros in ignored rows. These rows may hold NaN or ∞, so they are replaced before anything is computed. */
function onlyKept(scores: Tensor, { keep, anyIgnored }: RowClasses): Tensor {
  return anyIgnored ? where(unsqueeze(keep, -1), scores, 0) : scores;
}

/** −logProbabilities at each row's class, times the weight of the class; 0 for ignored rows. */
function pickClasses(logProbabilities: Tensor, { index, keep, anyIgnored, weight }: RowClasses): Tensor {
  const rows = reshape(logProbabilities, [index.size, logProbabilities.shape[logProbabilities.rank - 1]!]);
  const losses = neg(reshape(gather(rows, 1, index), keep.shape));
  const kept = anyIgnored ? where(keep, losses, 0) : losses;
  return weight ? weigh(weight, kept) : kept;
}

/** The mean runs over the rows that count, by their weights; over none it is NaN, as 0/0. */
function weightedMean(losses: Tensor, { keep, weight }: RowClasses, reduction: Reduction = 'mean'): Tensor {
  if (reduction === 'mean') return div(sum(losses), sum(weight ?? keep));
  return reduceLoss(losses, reduction);
}
