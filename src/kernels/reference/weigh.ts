/** The product of a weight and a number, where a weight of 0 leaves nothing of an infinite number. */

import { allocateLike, type FloatArray, type NDArray } from '../../base/array.js';
import { broadcastShapes, sameShape } from '../../base/shape.js';
import { broadcastTo } from './shape.js';

/** y = a · b, and 0 where a factor is 0 and the other is infinite. NaN stays NaN. */
export function weigh(a: NDArray, b: NDArray): NDArray {
  const shape = broadcastShapes('weigh', a, b);
  const [p, q] = [a, b].map((x) => (sameShape(x.shape, shape) ? x : broadcastTo(x, shape)).data) as [
    FloatArray,
    FloatArray,
  ];
  const y = allocateLike(p);
  for (let i = 0; i < y.length; i++) {
    const [v, w] = [p[i]!, q[i]!];
    const product = v * w;
    // A product that is NaN without a factor that is NaN is 0 · ∞.
    y[i] = Number.isNaN(product) && !Number.isNaN(v + w) ? 0 : product;
  }
  return { data: y, shape };
}
