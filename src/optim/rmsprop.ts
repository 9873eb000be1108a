/**
 * RMSprop.
 *
 * Previous: src/optim/adagrad.ts · Next: src/optim/adam.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { descendByMeanSquare } from '../kernels/dispatch.js';
import { add, div, mul, square, sub } from '../ops/arithmetic.js';
import { sqrt } from '../ops/functions.js';
import { type Group, inRange, Optimizer, type ParameterGroup } from './optimizer.js';
import type { AnyUpdateRule, UpdateRule } from './update.js';

export interface RMSpropOptions {
  /** Learning rate η. Default 0.01. */
  lr?: number;
  /** Decay α of the mean square. Default 0.99. */
  alpha?: number;
  /** ε. Default 1e-8. */
  eps?: number;
  /** L2 penalty λ, added to the gradient as λw. Default 0. */
  weightDecay?: number;
  /** Momentum μ of the step. Default 0. */
  momentum?: number;
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

/**
 * AdaGrad with a memory that fades:
 *
 *     h ← αh + (1 − α)g²,   v ← μv + g / (√h + ε),   w ← w − ηv,   with g ← g + λw first
 *
 * @source T. Tieleman and G. Hinton, Neural Networks for Machine Learning, lecture 6.5, 2012
 */
export class RMSprop extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: RMSpropOptions = {}) {
    super(params, { lr: 0.01, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0 }, options);
  }

  protected override check({ alpha, eps, weightDecay, momentum }: Group<Settings>): void {
    inRange('RMSprop', 'alpha', alpha, 0, 1);
    inRange('RMSprop', 'eps', eps, 0);
    inRange('RMSprop', 'weightDecay', weightDecay, 0);
    inRange('RMSprop', 'momentum', momentum, 0);
  }

  override updateRule(): AnyUpdateRule<Settings> {
    return RMSPROP;
  }
}
