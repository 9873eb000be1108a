/** Losses as modules: each keeps its options and applies the loss op of the same name. */

import type { Tensor } from '../autograd/graph.js';
import { type Check, checkOptions } from '../base/words.js';
import * as classes from '../ops/class-loss.js';
import type { IndexInput } from '../ops/indexing.js';
import * as ops from '../ops/loss.js';
import { BCE, CROSS_ENTROPY, HUBER, KL_DIV, MARGIN, NLL, REDUCTION, SMOOTH_L1 } from '../ops/loss-options.js';
import { cosineEmbeddingLoss } from '../ops/similarity.js';
import { Module } from './module.js';

type PairLoss<Options> = (prediction: Tensor, target: Tensor, options: Options) => Tensor;

/** A loss that keeps its options. */
abstract class WithOptions<Options extends object> extends Module {
  constructor(
    readonly options: Options,
    known: Readonly<Record<keyof Options, Check>>,
  ) {
    super();
    checkOptions(this.constructor.name, options, known);
  }
}

/** A loss of a prediction and a target. Both have one shape. */
abstract class Loss<Options extends object> extends WithOptions<Options> {
  protected abstract readonly loss: PairLoss<Options>;
  override forward(prediction: Tensor, target: Tensor): Tensor {
    return this.loss(prediction, target, this.options);
  }
}

/** Mean squared error.  (prediction − target)² of tensors of one shape, by default the mean over all elements. */
export class MSELoss extends Loss<ops.LossOptions> {
  constructor(options: ops.LossOptions = {}) {
    super(options, REDUCTION);
  }
  protected readonly loss = ops.mseLoss;
}

/** Mean absolute error.  |prediction − target| of tensors of one shape, by default the mean over all elements. */
export class L1Loss extends Loss<ops.LossOptions> {
  constructor(options: ops.LossOptions = {}) {
    super(options, REDUCTION);
  }
  protected readonly loss = ops.l1Loss;
}

/** Huber's loss.  e²/2 where |e| < δ, δ(|e| − δ/2) elsewhere, with e = prediction − target. δ is 1 by default. */
export class HuberLoss extends Loss<ops.HuberOptions> {
  constructor(options: ops.HuberOptions = {}) {
    super(options, HUBER);
  }
  protected readonly loss = ops.huberLoss;
}

/**
 * Kullback and Leibler's divergence.  target · (log target − prediction), where the prediction holds log-probabilities.
 * With `logTarget`, the target does so too. 'batchMean' divides the sum by the size of the first axis.
 */
export class KLDivLoss extends Loss<ops.KLDivOptions> {
  constructor(options: ops.KLDivOptions = {}) {
    super(options, KL_DIV);
  }
  protected readonly loss = ops.klDivLoss;
}

/** Smooth L1.  e²/(2β) where |e| < β, |e| − β/2 elsewhere, with e = prediction − target. β is 1 by default. */
export class SmoothL1Loss extends Loss<ops.SmoothL1Options> {
  constructor(options: ops.SmoothL1Options = {}) {
    super(options, SMOOTH_L1);
  }
  protected readonly loss = ops.smoothL1Loss;
}

/**
 * Binary cross-entropy.  −p t log σ(x) − (1 − t) log(1 − σ(x)) of logits x and targets t in [0, 1] of one shape, where p is
 * `posWeight`, 1 by default.
 */
export class BCEWithLogitsLoss extends Loss<ops.BCEOptions> {
  constructor(options: ops.BCEOptions = {}) {
    super(options, BCE);
  }
  protected readonly loss = ops.binaryCrossEntropyWithLogits;
}

type ClassLossOp<Options> = (scores: Tensor, target: IndexInput, options: Options) => Tensor;

/** A loss of scores [..., classes] and class indices [...]. */
abstract class ClassLoss<Options extends object> extends WithOptions<Options> {
  protected abstract readonly loss: ClassLossOp<Options>;
  override forward(scores: Tensor, target: Tensor): Tensor;
  override forward(scores: Tensor, target: IndexInput): Tensor;
  override forward(scores: Tensor, target: IndexInput): Tensor {
    return this.loss(scores, target, this.options);
  }
}

/**
 * Cross-entropy.  −Σ_c w_c · t_c · log softmax(logits)_c of logits [..., classes] against class indices [...] or target
 * probabilities [..., classes]. The weights w of the classes are 1 by default.
 */
export class CrossEntropyLoss extends ClassLoss<classes.CrossEntropyOptions> {
  constructor(options: classes.CrossEntropyOptions = {}) {
    super(options, CROSS_ENTROPY);
  }
  protected readonly loss = classes.crossEntropy;
}

/** Negative log-likelihood.  −w_class · logProbabilities[..., class] at class indices [...], with weights 1 by default. */
export class NLLLoss extends ClassLoss<classes.NLLOptions> {
  constructor(options: classes.NLLOptions = {}) {
    super(options, NLL);
  }
  protected readonly loss = classes.nllLoss;
}

/** Hinge loss of several classes.  Σ_{c ≠ y} max(0, margin − x_y + x_c) / classes at class indices y. The margin is 1 by default. */
export class MultiMarginLoss extends ClassLoss<classes.MarginOptions> {
  constructor(options: classes.MarginOptions = {}) {
    super(options, MARGIN);
  }
  protected readonly loss = classes.multiMarginLoss;
}

/**
 * Makes vectors a and b [..., d] alike where the target [...] is 1, 1 − cos(a, b), and unlike where it is −1,
 * max(0, cos(a, b) − margin). The margin is 0 by default.
 */
export class CosineEmbeddingLoss extends WithOptions<classes.MarginOptions> {
  constructor(options: classes.MarginOptions = {}) {
    super(options, MARGIN);
  }
  override forward(a: Tensor, b: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(a, b, target, this.options);
  }
}
