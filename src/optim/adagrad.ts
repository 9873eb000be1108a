/**
 * AdaGrad.
 *
 * Previous: src/optim/sgd.ts · Next: src/optim/rmsprop.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { descendBySumOfSquares } from '../kernels/dispatch.js';
import { add, div, mul, square, sub } from '../ops/arithmetic.js';
import { sqrt } from '../ops/functions.js';
import { type Group, inRange, Optimizer, type ParameterGroup } from './optimizer.js';
import type { LearningRate } from './schedules.js';
import type { AnyUpdateRule, UpdateRule } from './update.js';

export interface AdaGradOptions {
  /** Learning rate η, a number or a schedule. Default 0.01. */
  lr?: LearningRate;
  /** ε. Default 1e-10. */
  eps?: number;
  /** L2 penalty λ, added to the gradient as λw. Default 0. */
  weightDecay?: number;
}

type Settings = Required<AdaGradOptions>;

const ADAGRAD: UpdateRule<Settings, 'sumOfSquares'> = {
  keeps: ['sumOfSquares'],
  formula(w, g, { sumOfSquares: h }, { eps, weightDecay }, { lr }) {
    g = add(g, mul(w, weightDecay)); //                      g ← g + λw
    h = add(h, square(g)); //                                h ← h + g²
    w = sub(w, div(mul(g, lr), add(sqrt(h), eps))); //       w ← w − η·g / (√h + ε)
    return [w, { sumOfSquares: h }];
  },
  fused: (w, g, { sumOfSquares }, { eps, weightDecay }, { lr }) =>
    descendBySumOfSquares(w, g, sumOfSquares, { lr, weightDecay, eps }),
};

/**
 * Steps shrink where gradients have been large:   h ← h + g²,   w ← w − η·g / (√h + ε),  with g ← g + λw first
 * @source Duchi, Hazan and Singer 2011
 */
export class AdaGrad extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: AdaGradOptions = {}) {
    super(params, { lr: 0.01, eps: 1e-10, weightDecay: 0 }, options);
  }

  protected override check({ eps, weightDecay }: Group<Settings>): void {
    inRange('AdaGrad', 'eps', eps, 0);
    inRange('AdaGrad', 'weightDecay', weightDecay, 0);
  }

  override updateRule(): AnyUpdateRule<Settings> {
    return ADAGRAD;
  }
}
