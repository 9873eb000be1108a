/**
 * Stochastic gradient descent.
 *
 * Previous: src/optim/update.ts · Next: src/optim/adagrad.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { ArgumentError } from '../base/errors.js';
import { needFlag } from '../base/words.js';
import { descend, descendWithMomentum } from '../kernels/dispatch.js';
import { add, mul, sub } from '../ops/arithmetic.js';
import { type Group, inRange, Optimizer, type ParameterGroup } from './optimizer.js';
import type { LearningRate } from './schedules.js';
import type { AnyUpdateRule, UpdateRule } from './update.js';

export interface SGDOptions {
  /** Learning rate η, a number or a schedule. */
  lr: LearningRate;
  /** Momentum μ. Default 0. */
  momentum?: number;
  /** How much of a new gradient the velocity leaves out, τ. Default 0. */
  dampening?: number;
  /** L2 penalty λ, added to the gradient as λw. Default 0. */
  weightDecay?: number;
  /** Look ahead along the velocity. Default false. */
  nesterov?: boolean;
}

type Settings = Required<SGDOptions>;

/** Without momentum nothing is remembered. */
const PLAIN: UpdateRule<Settings> = {
  keeps: [],
  formula(w, g, _kept, { weightDecay }, { lr }) {
    g = add(g, mul(w, weightDecay)); //  g ← g + λw
    w = sub(w, mul(g, lr)); //           w ← w − ηg
    return [w, {}];
  },
  fused: (w, g, _kept, { weightDecay }, { lr }) => descend(w, g, lr, weightDecay),
};

/** φ = 1 − τ is the weight of a new gradient in the velocity; the first gradient has the weight 1. */
const WITH_MOMENTUM: UpdateRule<Settings, 'velocity', 'lr' | 'fresh'> = {
  keeps: ['velocity'],
  rates: ({ lr, dampening }, { arrays }) => ({ lr, fresh: arrays.has('velocity') ? 1 - dampening : 1 }),
  formula(w, g, { velocity: v }, { momentum, weightDecay, nesterov }, { lr, fresh }) {
    g = add(g, mul(w, weightDecay)); //                     g ← g + λw
    v = add(mul(v, momentum), mul(g, fresh)); //            v ← μv + φg
    const d = nesterov ? add(g, mul(v, momentum)) : v; //   d = v, or g + μv
    w = sub(w, mul(d, lr)); //                              w ← w − ηd
    return [w, { velocity: v }];
  },
  fused: (w, g, { velocity }, { momentum, weightDecay, nesterov }, { lr, fresh }) =>
    descendWithMomentum(w, g, velocity, { lr, weightDecay, momentum, fresh, nesterov }),
};

/**
 * Gradient descent, w ← w − ηd:
 *
 *     g ← g + λw                          weight decay
 *     v ← μv + (1 − τ)g,   v = g at first momentum
 *     d = v,  or  g + μv                  Nesterov's form
 *     w ← w − ηd
 *
 * The weight decay is an L2 penalty, as if λ‖w‖²/2 were added to the loss. Without momentum that is the same as taking the
 * share ηλ off every weight, as {@link AdamW} does. With momentum the decay goes through the velocity too.
 *
 * @source Sutskever et al. 2013 (momentum in the form that PyTorch uses, with η outside the velocity)
 */
export class SGD extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: SGDOptions) {
    const defaults = { lr: undefined, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false };
    super(params, defaults, options);
  }

  protected override check({ momentum, dampening, weightDecay, nesterov }: Group<Settings>): void {
    inRange('SGD', 'momentum', momentum, 0);
    inRange('SGD', 'dampening', dampening, 0);
    inRange('SGD', 'weightDecay', weightDecay, 0);
    needFlag('SGD', 'nesterov', nesterov);
    if (nesterov && (momentum === 0 || dampening !== 0))
      throw new ArgumentError('SGD', 'Nesterov’s form needs a momentum above 0 and no dampening');
  }

  override updateRule({ momentum }: Group<Settings>): AnyUpdateRule<Settings> {
    return momentum === 0 ? PLAIN : WITH_MOMENTUM;
  }
}
