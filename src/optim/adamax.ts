/** Adamax. */

import type { Tensor } from '../autograd/graph.js';
import { pow } from '../base/elementary/index.js';
import { add, div, mul, sub } from '../ops/arithmetic.js';
import { abs, maximum } from '../ops/compare.js';
import { adaptiveInRange, type Group, Optimizer, type ParameterGroup } from './optimizer.js';
import type { LearningRate } from './schedules.js';
import type { AnyUpdateRule, UpdateRule } from './update.js';

export interface AdamaxOptions {
  /** Learning rate η, a number or a schedule. Default 0.002. */
  lr?: LearningRate;
  /** Decays β₁, β₂ of the mean gradient and of its largest size. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** ε. Default 1e-8. */
  eps?: number;
  /** L2 penalty λ, added to the gradient as λw. Default 0. */
  weightDecay?: number;
}

type Settings = Required<AdamaxOptions>;

const ADAMAX: UpdateRule<Settings, 'mean' | 'largest', 'lr' | 'bias1'> = {
  keeps: ['mean', 'largest'],
  rates: ({ lr, betas: [beta1] }, { step: t }) => ({ lr, bias1: 1 - pow(beta1, t) }),
  formula(w, g, { mean: m, largest: u }, { betas: [beta1, beta2], eps, weightDecay }, { lr, bias1 }) {
    g = add(g, mul(w, weightDecay)); //                 g ← g + λw
    m = add(mul(m, beta1), mul(g, 1 - beta1)); //       m ← β₁m + (1 − β₁)g
    u = maximum(mul(u, beta2), add(abs(g), eps)); //    u ← max(β₂u, |g| + ε)
    const mHat = div(m, bias1); //                      m̂ = m / (1 − β₁ᵗ)
    w = sub(w, mul(div(mHat, u), lr)); //               w ← w − η · m̂ / u
    return [w, { mean: m, largest: u }];
  },
};

/**
 * Adam with the largest gradient, which fades, in the place of the root of the mean square:
 *
 *     m ← β₁m + (1 − β₁)g,   u ← max(β₂u, |g| + ε),   w ← w − η/(1 − β₁ᵗ) · m/u,   with g ← g + λw first
 *
 * @source Kingma and Ba 2015, algorithm 2, with ε in the place that PyTorch gives it
 */
export class Adamax extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: AdamaxOptions = {}) {
    super(params, { lr: 0.002, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 }, options);
  }

  protected override check(group: Group<Settings>): void {
    adaptiveInRange('Adamax', group);
  }

  override updateRule(): AnyUpdateRule<Settings> {
    return ADAMAX;
  }
}
