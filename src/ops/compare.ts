/**
 * Comparisons, which have no gradient, and what is built on them: `where`, `clip`, |x|, the larger and the smaller of two.
 *
 * Previous: src/ops/arithmetic.ts · Next: src/ops/functions.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import type { NDArray } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import { needTensors, shown } from '../base/kind.js';
import { broadcastShapes, type Shape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { add, mul } from './arithmetic.js';
import { type Binary, type One, type Operand, pair, scalar, type Two } from './operand.js';
import { roundTip } from './tip.js';

function defineComparison(name: k.Comparison) {
  return defineOp({
    name,
    broadcast: true,
    forward: ([a, b]: Two) => k.compare(name, a, b),
    vjp: ['zero', 'zero'],
  });
}

/** 1 where a > b, else 0. No gradient flows through a comparison. */
export function greater(a: Operand, b: Operand, ...more: []): Tensor {
  return apply(GREATER, pair('greater', a, b, ...more));
}
const GREATER = defineComparison('greater');

/** 1 where a ≥ b, else 0. */
export function greaterEqual(a: Operand, b: Operand, ...more: []): Tensor {
  return apply(GREATER_EQUAL, pair('greaterEqual', a, b, ...more));
}
const GREATER_EQUAL = defineComparison('greaterEqual');

/** 1 where a < b, else 0. */
export function less(a: Operand, b: Operand, ...more: []): Tensor {
  return apply(LESS, pair('less', a, b, ...more));
}
const LESS = defineComparison('less');

/** 1 where a ≤ b, else 0. */
export function lessEqual(a: Operand, b: Operand, ...more: []): Tensor {
  return apply(LESS_EQUAL, pair('lessEqual', a, b, ...more));
}
const LESS_EQUAL = defineComparison('lessEqual');

/** 1 where a = b, else 0. */
export function equal(a: Operand, b: Operand, ...more: []): Tensor {
  return apply(EQUAL, pair('equal', a, b, ...more));
}
const EQUAL = defineComparison('equal');

/** 1 where a ≠ b, else 0. */
export function notEqual(a: Operand, b: Operand, ...more: []): Tensor {
  return apply(NOT_EQUAL, pair('notEqual', a, b, ...more));
}
const NOT_EQUAL = defineComparison('notEqual');

/**
 * Choice.  y = a where c ≠ 0, b elsewhere   ⇒   ā = g where c ≠ 0, 0 elsewhere;  b̄ the other way round
 *
 * Both a and b are computed. If the branch that is not chosen has an infinite slope, its gradient is 0 · ∞ = NaN, so keep
 * the bad argument out of the branch itself: `where(c, sqrt(where(c, x, 1)), 0)`.
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const [p, q] = pair('where', a, b);
  return apply(WHERE, [condition, p, q]);
}
const WHERE = defineOp({
  name: 'where',
  broadcast: true,
  forward: ([c, a, b]: [NDArray, NDArray, NDArray]) => k.where(c, a, b),
  save: ({ inputs: [c] }) => ({ c }),
  vjp: ['zero', (g, { c }) => where(c, g, scalar(0, g.dtype)), (g, { c }) => where(c, scalar(0, g.dtype), g)],
});

/**
 * Limits x to [low, high].  y = min(max(x, low), high)   ⇒   x̄ = 0 where x < low or x > high, g elsewhere
 *
 * A bound may be a tensor, which broadcasts. Its gradient is g where it took the place of x, 0 elsewhere.
 * @throws ArgumentError if low > high, or for a bound that is NaN
 */
export function clip<S extends Shape>(x: Tensor<S>, low: number, high: number): Tensor<S>;
export function clip(x: Tensor, low: Operand, high: Operand): Tensor;
export function clip(x: Tensor, low: Operand, high: Operand): Tensor {
  const numbers = typeof low === 'number' && typeof high === 'number';
  const inOrder = numbers ? low <= high : !apply(LESS_EQUAL, pair('clip', low, high)).data.includes(0);
  if (!inOrder) throw new ArgumentError('clip', `expected low ≤ high, got ${shown(low)} and ${shown(high)}`);
  if (numbers) return apply(CLIP, [x], { low, high });
  needTensors('clip', x);
  for (const bound of [low, high]) if (typeof bound !== 'number') broadcastShapes('clip', x, bound);
  return where(less(x, low), low, where(greater(x, high), high, x));
}
const CLIP = defineOp({
  name: 'clip',
  forward: ([x]: One, { low, high }: { low: number; high: number }) => k.clip(x, low, high),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }, { low, high }) => where(add(less(x, low), greater(x, high)), 0, g)],
});

/**
 * Absolute value.  y = |x|   ⇒   x̄ = g · sign x, which is 0 at 0. A smooth function of |x|, such as |x|², has its second
 * derivative there too.
 */
export function abs<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(ABS, [x]);
}
const ABS = defineOp({
  name: 'abs',
  forward: ([x]: One) => k.abs(x),
  save: ({ inputs: [x], output: y }) => ({ x, y }),
  vjp: [(g, { x, y }) => roundTip(mul(g, sign(x)), g, x, y)],
});

/** −1, 0 or 1.  y = sign x   ⇒   x̄ = 0 */
export function sign<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SIGN, [x]);
}
const SIGN = defineOp({
  name: 'sign',
  forward: ([x]: One) => k.sign(x),
  vjp: [(g) => where(scalar(0, g.dtype), g, 0)],
});

/** What the gradient of one of two numbers receives: 0 where it lost, half of g at a tie, else g. Beside NaN, neither lost. */
function toWinner(g: Tensor, lost: Tensor, tie: Tensor): Tensor {
  return where(lost, 0, where(tie, mul(g, 0.5), g));
}

/** Larger of two.  y = max(a, b)   ⇒   ā = g where a > b, g/2 at a tie, 0 where a < b;  b̄ likewise; both g at NaN @function */
export const maximum: Binary<'maximum'> = (a, b, more?: never) => apply(MAXIMUM, pair('maximum', a, b, more));
const MAXIMUM = defineOp({
  name: 'maximum',
  broadcast: true,
  forward: ([a, b]: Two) => k.maximum(a, b),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [
    (g, { a, b }) => toWinner(g, less(a, b), equal(a, b)),
    (g, { a, b }) => toWinner(g, less(b, a), equal(a, b)),
  ],
});

/** Smaller of two.  y = min(a, b)   ⇒   ā = g where a < b, g/2 at a tie, 0 where a > b;  b̄ likewise; both g at NaN @function */
export const minimum: Binary<'minimum'> = (a, b, more?: never) => apply(MINIMUM, pair('minimum', a, b, more));
const MINIMUM = defineOp({
  name: 'minimum',
  broadcast: true,
  forward: ([a, b]: Two) => k.minimum(a, b),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [
    (g, { a, b }) => toWinner(g, greater(a, b), equal(a, b)),
    (g, { a, b }) => toWinner(g, greater(b, a), equal(a, b)),
  ],
});
