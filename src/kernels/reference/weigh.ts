/** The product of a weight and a number, where a weight of 0 leaves nothing of an infinite number. */

import { allocateLike, type NDArray } from '../../base/array.js';

/** y = w · x for arrays of one shape, and 0 where a factor is 0 and the other is infinite. NaN stays NaN. */
export function weigh(w: NDArray, x: NDArray): NDArray {
  const y = allocateLike(x.data);
  for (let i = 0; i < y.length; i++) {
    const [v, u] = [w.data[i]!, x.data[i]!];
    const product = v * u;
    // A product that is NaN without a factor that is NaN is 0 · ∞.
    y[i] = Number.isNaN(product) && !Number.isNaN(v + u) ? 0 : product;
  }
  return { data: y, shape: x.shape };
}
