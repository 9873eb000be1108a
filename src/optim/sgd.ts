/** Stochastic gradient descent. */

import type { Tensor } from '../autograd/graph.js';
import type { FloatArray } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import { descend, descendWithMomentum } from '../kernels/dispatch.js';
import { type Group, inRange, Optimizer, type ParameterGroup, type State } from './optimizer.js';

export interface SGDOptions {
  /** Learning rate η. */
  lr: number;
  /** Momentum μ. Default 0. */
  momentum?: number;
  /** How much of a new gradient the velocity leaves out, τ. Default 0. */
  dampening?: number;
  /** L2 penalty λ, added to the gradient as λx. Default 0. */
  weightDecay?: number;
  /** Look ahead along the velocity. Default false. */
  nesterov?: boolean;
}

/**
 * x ← x − η·d with
 *
 *     g ← g + λx                          weight decay
 *     v ← μv + (1 − τ)g,   v = g at first momentum
 *     d = v,  or  g + μv                  Nesterov's form
 *
 * @source Sutskever et al. 2013 (momentum in the form that PyTorch uses, with η outside the velocity)
 */
export class SGD extends Optimizer<Required<SGDOptions>> {
  constructor(
    params: Iterable<Tensor> | readonly ParameterGroup<Required<SGDOptions>>[],
    options: SGDOptions,
  ) {
    const defaults = { lr: undefined, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false };
    super(params, defaults, options);
  }

  protected override check({
    momentum,
    dampening,
    weightDecay,
    nesterov,
  }: Group<Required<SGDOptions>>): void {
    inRange('SGD', 'momentum', momentum, 0);
    inRange('SGD', 'dampening', dampening, 0);
    inRange('SGD', 'weightDecay', weightDecay, 0);
    if (nesterov && (momentum === 0 || dampening !== 0))
      throw new ArgumentError('SGD', 'Nesterov’s form needs a momentum above 0 and no dampening');
  }

  protected override update(
    x: FloatArray,
    gradient: FloatArray,
    state: State,
    group: Group<Required<SGDOptions>>,
  ): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = group;
    if (momentum === 0) {
      descend(x, gradient, lr, weightDecay);
      return;
    }
    const fresh = state.arrays.has('velocity') ? 1 - dampening : 1;
    const v = state.get('velocity', x);
    descendWithMomentum(x, gradient, v, { lr, weightDecay, momentum, fresh, nesterov });
  }
}
