/**
 * Adam, and AdamW, which decays weights apart from the gradient.
 *
 * Previous: src/optim/rmsprop.ts · Next: src/optim/schedules.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { pow } from '../base/elementary/index.js';
import { needFlag } from '../base/words.js';
import { adapt } from '../kernels/dispatch.js';
import { add, div, mul, square, sub } from '../ops/arithmetic.js';
import { maximum } from '../ops/compare.js';
import { sqrt } from '../ops/functions.js';
import type { Operand } from '../ops/operand.js';
import { adaptiveInRange, type Group, Optimizer, type ParameterGroup } from './optimizer.js';
import type { LearningRate } from './schedules.js';
import type { AnyUpdateRule, AtRate, State, UpdateRule } from './update.js';

export interface AdamOptions {
  /** Learning rate η, a number or a schedule. Default 0.001. */
  lr?: LearningRate;
  /** Decays β₁, β₂ of the mean gradient and of its mean square. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** ε. Default 1e-8. */
  eps?: number;
  /** λ: for Adam added to the gradient as λw, for AdamW taken off the weights as ηλw. Default 0, for AdamW 0.01. */
  weightDecay?: number;
  /** Divide by the root of the largest mean square so far (AMSGrad). Default false. */
  amsgrad?: boolean;
}

type Settings = Required<AdamOptions>;
type Kept = 'mean' | 'meanSquare';
/** What is kept, with the largest mean square so far for AMSGrad. */
type Means = Readonly<Record<Kept, Tensor>> & { readonly largest?: Tensor };
type Rate = 'lr' | 'bias1' | 'bias2';

/** Both means start from 0, so after t steps they are too small by the factors 1 − β₁ᵗ and 1 − β₂ᵗ. */
function ratesOf({ lr, betas: [beta1, beta2] }: AtRate<Settings>, { step: t }: State): Record<Rate, number> {
  return { lr, bias1: 1 - pow(beta1, t), bias2: 1 - pow(beta2, t) };
}

/** The running means of the gradient and of its square. */
export function means(
  g: Tensor,
  { mean: m, meanSquare: v }: Readonly<Record<Kept, Tensor>>,
  [beta1, beta2]: readonly [number, number],
): Record<Kept, Tensor> {
  m = add(mul(m, beta1), mul(g, 1 - beta1)); //              m ← β₁m + (1 − β₁)g
  v = add(mul(v, beta2), mul(square(g), 1 - beta2)); //      v ← β₂v + (1 − β₂)g²
  return { mean: m, meanSquare: v };
}

/** The direction d that Adam and AdamW go, and what they keep. */
function direction(
  g: Tensor,
  { largest, ...before }: Means,
  { betas, eps }: Pick<Settings, 'betas' | 'eps'>,
  { bias1, bias2 }: Readonly<Record<Exclude<Rate, 'lr'>, Operand>>,
): readonly [d: Tensor, kept: Means] {
  const after = means(g, before, betas);
  const v = largest ? maximum(largest, after.meanSquare) : after.meanSquare; // AMSGrad: the largest v so far
  const mHat = div(after.mean, bias1); //                    m̂ = m / (1 − β₁ᵗ)
  const vHat = div(v, bias2); //                             v̂ = v / (1 − β₂ᵗ)
  const d = div(mHat, add(sqrt(vHat), eps)); //              d = m̂ / (√v̂ + ε)
  return [d, largest ? { ...after, largest: v } : after];
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

/** The rule with the largest mean square so far in the place of the mean square. There is no loop for it. */
function amsgradOf({ fused: _, ...rule }: UpdateRule<Settings, Kept, Rate>): AnyUpdateRule<Settings> {
  return { ...rule, keeps: [...rule.keeps, 'largest'] } as AnyUpdateRule<Settings>;
}
const ADAM_AMSGRAD = amsgradOf(ADAM);
const ADAM_W_AMSGRAD = amsgradOf(ADAM_W);

function checkSettings(name: string, settings: Settings): void {
  adaptiveInRange(name, settings);
  needFlag(name, 'amsgrad', settings.amsgrad);
}

/**
 * Steps of about η whatever the size of the gradients, with g ← g + λw first:
 *
 *     m ← β₁m + (1 − β₁)g,   v ← β₂v + (1 − β₂)g²
 *     w ← w − η · m̂ / (√v̂ + ε),   m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)
 *
 * The weight decay here is an L2 penalty: λw passes through m and v, and is divided by √v̂ with the rest. So weights whose
 * gradients are large decay less than others. {@link AdamW} decays all alike.
 *
 * With `amsgrad`, v̂ is made of the largest v so far, so that a step never grows because v shrinks.
 *
 * @source Kingma and Ba 2015, algorithm 1; amsgrad: Reddi, Kale and Kumar 2018
 */
export class Adam extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: AdamOptions = {}) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false }, options);
  }

  protected override check(group: Group<Settings>): void {
    checkSettings(this.constructor.name, group);
  }

  override updateRule({ amsgrad }: Group<Settings>): AnyUpdateRule<Settings> {
    return amsgrad ? ADAM_AMSGRAD : ADAM;
  }
}

/**
 * Adam whose weight decay does not pass through m and v:   w ← w − η(m̂ / (√v̂ + ε) + λw)
 *
 * The decay is decoupled from the gradient: each update takes the share ηλ off every weight. Biases and scales of norms are
 * better left out, which {@link decayGroups} does.
 * @source Loshchilov and Hutter 2019, algorithm 2
 */
export class AdamW extends Optimizer<Settings> {
  constructor(params: Iterable<Tensor> | readonly ParameterGroup<Settings>[], options: AdamOptions = {}) {
    super(params, { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01, amsgrad: false }, options);
  }

  protected override check(group: Group<Settings>): void {
    checkSettings(this.constructor.name, group);
  }

  override updateRule({ amsgrad }: Group<Settings>): AnyUpdateRule<Settings> {
    return amsgrad ? ADAM_W_AMSGRAD : ADAM_W;
  }
}
