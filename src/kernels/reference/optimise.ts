/**
 * Updates of parameters in place, each a whole update rule in one loop. The definitions are the formulas of
 * {@link optim/sgd.ts} and its neighbours; a test holds each loop to its formula. The numbers are those of float64,
 * rounded where they are stored.
 *
 * In all of them w is the parameter, g its gradient, η the learning rate `lr` and λ the weight decay.
 */
import type { FloatArray } from '../../base/array.js';

/** Plain descent.  w ← w − η(g + λw) */
export function descend(w: FloatArray, g: FloatArray, lr: number, weightDecay: number): void {
  for (let i = 0; i < w.length; i++) w[i]! -= lr * (g[i]! + weightDecay * w[i]!);
}

export interface Momentum {
  readonly lr: number;
  readonly weightDecay: number;
  /** μ */
  readonly momentum: number;
  /** φ, the weight of the new gradient in the velocity. */
  readonly fresh: number;
  readonly nesterov: boolean;
}

/** Descent along a velocity.  g ← g + λw,  v ← μv + φg,  w ← w − ηv, or w − η(g + μv) in Nesterov's form */
export function descendWithMomentum(
  w: FloatArray,
  g: FloatArray,
  v: FloatArray,
  { lr, weightDecay, momentum, fresh, nesterov }: Momentum,
): void {
  for (let i = 0; i < w.length; i++) {
    const gradient = g[i]! + weightDecay * w[i]!;
    v[i] = momentum * v[i]! + fresh * gradient;
    w[i]! -= lr * (nesterov ? gradient + momentum * v[i]! : v[i]!);
  }
}

export interface BySumOfSquares {
  readonly lr: number;
  readonly weightDecay: number;
  readonly eps: number;
}

/** AdaGrad.  g ← g + λw,  h ← h + g²,  w ← w − η·g / (√h + ε) */
export function descendBySumOfSquares(
  w: FloatArray,
  g: FloatArray,
  h: FloatArray,
  { lr, weightDecay, eps }: BySumOfSquares,
): void {
  for (let i = 0; i < w.length; i++) {
    const gradient = g[i]! + weightDecay * w[i]!;
    h[i]! += gradient * gradient;
    w[i]! -= (lr * gradient) / (Math.sqrt(h[i]!) + eps);
  }
}

export interface ByMeanSquare {
  readonly lr: number;
  readonly weightDecay: number;
  /** α, the share of the mean square that is kept. */
  readonly alpha: number;
  /** μ */
  readonly momentum: number;
  readonly eps: number;
}

/** RMSprop.  g ← g + λw,  h ← αh + (1 − α)g²,  v ← μv + g / (√h + ε),  w ← w − ηv */
export function descendByMeanSquare(
  w: FloatArray,
  g: FloatArray,
  h: FloatArray,
  v: FloatArray,
  { lr, weightDecay, alpha, momentum, eps }: ByMeanSquare,
): void {
  for (let i = 0; i < w.length; i++) {
    const gradient = g[i]! + weightDecay * w[i]!;
    h[i] = alpha * h[i]! + (1 - alpha) * gradient * gradient;
    v[i] = momentum * v[i]! + gradient / (Math.sqrt(h[i]!) + eps);
    w[i]! -= lr * v[i]!;
  }
}

export interface Adaptation {
  /** η divided by the bias of the mean, 1 − β₁ᵗ. */
  readonly lr: number;
  readonly weightDecay: number;
  /** s, the share of w itself that is kept: 1, or 1 − ηλ for AdamW. */
  readonly shrink: number;
  readonly beta1: number;
  readonly beta2: number;
  /** b, the bias of the mean square, 1 − β₂ᵗ. */
  readonly bias2: number;
  readonly eps: number;
}

/** Adam and AdamW.  g ← g + λw,  m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  w ← s·w − η·m / (√(v/b) + ε) */
export function adapt(
  w: FloatArray,
  g: FloatArray,
  m: FloatArray,
  v: FloatArray,
  { lr, weightDecay, shrink, beta1, beta2, bias2, eps }: Adaptation,
): void {
  for (let i = 0; i < w.length; i++) {
    const gradient = g[i]! + weightDecay * w[i]!;
    m[i] = beta1 * m[i]! + (1 - beta1) * gradient;
    v[i] = beta2 * v[i]! + (1 - beta2) * gradient * gradient;
    w[i] = shrink * w[i]! - (lr * m[i]!) / (Math.sqrt(v[i]! / bias2) + eps);
  }
}
