/** How alike vectors are, and the loss that makes them so. */

import type { Tensor } from '../autograd/graph.js';
import { broadcastTo } from '../autograd/sums.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { axisAmong, broadcastShapes, label, sameShape } from '../base/shape.js';
import { type Check, checked, needTensors, numberIn } from '../base/words.js';
import { relu } from './activations.js';
import { div, mul, sub } from './arithmetic.js';
import { equal, maximum, where } from './compare.js';
import { MARGIN, type MarginOptions } from './loss-options.js';
import { reduceLoss, refuseUnequal } from './loss-parts.js';
import { norm } from './moments.js';
import { sum } from './reduce.js';

/** Options of {@link cosineSimilarity}. */
export interface CosineOptions {
  /** The least length by which a vector is divided, > 0. Default 1e-8. */
  eps?: number;
}
const COSINE: Record<keyof CosineOptions, Check> = { eps: numberIn({ above: 0, finite: true }) };

/**
 * Cosine of the angle between vectors along an axis, by default the last:   a · b / (max(‖a‖, ε) · max(‖b‖, ε)). In [−1, 1] up
 * to rounding; 0 for a vector of zeros. The two broadcast, and the axis is one of the shape that they have together: [n, 1, d]
 * with [1, m, d] gives all pairs, [n, m].
 */
export function cosineSimilarity(a: Tensor, b: Tensor, axis = -1, options: CosineOptions = {}): Tensor {
  needTensors('cosineSimilarity', a, b);
  const { eps = 1e-8 } = checked('cosineSimilarity', options, COSINE);
  const shape = broadcastShapes('cosineSimilarity', a, b);
  const along = axisAmong('cosineSimilarity', axis, shape.length);
  const [u, v] = [a, b].map((x) => {
    const vectors = broadcastTo(x, shape);
    // Each vector is divided by its own length first: the product of both could overflow.
    return div(vectors, maximum(norm(vectors, along, { keepdims: true }), eps));
  });
  return sum(mul(u!, v!), along);
}

/**
 * Makes pairs of vectors alike or unlike. With the cosine c of a and b [..., d]: 1 − c where the target is 1, and
 * max(0, c − margin) where it is −1. The target has the shape [...].
 * @throws ArgumentError for another target than 1 and −1
 * @source Hadsell, Chopra and LeCun 2006 in the form that PyTorch uses
 */
export function cosineEmbeddingLoss(
  a: Tensor,
  b: Tensor,
  target: Tensor,
  options: MarginOptions = {},
): Tensor {
  refuseUnequal('cosineEmbeddingLoss', a, b);
  const { margin = 0, reduction } = checked('cosineEmbeddingLoss', options, MARGIN);
  checkSides(a, target);
  const cosine = cosineSimilarity(a, b);
  return reduceLoss(where(equal(target, 1), sub(1, cosine), relu(sub(cosine, margin))), reduction);
}

/** Refuses what is no 1 or −1 for each vector. */
function checkSides(vectors: Tensor, target: Tensor): void {
  needTensors('cosineEmbeddingLoss', target);
  if (vectors.rank === 0 || !sameShape(target.shape, vectors.shape.slice(0, -1)))
    throw new ShapeError(
      'cosineEmbeddingLoss',
      `the target ${label(target)} does not fit vectors ${label(vectors)}; expected ${vectors.rank === 0 ? 'vectors with an axis' : `a target ${formatShape(vectors.shape.slice(0, -1))}`}`,
      [vectors.shape, target.shape],
    );
  for (const side of target.data)
    if (side !== 1 && side !== -1)
      throw new ArgumentError(
        'cosineEmbeddingLoss',
        `the target is 1 for vectors to be alike and -1 for others, got ${side}`,
      );
}
