/** Losses as modules: each keeps its options and applies the loss op of the same name. */

import type { Tensor } from '../autograd/graph.js';
import { type Check, checkOptions } from '../base/words.js';
import type { IndexInput } from '../ops/indexing.js';
import * as ops from '../ops/loss.js';
import { CROSS_ENTROPY, HUBER, KL_DIV, NLL, REDUCTION } from '../ops/loss-options.js';
import { Module } from './module.js';

type PairLoss<Options> = (prediction: Tensor, target: Tensor, options: Options) => Tensor;

/** A loss of a prediction and a target. Both have one shape. */
abstract class Loss<Options extends object> extends Module {
  protected abstract readonly loss: PairLoss<Options>;
  constructor(
    readonly options: Options,
    known: Readonly<Record<keyof Options, Check>>,
  ) {
    super();
    checkOptions(this.constructor.name, options, known);
  }
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

/** Binary cross-entropy.  −t log σ(x) − (1 − t) log(1 − σ(x)) of logits x and targets t in [0, 1] of one shape. */
export class BCEWithLogitsLoss extends Loss<ops.LossOptions> {
  constructor(options: ops.LossOptions = {}) {
    super(options, REDUCTION);
  }
  protected readonly loss = ops.binaryCrossEntropyWithLogits;
}

/**
 * Cross-entropy.  −Σ_c t_c · log softmax(logits)_c of logits [..., classes] against class indices [...] or target
 * probabilities [..., classes].
 */
export class CrossEntropyLoss extends Module {
  constructor(readonly options: ops.CrossEntropyOptions = {}) {
    super();
    checkOptions('CrossEntropyLoss', options, CROSS_ENTROPY);
  }
  override forward(logits: Tensor, target: Tensor): Tensor;
  override forward(logits: Tensor, target: IndexInput): Tensor;
  override forward(logits: Tensor, target: IndexInput): Tensor {
    return ops.crossEntropy(logits, target, this.options);
  }
}

/** Negative log-likelihood.  −logProbabilities[..., class] at class indices [...]. */
export class NLLLoss extends Module {
  constructor(readonly options: ops.NLLOptions = {}) {
    super();
    checkOptions('NLLLoss', options, NLL);
  }
  override forward(logProbabilities: Tensor, target: Tensor): Tensor;
  override forward(logProbabilities: Tensor, target: IndexInput): Tensor;
  override forward(logProbabilities: Tensor, target: IndexInput): Tensor {
    return ops.nllLoss(logProbabilities, target, this.options);
  }
}
