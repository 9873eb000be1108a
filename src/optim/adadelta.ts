/** Adadelta. */

import type { Tensor } from '../autograd/graph.js';
import { add, div, mul, square, sub } from '../ops/arithmetic.js';
import { sqrt } from '../ops/functions.js';
import { type Group, inRange, Optimizer, type ParameterGroup } from './optimizer.js';
import type { LearningRate } from './schedules.js';
import type { AnyUpdateRule, UpdateRule } from './update.js';

export interface AdadeltaOptions {
  /** A factor η of the steps, a number or a schedule. Default 1. */
  lr?: LearningRate;
  /** Decay ρ of the two mean squares. Default 0.9. */
  rho?: number;
  /** ε, below the roots. Default 1e-6. */
  eps?: number;
  /** L2 penalty λ, added to the gradient as λw. Default 0. */
  weightDecay?: number;
}

type Settings = Required<AdadeltaOptions>;

const ADADELTA: UpdateRule<Settings, 'meanSquare' | 'meanSquareStep'> = {
  keeps: ['meanSquare', 'meanSquareStep'],
  formula(w, g, { meanSquare: v, meanSquareStep: u }, { rho, eps, weightDecay }, { lr }) {
    g = add(g, mul(w, weightDecay)); //                               g ← g + λw
    v = add(mul(v, rho), mul(square(g), 1 - rho)); //                 v ← ρv + (1 − ρ)g²
    const d = mul(div(sqrt(add(u, eps)), sqrt(add(v, eps))), g); //   d = √(u + ε) / √(v + ε) · g
    u = add(mul(u, rho), mul(square(d), 1 - rho)); //                 u ← ρu + (1 − ρ)d²
    w = sub(w, mul(d, lr)); //                                        w ← w − ηd
    return [w, { meanSquare: v, meanSquareStep: u }];
  },
};

/**
 * Steps in the unit of the weights, measured by the steps before:
 *
 *     v ← ρv + (1 − ρ)g²,   d = √(u + ε) / √(v + ε) · g,   u ← ρu + (1 − ρ)d²,   w ← w − ηd,   with g ← g + λw first
 *
 * u starts from 0, so the first step is about √(ε / (1 − ρ)) long, and the steps have to grow from there.
 * @source Zeiler 2012, algorithm 1
 */
export class Adadelta extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: AdadeltaOptions = {}) {
    super(params, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0 }, options);
  }

  protected override check({ rho, eps, weightDecay }: Group<Settings>): void {
    inRange('Adadelta', 'rho', rho, 0, 1);
    inRange('Adadelta', 'eps', eps, 0);
    inRange('Adadelta', 'weightDecay', weightDecay, 0);
  }

  override updateRule(): AnyUpdateRule<Settings> {
    return ADADELTA;
  }
}
