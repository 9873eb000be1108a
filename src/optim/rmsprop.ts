/** RMSprop. */

import type { Tensor } from '../autograd/graph.js';
import type { FloatArray } from '../base/array.js';
import { type Group, inRange, Optimizer, type ParameterGroup, type State } from './optimizer.js';

export interface RMSpropOptions {
  /** Learning rate η. Default 0.01. */
  lr?: number;
  /** Decay α of the mean square. Default 0.99. */
  alpha?: number;
  /** Default 1e-8. */
  eps?: number;
  weightDecay?: number;
  /** Momentum μ of the step. Default 0. */
  momentum?: number;
}

/**
 * AdaGrad with a memory that fades:
 *
 *     h ← αh + (1 − α)g²,   v ← μv + g / (√h + ε),   x ← x − η·v
 *
 * @source T. Tieleman and G. Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012
 */
export class RMSprop extends Optimizer<Required<RMSpropOptions>> {
  constructor(
    params: Iterable<Tensor> | readonly ParameterGroup<Required<RMSpropOptions>>[],
    options: RMSpropOptions = {},
  ) {
    super(params, { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0 }, options);
  }

  protected override check({ alpha, eps, weightDecay, momentum }: Group<Required<RMSpropOptions>>): void {
    inRange('RMSprop', 'alpha', alpha, 0, 1);
    inRange('RMSprop', 'eps', eps, 0);
    inRange('RMSprop', 'weightDecay', weightDecay, 0);
    inRange('RMSprop', 'momentum', momentum, 0);
  }

  protected override update(
    x: FloatArray,
    gradient: FloatArray,
    state: State,
    group: Group<Required<RMSpropOptions>>,
  ): void {
    const { lr, alpha, eps, weightDecay, momentum } = group;
    const h = state.get('meanSquare', x);
    const v = state.get('velocity', x);
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i]! + weightDecay * x[i]!;
      h[i] = alpha * h[i]! + (1 - alpha) * g * g;
      v[i] = momentum * v[i]! + g / (Math.sqrt(h[i]!) + eps);
      x[i]! -= lr * v[i]!;
    }
  }
}
