/** Activations with a weight, and products with a gate. */

import type { Tensor } from '../autograd/graph.js';
import { formatShape, ShapeError } from '../base/errors.js';
import { normalizeAxis } from '../base/shape.js';
import { needFunction, needTensors } from '../base/words.js';
import { sigmoid } from './activations.js';
import { mul } from './arithmetic.js';
import { greater, where } from './compare.js';
import { reshape, split } from './shape.js';

/**
 * Leaky relu whose slope is learned, one for all elements or one for each channel, which is axis 1 of x.
 *   y = x where x > 0, w · x elsewhere   ⇒   x̄ = g or w · g; at 0 the latter;   w̄ = Σ g · x where x ≤ 0
 * @throws ShapeError for weights of another number
 * @source He et al. 2015
 */
export function prelu<X extends Tensor>(x: X, weight: Tensor): X;
export function prelu(x: Tensor, weight: Tensor): Tensor {
  needTensors('prelu', x, weight);
  const channels = x.shape[1] ?? 1;
  if (weight.size !== 1 && (weight.rank !== 1 || weight.size !== channels))
    throw new ShapeError(
      'prelu',
      `a weight of shape ${formatShape(weight.shape)} for an input of shape ${formatShape(x.shape)}; expected one slope, [1], or one for each channel on axis 1, [${channels}]`,
      [x.shape, weight.shape],
    );
  const slope = reshape(weight, weight.size === 1 ? [] : [channels, ...x.shape.slice(2).map(() => 1)]);
  const positive = greater(x, 0);
  // An infinite x > 0 must not be a factor of the gradient of w, not even beside 0.
  return where(positive, x, mul(slope, where(positive, 0, x)));
}

/**
 * Gated linear unit: the first half of an axis, times a function of the second half.  y = a ⊙ gate(b), x = [a, b]
 *
 * The gate is the sigmoid by default. With `silu` the unit is called SwiGLU, with `gelu` GEGLU, with `relu` ReGLU.
 * @throws ShapeError for an odd number of elements on the axis
 * @source Dauphin et al. 2017; Shazeer 2020
 */
export function glu(x: Tensor, axis = -1, gate: (x: Tensor) => Tensor = sigmoid): Tensor {
  const at = normalizeAxis('glu', axis, x);
  needFunction('glu', gate, 'a function of a tensor as the gate, such as silu');
  if (x.shape[at]! % 2 !== 0)
    throw new ShapeError(
      'glu',
      `axis ${at} of ${formatShape(x.shape)} has ${x.shape[at]} elements; expected an even number, half of them for the gate`,
      [x.shape],
    );
  const [a, b] = split(x, 2, at) as [Tensor, Tensor];
  return mul(a, gate(b));
}
