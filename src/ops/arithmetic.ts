/**
 * Arithmetic, elementwise with NumPy's broadcasting. Each op is a forward and, beside it, one rule for each input. In the
 * formulas, y is the output, g the gradient of y, and x̄ the contribution to the gradient of an input x. The walk back
 * undoes the broadcasting, so the rules do not mention it.
 *
 * Previous: src/autograd/backward.ts · Next: src/ops/compare.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { ADD } from '../autograd/sums.js';
import type { Shape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { type Binary, type One, pair, type Two } from './operand.js';

/** Sum.  y = a + b   ⇒   ā = g,   b̄ = g @function */
export const add: Binary<'add'> = (a, b, more?: never) => apply(ADD, pair('add', a, b, more));

/** Difference.  y = a − b   ⇒   ā = g,   b̄ = −g @function */
export const sub: Binary<'sub'> = (a, b, more?: never) => apply(SUB, pair('sub', a, b, more));
const SUB = defineOp({
  name: 'sub',
  broadcast: true,
  forward: ([a, b]: Two) => k.sub(a, b),
  vjp: [(g) => g, (g) => neg(g)],
});

/** Elementwise product.  y = a ⊙ b   ⇒   ā = g ⊙ b,   b̄ = g ⊙ a @function */
export const mul: Binary<'mul'> = (a, b, more?: never) => apply(MUL, pair('mul', a, b, more));
const MUL = defineOp({
  name: 'mul',
  broadcast: true,
  forward: ([a, b]: Two) => k.mul(a, b),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [(g, { b }) => mul(g, b), (g, { a }) => mul(g, a)],
});

/** Quotient.  y = a / b   ⇒   ā = g / b,   b̄ = −g · (y / b) @function */
export const div: Binary<'div'> = (a, b, more?: never) => apply(DIV, pair('div', a, b, more));
const DIV = defineOp({
  name: 'div',
  broadcast: true,
  forward: ([a, b]: Two) => k.div(a, b),
  save: ({ inputs: [, b], output: y }) => ({ b, y }),
  vjp: [(g, { b }) => div(g, b), (g, { b, y }) => neg(mul(g, div(y, b)))],
});

/** Negative.  y = −x   ⇒   x̄ = −g */
export function neg<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(NEG, [x]);
}
const NEG = defineOp({ name: 'neg', forward: ([x]: One) => k.neg(x), vjp: [(g) => neg(g)] });

/** Square.  y = x²   ⇒   x̄ = 2 g · x */
export function square<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SQUARE, [x]);
}
const SQUARE = defineOp({
  name: 'square',
  forward: ([x]: One) => k.square(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, mul(x, 2))],
});

/** Reciprocal.  y = 1 / x   ⇒   x̄ = −g · y² */
export function reciprocal<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(RECIPROCAL, [x]);
}
const RECIPROCAL = defineOp({
  name: 'reciprocal',
  forward: ([x]: One) => k.reciprocal(x),
  save: ({ output: y }) => ({ y }),
  vjp: [(g, { y }) => neg(mul(g, square(y)))],
});
