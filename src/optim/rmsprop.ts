/**
 * RMSprop.
 *
 * Previous: src/optim/adagrad.ts · Next: src/optim/adam.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { needFlag } from '../base/words.js';
import { descendByMeanSquare } from '../kernels/dispatch.js';
import { add, div, mul, square, sub } from '../ops/arithmetic.js';
import { maximum } from '../ops/compare.js';
import { sqrt } from '../ops/functions.js';
import { type Group, inRange, Optimizer, type ParameterGroup } from './optimizer.js';
import type { LearningRate } from './schedules.js';
import type { AnyUpdateRule, UpdateRule } from './update.js';

export interface RMSpropOptions {
  /** Learning rate η, a number or a schedule. Default 0.01. */
  lr?: LearningRate;
  /** Decay α of the mean square. Default 0.99. */
  alpha?: number;
  /** ε. Default 1e-8. */
  eps?: number;
  /** L2 penalty λ, added to the gradient as λw. Default 0. */
  weightDecay?: number;
  /** Momentum μ of the step. Default 0. */
  momentum?: number;
  /** Take the mean gradient off the mean square, which leaves the variance. Default false. */
  centered?: boolean;
}

type Settings = Required<RMSpropOptions>;

const RMSPROP: UpdateRule<Settings, 'meanSquare' | 'velocity'> = {
  keeps: ['meanSquare', 'velocity'],
  formula(w, g, { meanSquare: h, velocity: v }, { alpha, eps, weightDecay, momentum }, { lr }) {
    g = add(g, mul(w, weightDecay)); //                              g ← g + λw
    h = add(mul(h, alpha), mul(square(g), 1 - alpha)); //            h ← αh + (1 − α)g²
    v = add(mul(v, momentum), div(g, add(sqrt(h), eps))); //         v ← μv + g / (√h + ε)
    w = sub(w, mul(v, lr)); //                                       w ← w − ηv
    return [w, { meanSquare: h, velocity: v }];
  },
  fused: (w, g, { meanSquare, velocity }, { alpha, eps, weightDecay, momentum }, { lr }) =>
    descendByMeanSquare(w, g, meanSquare, velocity, { lr, weightDecay, alpha, momentum, eps }),
};

const CENTERED: UpdateRule<Settings, 'mean' | 'meanSquare' | 'velocity'> = {
  keeps: ['mean', 'meanSquare', 'velocity'],
  formula(w, g, { mean: m, meanSquare: h, velocity: v }, { alpha, eps, weightDecay, momentum }, { lr }) {
    g = add(g, mul(w, weightDecay)); //                              g ← g + λw
    h = add(mul(h, alpha), mul(square(g), 1 - alpha)); //            h ← αh + (1 − α)g²
    m = add(mul(m, alpha), mul(g, 1 - alpha)); //                    m ← αm + (1 − α)g
    const s2 = maximum(sub(h, square(m)), 0); //                     s² = h − m², which rounding may put below 0
    v = add(mul(v, momentum), div(g, add(sqrt(s2), eps))); //        v ← μv + g / (s + ε)
    w = sub(w, mul(v, lr)); //                                       w ← w − ηv
    return [w, { mean: m, meanSquare: h, velocity: v }];
  },
};

/**
 * AdaGrad with a memory that fades:
 *
 *     h ← αh + (1 − α)g²,   v ← μv + g / (√h + ε),   w ← w − ηv,   with g ← g + λw first
 *
 * `centered` divides by the standard deviation √(h − m²) of the gradient in the place of √h, with m ← αm + (1 − α)g.
 *
 * @source T. Tieleman and G. Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012; centered: Graves 2013
 */
export class RMSprop extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: RMSpropOptions = {}) {
    super(
      params,
      { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false },
      options,
    );
  }

  protected override check({ alpha, eps, weightDecay, momentum, centered }: Group<Settings>): void {
    inRange('RMSprop', 'alpha', alpha, 0, 1);
    inRange('RMSprop', 'eps', eps, 0);
    inRange('RMSprop', 'weightDecay', weightDecay, 0);
    inRange('RMSprop', 'momentum', momentum, 0);
    needFlag('RMSprop', 'centered', centered);
  }

  override updateRule({ centered }: Group<Settings>): AnyUpdateRule<Settings> {
    return centered ? CENTERED : RMSPROP;
  }
}
