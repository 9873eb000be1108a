/** Comparisons, which have no gradient, and what is built on them: `where` and `clip`. */

import type { NDArray } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import type { Shape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { apply, defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { add } from './arithmetic.js';
import { type Operand, pair, scalar } from './operand.js';

function defineComparison(name: k.Comparison) {
  return defineOp({
    name,
    kind: 'piecewise',
    broadcast: true,
    forward: ([a, b]: [NDArray, NDArray]) => k.compare(name, a, b),
    vjp: ['zero', 'zero'],
  });
}

/** 1 where a > b, else 0. No gradient flows through a comparison. */
export function greater(a: Operand, b: Operand): Tensor {
  return apply(GREATER, pair('greater', a, b));
}
const GREATER = defineComparison('greater');

/** 1 where a ≥ b, else 0. */
export function greaterEqual(a: Operand, b: Operand): Tensor {
  return apply(GREATER_EQUAL, pair('greaterEqual', a, b));
}
const GREATER_EQUAL = defineComparison('greaterEqual');

/** 1 where a < b, else 0. */
export function less(a: Operand, b: Operand): Tensor {
  return apply(LESS, pair('less', a, b));
}
const LESS = defineComparison('less');

/** 1 where a ≤ b, else 0. */
export function lessEqual(a: Operand, b: Operand): Tensor {
  return apply(LESS_EQUAL, pair('lessEqual', a, b));
}
const LESS_EQUAL = defineComparison('lessEqual');

/** 1 where a = b, else 0. */
export function equal(a: Operand, b: Operand): Tensor {
  return apply(EQUAL, pair('equal', a, b));
}
const EQUAL = defineComparison('equal');

/** 1 where a ≠ b, else 0. */
export function notEqual(a: Operand, b: Operand): Tensor {
  return apply(NOT_EQUAL, pair('notEqual', a, b));
}
const NOT_EQUAL = defineComparison('notEqual');

/**
 * Choice.  y = a where c ≠ 0, b elsewhere   ⇒   ā = g where c ≠ 0, 0 elsewhere;  b̄ the other way round
 *
 * Both a and b are computed, and 0 · ∞ is NaN: keep a bad argument out of the branch itself, as in
 * `where(c, sqrt(where(c, x, 1)), 0)`.
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const [p, q] = pair('where', a, b);
  return apply(WHERE, [condition, p, q]);
}
const WHERE = defineOp({
  name: 'where',
  kind: 'linear',
  broadcast: true,
  forward: ([c, a, b]: [NDArray, NDArray, NDArray]) => k.where(c, a, b),
  save: ({ inputs: [c] }) => ({ c }),
  vjp: ['zero', (g, { c }) => where(c, g, scalar(0, g.dtype)), (g, { c }) => where(c, scalar(0, g.dtype), g)],
});

/**
 * Limits x to [low, high].  y = min(max(x, low), high)   ⇒   x̄ = 0 where x < low or x > high, g elsewhere
 * @throws ArgumentError if low > high
 */
export function clip<S extends Shape>(x: Tensor<S>, low: number, high: number): Tensor<S> {
  if (!(low <= high)) throw new ArgumentError('clip', `expected low ≤ high, got ${low} and ${high}`);
  return apply(CLIP, [x], { low, high });
}
const CLIP = defineOp({
  name: 'clip',
  kind: 'piecewise',
  forward: ([x]: [NDArray], { low, high }: { low: number; high: number }) => k.clip(x, low, high),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }, { low, high }) => where(add(less(x, low), greater(x, high)), 0, g)],
});
