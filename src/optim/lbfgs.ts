/**
 * L-BFGS: a direction of descent from the last few steps and the changes of the gradient along them. Newton's direction is
 * −H⁻¹∇f with the Hessian H. What a step s has changed in the gradient, y = H·s for a parabola, says what H does along s.
 * The last m of such pairs stand for H⁻¹, and no matrix is ever formed.
 *
 * Source: Nocedal and Wright, Numerical Optimization, second edition, 2006, section 7.2
 *
 * Previous: src/optim/descent.ts · Next: src/optim/line-search.ts
 */
import { largest, powerNear } from './magnitude.js';

/**
 * One step and what it changed:   s = xₖ₊₁ − xₖ,   y = ∇f(xₖ₊₁) − ∇f(xₖ). Both may be multiplied by the same number, which
 * changes nothing of what the pair says.
 */
export interface Pair {
  readonly s: Float64Array;
  readonly y: Float64Array;
}

/** Whether the element i of x may move. */
export type Mask = (i: number) => boolean;

/**
 * Remembers one pair more, and forgets the oldest if there are more than `memory` (Algorithm 7.5). A pair without curvature,
 * sᵀy ≤ ε·‖s‖·‖y‖, is left out: the direction made of it could lead uphill.
 */
export function remember(pairs: Pair[], pair: Pair, memory: number): void {
  const next = balanced(pair);
  if (!hasCurvature(next)) return;
  pairs.push(next);
  if (pairs.length > memory) pairs.shift();
}

/**
 * A pair with sᵀy near 1, so that sᵀy, sᵀs and yᵀy neither overflow nor vanish where s or y is huge or tiny. A power of two
 * changes no digit.
 */
function balanced({ s, y }: Pair): Pair {
  const power = powerNear(Math.sqrt(largest(s)) * Math.sqrt(largest(y)));
  return { s: s.map((value) => value / power), y: y.map((value) => value / power) };
}

/** Whether the cosine between s and y, in the space of the elements that may move, is positive beyond rounding. */
function hasCurvature({ s, y }: Pair, moves?: Mask): boolean {
  return dot(s, y, moves) > Number.EPSILON * Math.sqrt(dot(s, s, moves)) * Math.sqrt(dot(y, y, moves));
}

/**
 * The direction −H⁻¹∇f by the two loops of Algorithm 7.4, in the space of the elements that may move; 0 for the others. Its
 * first guess of H⁻¹ is the number γ = sᵀy / yᵀy of the newest pair (7.20), and 1 without any pair.
 */
export function direction(pairs: readonly Pair[], gradient: Float64Array, moves: Mask): Float64Array {
  const known = pairs
    .filter((pair) => hasCurvature(pair, moves))
    .map(({ s, y }) => ({ s, y, sy: dot(s, y, moves), yy: dot(y, y, moves) }));
  const r = gradient.map((slope, i) => (moves(i) ? slope : 0));
  const alphas = new Map<object, number>();
  // From the newest pair to the oldest: takes out of the gradient what the pair explains.
  for (const pair of [...known].reverse()) {
    const alpha = dot(pair.s, r, moves) / pair.sy;
    alphas.set(pair, alpha);
    addScaled(r, -alpha, pair.y, moves);
  }
  const newest = known.at(-1);
  if (newest) for (let i = 0; i < r.length; i++) r[i]! *= newest.sy / newest.yy;
  // From the oldest to the newest: puts back the step that belongs to the change.
  for (const pair of known) {
    const beta = dot(pair.y, r, moves) / pair.sy;
    addScaled(r, alphas.get(pair)! - beta, pair.s, moves);
  }
  return r.map((value) => -value);
}

/** Σ aᵢbᵢ over the elements that may move */
export function dot(a: Float64Array, b: Float64Array, moves: Mask = () => true): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (moves(i)) sum += a[i]! * b[i]!;
  return sum;
}

/** r ← r + c·v in the elements that may move */
function addScaled(r: Float64Array, c: number, v: Float64Array, moves: Mask): void {
  for (let i = 0; i < r.length; i++) if (moves(i)) r[i]! += c * v[i]!;
}
