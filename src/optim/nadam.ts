/** NAdam. */

import type { Tensor } from '../autograd/graph.js';
import { pow } from '../base/elementary/index.js';
import { add, div, mul, sub } from '../ops/arithmetic.js';
import { sqrt } from '../ops/functions.js';
import { means } from './adam.js';
import { adaptiveInRange, type Group, inRange, Optimizer, type ParameterGroup } from './optimizer.js';
import type { LearningRate } from './schedules.js';
import type { AnyUpdateRule, UpdateRule } from './update.js';

export interface NAdamOptions {
  /** Learning rate η, a number or a schedule. Default 0.002. */
  lr?: LearningRate;
  /** Decays β₁, β₂ of the mean gradient and of its mean square. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** ε. Default 1e-8. */
  eps?: number;
  /** L2 penalty λ, added to the gradient as λw. Default 0. */
  weightDecay?: number;
  /** ψ: how fast the momentum rises from β₁/2 to β₁. Default 0.004. */
  momentumDecay?: number;
}

type Settings = Required<NAdamOptions>;

/** The momenta μₜ = β₁(1 − ½ · 0.96^(tψ)) of step t and of the next, and the product μ₁ · … · μₜ. */
function momenta(beta1: number, psi: number, t: number): [now: number, next: number, product: number] {
  const shrink = pow(0.96, psi);
  const momentum = (i: number): number => beta1 * (1 - 0.5 * pow(0.96, i * psi));
  let [product, left] = [1, 0.5];
  // Only 1 − product is used, which is 1 once the product is small enough.
  for (let i = 1; i <= t && product > 1e-20; i++) product *= beta1 * (1 - (left *= shrink));
  return [momentum(t), momentum(t + 1), product];
}

const NADAM: UpdateRule<Settings, 'mean' | 'meanSquare', 'lr' | 'bias2' | 'fresh' | 'carried'> = {
  keeps: ['mean', 'meanSquare'],
  rates({ lr, betas: [beta1, beta2], momentumDecay }, { step: t }) {
    const [now, next, product] = momenta(beta1, momentumDecay, t);
    const fresh = (1 - now) / (1 - product); //             φ = (1 − μₜ) / (1 − μ₁…μₜ)
    const carried = next / (1 - product * next); //         κ = μₜ₊₁ / (1 − μ₁…μₜ₊₁)
    return { lr, bias2: 1 - pow(beta2, t), fresh, carried };
  },
  formula(w, g, before, { betas, eps, weightDecay }, { lr, bias2, fresh, carried }) {
    g = add(g, mul(w, weightDecay)); //                     g ← g + λw
    const after = means(g, before, betas);
    const ahead = add(mul(g, fresh), mul(after.mean, carried)); //          φg + κm
    const vHat = div(after.meanSquare, bias2); //                           v̂ = v / (1 − β₂ᵗ)
    w = sub(w, mul(div(ahead, add(sqrt(vHat), eps)), lr)); //               w ← w − η(φg + κm) / (√v̂ + ε)
    return [w, after];
  },
};

/**
 * Adam that looks ahead along its momentum, as Nesterov's form does, with a momentum that rises:
 *
 *     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²,   μₜ = β₁(1 − ½ · 0.96^(tψ))
 *     w ← w − η · ((1 − μₜ)/(1 − μ₁…μₜ) · g + μₜ₊₁/(1 − μ₁…μₜ₊₁) · m) / (√v̂ + ε),   with g ← g + λw first
 *
 * @source Dozat 2016
 */
export class NAdam extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: NAdamOptions = {}) {
    const defaults = {
      lr: 0.002,
      betas: [0.9, 0.999] as const,
      eps: 1e-8,
      weightDecay: 0,
      momentumDecay: 0.004,
    };
    super(params, defaults, options);
  }

  protected override check(group: Group<Settings>): void {
    adaptiveInRange('NAdam', group);
    inRange('NAdam', 'momentumDecay', group.momentumDecay, 0);
  }

  override updateRule(): AnyUpdateRule<Settings> {
    return NADAM;
  }
}
