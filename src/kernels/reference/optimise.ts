/** Updates of parameters in place: the loops behind {@link optim/sgd.ts} and {@link optim/adam.ts}. */
import type { FloatArray } from '../../base/array.js';

/** x ← x − η(g + λx) */
export function descend(x: FloatArray, g: FloatArray, lr: number, weightDecay: number): void {
  for (let i = 0; i < x.length; i++) x[i]! -= lr * (g[i]! + weightDecay * x[i]!);
}

export interface Momentum {
  readonly lr: number;
  readonly weightDecay: number;
  /** μ */
  readonly momentum: number;
  /** The weight φ of the new gradient in the velocity. */
  readonly fresh: number;
  readonly nesterov: boolean;
}

/** g ← g + λx,  v ← μv + φg,  x ← x − η·v, or x − η(g + μv) in Nesterov's form */
export function descendWithMomentum(
  x: FloatArray,
  g: FloatArray,
  v: FloatArray,
  { lr, weightDecay, momentum, fresh, nesterov }: Momentum,
): void {
  for (let i = 0; i < x.length; i++) {
    const gradient = g[i]! + weightDecay * x[i]!;
    v[i] = momentum * v[i]! + fresh * gradient;
    x[i]! -= lr * (nesterov ? gradient + momentum * v[i]! : v[i]!);
  }
}

export interface Adaptation {
  /** η divided by the bias of the mean, 1 − β₁ᵗ. */
  readonly lr: number;
  readonly weightDecay: number;
  /** s: what is left of x itself. */
  readonly shrink: number;
  readonly beta1: number;
  readonly beta2: number;
  /** b: the bias of the mean square, 1 − β₂ᵗ. */
  readonly bias2: number;
  readonly eps: number;
}

/** g ← g + λx,  m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  x ← s·x − η·m / (√(v/b) + ε) */
export function adapt(
  x: FloatArray,
  g: FloatArray,
  m: FloatArray,
  v: FloatArray,
  { lr, weightDecay, shrink, beta1, beta2, bias2, eps }: Adaptation,
): void {
  for (let i = 0; i < x.length; i++) {
    const gradient = g[i]! + weightDecay * x[i]!;
    m[i] = beta1 * m[i]! + (1 - beta1) * gradient;
    v[i] = beta2 * v[i]! + (1 - beta2) * gradient * gradient;
    x[i] = shrink * x[i]! - (lr * m[i]!) / (Math.sqrt(v[i]! / bias2) + eps);
  }
}
