/** Losses as modules: the options of the loss ops, kept. The formulas stand at the ops. */

import type { Tensor } from '../autograd/graph.js';
import type { IndexInput } from '../ops/indexing.js';
import * as ops from '../ops/loss.js';
import { Module } from './module.js';

type PairLoss<Options> = (prediction: Tensor, target: Tensor, options: Options) => Tensor;

/** A loss of a prediction and a target of one shape. */
abstract class Loss<Options> extends Module {
  protected abstract readonly loss: PairLoss<Options>;
  constructor(readonly options: Options = {} as Options) {
    super();
  }
  override forward(prediction: Tensor, target: Tensor): Tensor {
    return this.loss(prediction, target, this.options);
  }
}

/** Mean squared error */
export class MSELoss extends Loss<{ reduction?: ops.Reduction }> {
  protected readonly loss = ops.mseLoss;
}

/** Mean absolute error */
export class L1Loss extends Loss<{ reduction?: ops.Reduction }> {
  protected readonly loss = ops.l1Loss;
}

/** Quadratic near 0, linear beyond δ */
export class HuberLoss extends Loss<{ delta?: number; reduction?: ops.Reduction }> {
  protected readonly loss = ops.huberLoss;
}

/** Divergence of a target distribution from log-probabilities */
export class KLDivLoss extends Loss<{ logTarget?: boolean; reduction?: ops.Reduction | 'batchMean' }> {
  protected readonly loss = ops.klDivLoss;
}

/** Binary cross-entropy of logits */
export class BCEWithLogitsLoss extends Loss<{ reduction?: ops.Reduction }> {
  protected readonly loss = ops.binaryCrossEntropyWithLogits;
}

/** Cross-entropy of logits against class indices or probabilities */
export class CrossEntropyLoss extends Module {
  constructor(readonly options: ops.CrossEntropyOptions = {}) {
    super();
  }
  override forward(logits: Tensor, target: Tensor): Tensor;
  override forward(logits: Tensor, target: IndexInput): Tensor;
  override forward(logits: Tensor, target: IndexInput): Tensor {
    return ops.crossEntropy(logits, target, this.options);
  }
}

/** Negative log-likelihood of log-probabilities at class indices */
export class NLLLoss extends Module {
  constructor(readonly options: { ignoreIndex?: number | null; reduction?: ops.Reduction } = {}) {
    super();
  }
  override forward(logProbabilities: Tensor, target: Tensor): Tensor;
  override forward(logProbabilities: Tensor, target: IndexInput): Tensor;
  override forward(logProbabilities: Tensor, target: IndexInput): Tensor {
    return ops.nllLoss(logProbabilities, target, this.options);
  }
}
