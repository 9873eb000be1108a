/**
 * Solution: the size of a signal.
 *
 * Each output is a sum over the inputs, so their number decides. The 2 makes up for the half that relu throws away.
 */
import { type Rng, randn, type Tensor } from 'tapegrad';

/** W [inputs, outputs] */
export function draw(inputs: number, outputs: number, rng: Rng): Tensor {
  const std = Math.sqrt(2 / inputs);
  return randn([inputs, outputs], rng).mul(std);
}
