/**
 * Exercise: a gate that learns.
 *
 * The layer lets each feature through as far as a learned slope says:
 *
 *     y = x ⊙ σ(slope ⊙ x),     x [n, features], slope [features], all ones at first
 *
 * The values are right. But training never changes the slopes, and the gradient of x is wrong. Keep the field private and
 * mend both: the module has to know its parameter, and the tape has to see every value.
 */
import { ones, type Tensor, tensor } from 'tapegrad';
import { Module } from 'tapegrad/nn';

export class Gate extends Module {
  readonly #slope: Tensor;

  constructor(features: number) {
    super();
    this.#slope = ones([features]);
  }

  override forward(x: Tensor): Tensor {
    const slopes = this.#slope.data;
    const open = x.data.map((v, i) => 1 / (1 + Math.exp(-v * slopes[i % slopes.length]!)));
    return x.mul(tensor(open, { dtype: x.dtype }).reshape(x.shape));
  }
}
