/**
 * Losses. A loss refuses inputs of unequal shape and does not broadcast them: [n, 1] with [n] would compare every
 * prediction with every target. `reduction` is 'mean' (the default), 'sum' or 'none'.
 *
 * Here are losses of two tensors of one shape. Losses whose targets are classes are in class-loss.ts, those of whole vectors
 * in similarity.ts.
 *
 * Previous: src/ops/softmax.ts · Next: src/functional.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { broadcastTo } from '../autograd/sums.js';
import { checkBroadcast } from '../base/shape.js';
import { checked } from '../base/words.js';
import { softplus } from './activations.js';
import { add, div, mul, neg, square, sub } from './arithmetic.js';
import { abs, clip, notEqual, where } from './compare.js';
import { exp, log } from './functions.js';
import {
  BCE,
  type BCEOptions,
  HUBER,
  type HuberOptions,
  KL_DIV,
  type KLDivOptions,
  type LossOptions,
  REDUCTION,
  type Reduction,
  SMOOTH_L1,
  type SmoothL1Options,
} from './loss-options.js';
import { reduceLoss, refuseUnequal, warnIfActivated, weightsLike } from './loss-parts.js';
import { sumOfSquares } from './moments.js';
import { sum } from './reduce.js';
import { weigh } from './weigh.js';

export type { BCEOptions, HuberOptions, KLDivOptions, LossOptions, Reduction, SmoothL1Options };

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
 * Smooth L1: e²/(2β) where |e| < β, |e| − β/2 elsewhere, e = prediction − target. It is Huber's loss divided by δ = β, so
 * that its slope far out is 1 for every β. With β = 0 it is the absolute error.
 * @throws ArgumentError unless β ≥ 0
 * @source Girshick 2015, equation 3 (β = 1)
 */
export function smoothL1Loss(prediction: Tensor, target: Tensor, options: SmoothL1Options = {}): Tensor {
  refuseUnequal('smoothL1Loss', prediction, target);
  const { beta = 1, reduction } = checked('smoothL1Loss', options, SMOOTH_L1);
  const error = sub(prediction, target);
  if (beta === 0) return reduceLoss(abs(error), reduction);
  // As in huberLoss. A square of c could vanish where c²/(2β) does not.
  const inner = clip(error, -beta, beta);
  return reduceLoss(add(mul(inner, div(inner, 2 * beta)), abs(sub(error, inner))), reduction);
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
 *
 * `posWeight` multiplies the first term: with the number of negatives for each positive, rare positives count as much in
 * all as negatives. It is a number, or one number for each place of the last axes. The mean still divides by the number of
 * elements, as in PyTorch.
 */
export function binaryCrossEntropyWithLogits(
  logits: Tensor,
  target: Tensor,
  options: BCEOptions = {},
): Tensor {
  refuseUnequal('binaryCrossEntropyWithLogits', logits, target);
  const { posWeight = 1, reduction } = checked('binaryCrossEntropyWithLogits', options, BCE);
  warnIfActivated(logits, 'sigmoid', 'binaryCrossEntropyWithLogits');
  // A logit of ±∞ is a certain answer: it costs nothing where it is right, since a target of 0 weighs nothing.
  const positive = posWeight === 1 ? target : weightedTarget(target, posWeight);
  const losses = add(weigh(positive, softplus(neg(logits))), weigh(sub(1, target), softplus(logits)));
  return reduceLoss(losses, reduction);
}

/** The target times the weight of a positive. */
function weightedTarget(target: Tensor, posWeight: NonNullable<BCEOptions['posWeight']>): Tensor {
  if (typeof posWeight === 'number') return mul(target, posWeight);
  const weights = weightsLike(target, posWeight).named('posWeight');
  checkBroadcast('binaryCrossEntropyWithLogits', weights, target);
  return mul(target, broadcastTo(weights, target.shape));
}
