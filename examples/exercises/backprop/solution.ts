/**
 * Solution: walk back by hand.
 *
 * Three ops compute z = x·W + b, then tanh, then a sum of squared differences. The walk back has one line for each value.
 */
import type { Tensor } from 'tapegrad';

/** x [n, m], w [m, k], b [k], t [n, k] */
export function byHand(x: Tensor, w: Tensor, b: Tensor, t: Tensor) {
  const z = x.matmul(w).add(b); // b is added to every row
  const y = z.tanh();
  const loss = y.sub(t).square().sum();

  const gy = y.sub(t).mul(2);
  const gz = gy.mul(y.square().neg().add(1)); // the slope of tanh is 1 − y²
  const gw = x.transpose().matmul(gz); // w was multiplied by x from the left
  const gb = gz.sum(0); // b was used once for each row
  return { loss, gz, gw, gb };
}
