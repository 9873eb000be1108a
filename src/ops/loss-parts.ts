/** What losses share: how they are reduced, and what they refuse. */

import { Tensor } from '../autograd/graph.js';
import { astype } from '../autograd/op.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { refuseForeign } from '../base/kind.js';
import { warnOnce } from '../base/lint.js';
import { label, sameShape } from '../base/shape.js';
import { tensor } from './create.js';
import type { Reduction, Weights } from './loss-options.js';
import { mean } from './moments.js';
import { sum } from './reduce.js';

export function reduceLoss(losses: Tensor, reduction: Reduction = 'mean'): Tensor {
  if (reduction === 'none') return losses;
  return reduction === 'sum' ? sum(losses) : mean(losses);
}

/** Refuses a prediction and a target of unequal shapes. */
export function refuseUnequal(op: string, prediction: Tensor, target: Tensor): void {
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

/** Weights as a tensor of the dtype of what they weigh. */
export function weightsLike(x: Tensor, weights: Weights): Tensor {
  if (weights instanceof Tensor) return astype(weights, x.dtype);
  return tensor(Float64Array.from(weights), { dtype: x.dtype });
}

/** Warns of a loss that takes logits and is handed the output of the activation that it applies itself. */
export function warnIfActivated(logits: Tensor, activation: string, loss: string): void {
  if (logits.node?.op.name === activation)
    warnOnce(
      `double ${activation}`,
      `${loss} applies ${activation} itself, and its input comes out of one; pass the logits`,
    );
}
