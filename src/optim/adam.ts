/**
 * Adam, and AdamW, which decays weights apart from the gradient.
 *
 * Previous: src/optim/rmsprop.ts · Next: src/train/loop.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { pow } from '../base/elementary/index.js';
import { ArgumentError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import { adapt } from '../kernels/dispatch.js';
import { add, div, mul, square, sub } from '../ops/arithmetic.js';
import { sqrt } from '../ops/functions.js';
import type { Operand } from '../ops/operand.js';
import { type Group, inRange, Optimizer, type ParameterGroup } from './optimizer.js';
import type { AnyUpdateRule, State, UpdateRule } from './update.js';

export interface AdamOptions {
  /** Learning rate η. Default 0.001. */
  lr?: number;
  /** Decays β₁, β₂ of the mean gradient and of its mean square. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** ε. Default 1e-8. */
  eps?: number;
  /** λ: for Adam added to the gradient as λw, for AdamW taken off the weights as ηλw. Default 0, for AdamW 0.01. */
  weightDecay?: number;
}

type Settings = Required<AdamOptions>;
type Kept = 'mean' | 'meanSquare';
type Rate = 'lr' | 'bias1' | 'bias2';

/** Both means start from 0, so after t steps they are too small by the factors 1 − β₁ᵗ and 1 − β₂ᵗ. */
function ratesOf({ lr, betas: [beta1, beta2] }: Settings, { step: t }: State): Record<Rate, number> {
  return { lr, bias1: 1 - pow(beta1, t), bias2: 1 - pow(beta2, t) };
}

/** The direction d that Adam and AdamW go, and what they keep. */
function direction(
  g: Tensor,
  { mean: m, meanSquare: v }: Readonly<Record<Kept, Tensor>>,
  { betas: [beta1, beta2], eps }: Pick<Settings, 'betas' | 'eps'>,
  { bias1, bias2 }: Readonly<Record<Exclude<Rate, 'lr'>, Operand>>,
): readonly [d: Tensor, kept: Record<Kept, Tensor>] {
  m = add(mul(m, beta1), mul(g, 1 - beta1)); //              m ← β₁m + (1 − β₁)g
  v = add(mul(v, beta2), mul(square(g), 1 - beta2)); //      v ← β₂v + (1 − β₂)g²
  const mHat = div(m, bias1); //                             m̂ = m / (1 − β₁ᵗ)
  const vHat = div(v, bias2); //                             v̂ = v / (1 − β₂ᵗ)
  const d = div(mHat, add(sqrt(vHat), eps)); //              d = m̂ / (√v̂ + ε)
  return [d, { mean: m, meanSquare: v }];
}

const ADAM: UpdateRule<Settings, Kept, Rate> = {
  keeps: ['mean', 'meanSquare'],
  rates: ratesOf,
  formula(w, g, before, options, rates) {
    g = add(g, mul(w, options.weightDecay)); //                    g ← g + λw
    const [d, after] = direction(g, before, options, rates);
    w = sub(w, mul(d, rates.lr)); //                               w ← w − ηd
    return [w, after];
  },
  fused(w, g, { mean, meanSquare }, { betas: [beta1, beta2], eps, weightDecay }, { lr, bias1, bias2 }) {
    adapt(w, g, mean, meanSquare, { lr: lr / bias1, weightDecay, shrink: 1, beta1, beta2, bias2, eps });
  },
};

const ADAM_W: UpdateRule<Settings, Kept, Rate> = {
  keeps: ['mean', 'meanSquare'],
  rates: ratesOf,
  formula(w, g, before, options, rates) {
    const [d, after] = direction(g, before, options, rates);
    w = sub(w, mul(add(d, mul(w, options.weightDecay)), rates.lr)); //  w ← w − η(d + λw)
    return [w, after];
  },
  fused(w, g, { mean, meanSquare }, { betas: [beta1, beta2], eps, weightDecay }, { lr, bias1, bias2 }) {
    const shrink = 1 - lr * weightDecay;
    adapt(w, g, mean, meanSquare, { lr: lr / bias1, weightDecay: 0, shrink, beta1, beta2, bias2, eps });
  },
};

function checkSettings(name: string, { betas, eps, weightDecay }: Settings): void {
  if (!Array.isArray(betas) || betas.length !== 2)
    throw new ArgumentError(
      name,
      `betas are two numbers in a list, such as [0.9, 0.999], got ${shown(betas)}`,
    );
  inRange(name, 'betas[0]', betas[0], 0, 1);
  inRange(name, 'betas[1]', betas[1], 0, 1);
  inRange(name, 'eps', eps, 0);
  inRange(name, 'weightDecay', weightDecay, 0);
}

/**
 * Steps of about η whatever the size of the gradients, with g ← g + λw first:
 *
 *     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
 *     w ← w − η · m̂ / (√v̂ + ε),   m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)
 *
 * @source Kingma and Ba 2015, algorithm 1
 */
export class Adam extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: AdamOptions = {}) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 }, options);
  }

  protected override check(group: Group<Settings>): void {
    checkSettings(this.constructor.name, group);
  }

  override updateRule(): AnyUpdateRule<Settings> {
    return ADAM;
  }
}

/**
 * Adam whose weight decay does not pass through m and v:   w ← w − η(m̂ / (√v̂ + ε) + λw)
 * @source Loshchilov and Hutter 2019, algorithm 2
 */
export class AdamW extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: AdamOptions = {}) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01 }, options);
  }

  protected override check(group: Group<Settings>): void {
    checkSettings(this.constructor.name, group);
  }

  override updateRule(): AnyUpdateRule<Settings> {
    return ADAM_W;
  }
}
