/**
 * Exercise: the size of a signal.
 *
 * `draw` draws the weights of a layer with relu, y = relu(x · W). They shall be normal, independent, and so large that y has
 * the mean square of x, whatever the two widths are. The standard deviation below does that for square layers only.
 */
import { type Rng, randn, type Tensor } from 'tapegrad';

/** W [inputs, outputs] */
export function draw(inputs: number, outputs: number, rng: Rng): Tensor {
  const std = Math.sqrt(2 / outputs);
  return randn([inputs, outputs], rng).mul(std);
}
