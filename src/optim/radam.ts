/** RAdam. */

import type { Tensor } from '../autograd/graph.js';
import { pow } from '../base/elementary/index.js';
import { add, div, mul, sub } from '../ops/arithmetic.js';
import { sqrt } from '../ops/functions.js';
import { means } from './adam.js';
import { adaptiveInRange, type Group, Optimizer, type ParameterGroup } from './optimizer.js';
import type { LearningRate } from './schedules.js';
import type { AnyUpdateRule, UpdateRule } from './update.js';

export interface RAdamOptions {
  /** Learning rate η, a number or a schedule. Default 0.001. */
  lr?: LearningRate;
  /** Decays β₁, β₂ of the mean gradient and of its mean square. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** ε. Default 1e-8. */
  eps?: number;
  /** L2 penalty λ, added to the gradient as λw. Default 0. */
  weightDecay?: number;
}

type Settings = Required<RAdamOptions>;

/**
 * How much of the adaptive step is taken. ρₜ counts the gradients that the mean square v rests on. With 5 or fewer the
 * variance of 1/√v has no bound, and the step is that of momentum.
 */
function rectification(beta2: number, t: number): { adaptive: number; plain: number } {
  const power = pow(beta2, t);
  const most = 2 / (1 - beta2) - 1; //                              ρ∞ = 2/(1 − β₂) − 1
  const count = most - (2 * t * power) / (1 - power); //            ρₜ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ)
  if (count <= 5) return { adaptive: 0, plain: 1 };
  const share = ((count - 4) * (count - 2) * most) / ((most - 4) * (most - 2) * count);
  return { adaptive: Math.sqrt(share * (1 - power)), plain: 0 }; // r√(1 − β₂ᵗ), r² = (ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ)
}

const RADAM: UpdateRule<Settings, 'mean' | 'meanSquare', 'lr' | 'bias1' | 'adaptive' | 'plain'> = {
  keeps: ['mean', 'meanSquare'],
  rates: ({ lr, betas: [beta1, beta2] }, { step: t }) => ({
    lr,
    bias1: 1 - pow(beta1, t),
    ...rectification(beta2, t),
  }),
  formula(w, g, before, { betas, eps, weightDecay }, { lr, bias1, adaptive, plain }) {
    g = add(g, mul(w, weightDecay)); //                                     g ← g + λw
    const after = means(g, before, betas);
    const mHat = div(after.mean, bias1); //                                 m̂ = m / (1 − β₁ᵗ)
    const scale = div(adaptive, add(sqrt(after.meanSquare), eps)); //       s = r√(1 − β₂ᵗ) / (√v + ε), or 0
    w = sub(w, mul(mul(mHat, add(scale, plain)), lr)); //                   w ← w − ηm̂s, or w − ηm̂
    return [w, after];
  },
};

/**
 * Adam that begins as momentum and becomes adaptive when the mean square is known well enough:
 *
 *     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²,   ρ∞ = 2/(1 − β₂) − 1,   ρₜ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ)
 *     w ← w − η · m̂ · r√(1 − β₂ᵗ) / (√v + ε)   if ρₜ > 5, with r² = (ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ)
 *     w ← w − η · m̂                             otherwise, as in the first 5 steps with β₂ = 0.999
 *
 * with g ← g + λw first.
 * @source Liu et al. 2020, algorithm 2
 */
export class RAdam extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: RAdamOptions = {}) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 }, options);
  }

  protected override check(group: Group<Settings>): void {
    adaptiveInRange('RAdam', group);
  }

  override updateRule(): AnyUpdateRule<Settings> {
    return RADAM;
  }
}
