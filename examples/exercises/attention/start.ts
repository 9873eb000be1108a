/**
 * Exercise: a head of your own.
 *
 *     y = softmax(q · kᵀ / √d) · v,     q [L, d], k [S, d], v [S, e], y [L, e]
 *
 * `allow` [L, S] holds 1 where a query may attend to a key, and 0 elsewhere. The softmax is taken over the keys that are
 * allowed. A query that may attend to nothing has the output 0.
 *
 * Here the products are not scaled, and the mask comes too late: weights are taken away, and the rest no longer adds up to 1.
 * Mend both, with ops.
 */
import { matmul, softmax, type Tensor, transpose } from 'tapegrad';

export function attention(q: Tensor, k: Tensor, v: Tensor, allow: Tensor): Tensor {
  const weights = softmax(matmul(q, transpose(k))).mul(allow);
  return weights.matmul(v);
}
