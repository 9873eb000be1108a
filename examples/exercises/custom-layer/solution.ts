/**
 * Solution: a gate that learns.
 *
 *     y = x ⊙ σ(slope ⊙ x),     x [n, features], slope [features], all ones at first
 *
 * The parameter asks for a gradient and is registered, since a private field hides it. The forward consists of ops.
 */
import { ones, type Tensor } from 'tapegrad';
import { Module } from 'tapegrad/nn';

export class Gate extends Module {
  readonly #slope: Tensor;

  constructor(features: number) {
    super();
    this.#slope = this.register('slope', ones([features], { requiresGrad: true }));
  }

  override forward(x: Tensor): Tensor {
    const open = x.mul(this.#slope).sigmoid();
    return x.mul(open);
  }
}
