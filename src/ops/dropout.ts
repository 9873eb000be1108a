/** Random zeros, and what stands for zeros behind selu, which layers put into their inputs while a model trains. */

import { Tensor } from '../autograd/graph.js';
import { allocate } from '../base/array.js';
import type { Rng } from '../base/random.js';
import { SELU } from '../kernels/special.js';
import { add, mul } from './arithmetic.js';
import { where } from './compare.js';
import { weigh } from './weigh.js';

/**
 * y = x ⊙ mask   ⇒   x̄ = g ⊙ mask. Each element of the mask is 0 with probability p, else 1/(1 − p). For p = 0 it is x
 * itself, and nothing is drawn.
 * @param together the number of neighbouring elements that are kept or dropped by one draw, such as those of a channel
 */
export function dropout(x: Tensor, p: number, rng: Rng, together = 1): Tensor {
  return p === 0 ? x : weigh(mask(x, p, rng, 1 / (1 - p), together), x);
}

/** What selu gives far below 0. */
const SATURATED = -SELU.scale * SELU.alpha;

/**
 * y = a · (x where it is kept, −λα elsewhere) + b   ⇒   x̄ = a · g where x is kept. Each element is kept with probability
 * 1 − p. a and b are such that y has mean 0 and variance 1 if x has.
 */
export function alphaDropout(x: Tensor, p: number, rng: Rng): Tensor {
  if (p === 0) return x;
  const kept = where(mask(x, p, rng, 1), x, SATURATED);
  const scale = 1 / Math.sqrt((1 - p) * (1 + p * SATURATED * SATURATED));
  return add(mul(kept, scale), -scale * p * SATURATED);
}

/** A constant of the shape of x that holds 0 with probability p, else `kept`. */
function mask(x: Tensor, p: number, rng: Rng, kept: number, together = 1): Tensor {
  const data = allocate(x.dtype, x.size);
  for (let start = 0; start < data.length; start += together) {
    const drawn = rng.uniform() < p ? 0 : kept;
    for (let i = start; i < start + together; i++) data[i] = drawn;
  }
  return new Tensor(data, x.shape).named('dropout mask');
}
