/** AdaGrad. */

import type { Tensor } from '../autograd/graph.js';
import type { FloatArray } from '../base/array.js';
import { type Group, inRange, Optimizer, type ParameterGroup, type State } from './optimizer.js';

export interface AdaGradOptions {
  /** Learning rate η. Default 0.01. */
  lr?: number;
  /** Default 1e-10. */
  eps?: number;
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay?: number;
}

/**
 * Steps shrink where gradients have been large:   h ← h + g²,   x ← x − η·g / (√h + ε)
 * @source Duchi, Hazan and Singer 2011
 */
export class AdaGrad extends Optimizer<Required<AdaGradOptions>> {
  constructor(
    params: Iterable<Tensor> | readonly ParameterGroup<Required<AdaGradOptions>>[],
    options: AdaGradOptions = {},
  ) {
    super(params, { lr: 0.01, eps: 1e-10, weightDecay: 0 }, options);
  }

  protected override check({ eps, weightDecay }: Group<Required<AdaGradOptions>>): void {
    inRange('AdaGrad', 'eps', eps, 0);
    inRange('AdaGrad', 'weightDecay', weightDecay, 0);
  }

  protected override update(
    x: FloatArray,
    gradient: FloatArray,
    state: State,
    { lr, eps, weightDecay }: Group<Required<AdaGradOptions>>,
  ): void {
    const h = state.get('sumOfSquares', x);
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i]! + weightDecay * x[i]!;
      h[i]! += g * g;
      x[i]! -= (lr * g) / (Math.sqrt(h[i]!) + eps);
    }
  }
}
