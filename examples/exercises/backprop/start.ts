/**
 * Exercise: walk back by hand.
 *
 * Three ops compute z = x·W + b, then tanh, then a sum of squared differences. Walk back through them and compute the
 * gradient of each value from the one that arrived, with tensor ops: `mul`, `sub`, `matmul`, `transpose`, `sum`.
 * The gradient of the loss towards y is done. The other three are wrong.
 */
import type { Tensor } from 'tapegrad';

/** x [n, m], w [m, k], b [k], t [n, k] */
export function byHand(x: Tensor, w: Tensor, b: Tensor, t: Tensor) {
  const z = x.matmul(w).add(b); // b is added to every row
  const y = z.tanh();
  const loss = y.sub(t).square().sum();

  const gy = y.sub(t).mul(2);
  const gz = gy; // the slope of tanh is 1 − y²
  const gw = w; // w was multiplied by x from the left
  const gb = b; // b was used once for each row
  return { loss, gz, gw, gb };
}
