/**
 * Solution: a head of your own.
 *
 *     y = softmax(q · kᵀ / √d) · v,     q [L, d], k [S, d], v [S, e], y [L, e]
 *
 * A product that is −∞ has the weight 0, and the other weights add up to 1. Where all are −∞, softmax shares evenly, and the
 * product with the mask makes the weights 0.
 */
import { matmul, softmax, type Tensor, transpose, where } from 'tapegrad';

export function attention(q: Tensor, k: Tensor, v: Tensor, allow: Tensor): Tensor {
  const d = q.shape.at(-1)!;
  const products = matmul(q, transpose(k)).mul(1 / Math.sqrt(d));
  const weights = softmax(where(allow, products, -Infinity)).mul(allow);
  return weights.matmul(v);
}
