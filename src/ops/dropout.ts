/** Random zeros, which the layer Dropout, attention and recurrent layers share. */

import { Tensor } from '../autograd/graph.js';
import { allocate } from '../base/array.js';
import type { Rng } from '../base/random.js';
import { weigh } from './weigh.js';

/**
 * y = x ⊙ mask   ⇒   x̄ = g ⊙ mask. Each element of the mask is 0 with probability p, else 1/(1 − p). For p = 0 it is x
 * itself, and nothing is drawn.
 */
export function dropout(x: Tensor, p: number, rng: Rng): Tensor {
  if (p === 0) return x;
  const mask = allocate(x.dtype, x.size);
  for (let i = 0; i < mask.length; i++) mask[i] = rng.uniform() < p ? 0 : 1 / (1 - p);
  return weigh(new Tensor(mask, x.shape).named('dropout mask'), x);
}
