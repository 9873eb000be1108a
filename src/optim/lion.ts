/** Lion. */

import type { Tensor } from '../autograd/graph.js';
import { add, mul, sub } from '../ops/arithmetic.js';
import { sign } from '../ops/compare.js';
import { betasInRange, type Group, inRange, Optimizer, type ParameterGroup } from './optimizer.js';
import type { LearningRate } from './schedules.js';
import type { AnyUpdateRule, UpdateRule } from './update.js';

export interface LionOptions {
  /** Learning rate η, a number or a schedule. Default 0.0001, since every step of a weight is η long. */
  lr?: LearningRate;
  /** β₁, the share of the mean in the direction, and β₂, the decay of the mean. Default [0.9, 0.99]. */
  betas?: readonly [number, number];
  /** λ, taken off the weights as ηλw, as AdamW does. Default 0. */
  weightDecay?: number;
}

type Settings = Required<LionOptions>;

const LION: UpdateRule<Settings, 'mean'> = {
  keeps: ['mean'],
  formula(w, g, { mean: m }, { betas: [beta1, beta2], weightDecay }, { lr }) {
    const d = sign(add(mul(m, beta1), mul(g, 1 - beta1))); //     d = sign(β₁m + (1 − β₁)g)
    w = sub(w, mul(add(d, mul(w, weightDecay)), lr)); //          w ← w − η(d + λw)
    m = add(mul(m, beta2), mul(g, 1 - beta2)); //                 m ← β₂m + (1 − β₂)g
    return [w, { mean: m }];
  },
};

/**
 * Steps of ±η along the sign of a mean gradient, in which the newest gradient weighs more than in the mean that is kept:
 *
 *     d = sign(β₁m + (1 − β₁)g),   w ← w − η(d + λw),   m ← β₂m + (1 − β₂)g
 *
 * @source Chen et al. 2023, algorithm 2
 */
export class Lion extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: LionOptions = {}) {
    super(params, { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0 }, options);
  }

  protected override check({ betas, weightDecay }: Group<Settings>): void {
    betasInRange('Lion', betas);
    inRange('Lion', 'weightDecay', weightDecay, 0);
  }

  override updateRule(): AnyUpdateRule<Settings> {
    return LION;
  }
}
