/** Adam, and AdamW, which decays weights apart from the gradient. */

import type { Tensor } from '../autograd/graph.js';
import type { FloatArray } from '../base/array.js';
import { adapt } from '../kernels/dispatch.js';
import { type Group, inRange, Optimizer, type ParameterGroup, type State } from './optimizer.js';

export interface AdamOptions {
  /** Learning rate η. Default 0.001. */
  lr?: number;
  /** Decays β₁, β₂ of the mean gradient and of its mean square. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Default 1e-8. */
  eps?: number;
  /** λ: for Adam added to the gradient as λx, for AdamW taken off the weights as ηλx. Default 0, for AdamW 0.01. */
  weightDecay?: number;
}

abstract class AdamFamily extends Optimizer<Required<AdamOptions>> {
  protected abstract readonly decoupled: boolean;

  protected override check({ betas, eps, weightDecay }: Group<Required<AdamOptions>>): void {
    inRange(this.constructor.name, 'betas[0]', betas[0], 0, 1);
    inRange(this.constructor.name, 'betas[1]', betas[1], 0, 1);
    inRange(this.constructor.name, 'eps', eps, 0);
    inRange(this.constructor.name, 'weightDecay', weightDecay, 0);
  }

  protected override update(
    x: FloatArray,
    gradient: FloatArray,
    state: State,
    { lr, betas, eps, weightDecay }: Group<Required<AdamOptions>>,
  ): void {
    const [beta1, beta2] = betas;
    const m = state.get('mean', x);
    const v = state.get('meanSquare', x);
    adapt(x, gradient, m, v, {
      lr: lr / (1 - beta1 ** state.step),
      bias2: 1 - beta2 ** state.step,
      weightDecay: this.decoupled ? 0 : weightDecay,
      shrink: this.decoupled ? 1 - lr * weightDecay : 1,
      beta1,
      beta2,
      eps,
    });
  }
}

/**
 * Steps of about η whatever the size of the gradients:
 *
 *     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
 *     x ← x − η · m̂ / (√v̂ + ε),   m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)
 *
 * @source Kingma and Ba 2015, algorithm 1
 */
export class Adam extends AdamFamily {
  protected override readonly decoupled = false;
  constructor(
    params: Iterable<Tensor> | readonly ParameterGroup<Required<AdamOptions>>[],
    options: AdamOptions = {},
  ) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 }, options);
  }
}

/** Adam whose weight decay x ← (1 − ηλ)x does not pass through m and v. @source Loshchilov and Hutter 2019, algorithm 2 */
export class AdamW extends AdamFamily {
  protected override readonly decoupled = true;
  constructor(
    params: Iterable<Tensor> | readonly ParameterGroup<Required<AdamOptions>>[],
    options: AdamOptions = {},
  ) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01 }, options);
  }
}
