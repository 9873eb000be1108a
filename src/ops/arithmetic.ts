/**
 * Arithmetic, elementwise with NumPy's broadcasting. Each op is a forward and, beside it, one vjp rule an input:
 * g is the gradient of the output, x̄ that of an input x. Broadcasting is undone by the engine.
 *
 * Read before: {@link op.ts}. Read next: {@link ops/functions.ts}.
 */
import type { NDArray } from '../base/array.js';
import type { Shape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { apply, defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';
import { equal, greater, less, where } from './compare.js';
import { log } from './functions.js';
import { type Broadcasted, type Fits, type Operand, pair, scalar } from './operand.js';

type One = [NDArray];
type Two = [NDArray, NDArray];

/** Sum.  y = a + b   ⇒   ā = g,   b̄ = g */
export function add<A extends Operand, B extends Operand>(a: A, b: B & Fits<'add', A, B>): Broadcasted<A, B> {
  return apply(ADD, pair('add', a, b));
}
const ADD = defineOp({
  name: 'add',
  kind: 'linear',
  broadcast: true,
  forward: ([a, b]: Two) => k.add(a, b),
  vjp: [(g) => g, (g) => g],
});

/** Difference.  y = a − b   ⇒   ā = g,   b̄ = −g */
export function sub<A extends Operand, B extends Operand>(a: A, b: B & Fits<'sub', A, B>): Broadcasted<A, B> {
  return apply(SUB, pair('sub', a, b));
}
const SUB = defineOp({
  name: 'sub',
  kind: 'linear',
  broadcast: true,
  forward: ([a, b]: Two) => k.sub(a, b),
  vjp: [(g) => g, (g) => neg(g)],
});

/** Elementwise product.  y = a ⊙ b   ⇒   ā = g ⊙ b,   b̄ = g ⊙ a */
export function mul<A extends Operand, B extends Operand>(a: A, b: B & Fits<'mul', A, B>): Broadcasted<A, B> {
  return apply(MUL, pair('mul', a, b));
}
const MUL = defineOp({
  name: 'mul',
  kind: 'bilinear',
  broadcast: true,
  forward: ([a, b]: Two) => k.mul(a, b),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [(g, { b }) => mul(g, b), (g, { a }) => mul(g, a)],
});

/** Quotient.  y = a / b   ⇒   ā = g / b,   b̄ = −g · (y / b) */
export function div<A extends Operand, B extends Operand>(a: A, b: B & Fits<'div', A, B>): Broadcasted<A, B> {
  return apply(DIV, pair('div', a, b));
}
const DIV = defineOp({
  name: 'div',
  broadcast: true,
  forward: ([a, b]: Two) => k.div(a, b),
  save: ({ inputs: [, b], output: y }) => ({ b, y }),
  vjp: [(g, { b }) => div(g, b), (g, { b, y }) => neg(mul(g, div(y, b)))],
});

/**
 * Power.  y = aᵇ   ⇒   ā = g · b · aᵇ⁻¹,   b̄ = g · y · log a
 *
 * Where b = 0 the slope in a is 0, also at a = 0; where a = 0 and b ≥ 0 the slope in b is taken as 0 (its limit for
 * b > 0). A negative base with a fractional exponent is NaN.
 */
export function pow<A extends Operand, B extends Operand>(a: A, b: B & Fits<'pow', A, B>): Broadcasted<A, B> {
  return apply(POW, pair('pow', a, b));
}
const POW = defineOp({
  name: 'pow',
  broadcast: true,
  forward: ([a, b]: Two) => k.pow(a, b),
  save: ({ inputs: [a, b], output: y }) => ({ a, b, y }),
  vjp: [
    // 0 · 0⁻¹ is NaN: at a = b = 0 the factor b does the work alone.
    (g, { a, b }) => mul(g, mul(b, pow(a, sub(where(mul(equal(a, 0), equal(b, 0)), 1, b), 1)))),
    (g, { a, y }) => mul(g, mul(y, log(where(equal(a, 0), 1, a)))),
  ],
});

/** Negative.  y = −x   ⇒   x̄ = −g */
export function neg<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(NEG, [x]);
}
const NEG = defineOp({ name: 'neg', kind: 'linear', forward: ([x]: One) => k.neg(x), vjp: [(g) => neg(g)] });

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

/** Absolute value.  y = |x|   ⇒   x̄ = g · sign x, which is 0 at 0 */
export function abs<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(ABS, [x]);
}
const ABS = defineOp({
  name: 'abs',
  kind: 'piecewise',
  forward: ([x]: One) => k.abs(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, sign(x))],
});

/** −1, 0 or 1.  y = sign x   ⇒   x̄ = 0 */
export function sign<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SIGN, [x]);
}
const SIGN = defineOp({
  name: 'sign',
  kind: 'piecewise',
  forward: ([x]: One) => k.sign(x),
  vjp: [(g) => where(scalar(0, g.dtype), g, 0)],
});

/** The gradient of the one of two that may have won: all of it, half of it at a tie. Where one is NaN, neither lost. */
function toWinner(g: Tensor, lost: Tensor, tie: Tensor): Tensor {
  return where(lost, 0, where(tie, mul(g, 0.5), g));
}

/** Larger of two.  y = max(a, b)   ⇒   ā = g where a > b, g/2 at a tie, 0 where a < b;  b̄ likewise; both g at NaN */
export function maximum<A extends Operand, B extends Operand>(
  a: A,
  b: B & Fits<'maximum', A, B>,
): Broadcasted<A, B> {
  return apply(MAXIMUM, pair('maximum', a, b));
}
const MAXIMUM = defineOp({
  name: 'maximum',
  kind: 'piecewise',
  broadcast: true,
  forward: ([a, b]: Two) => k.maximum(a, b),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [
    (g, { a, b }) => toWinner(g, less(a, b), equal(a, b)),
    (g, { a, b }) => toWinner(g, less(b, a), equal(a, b)),
  ],
});

/** Smaller of two.  y = min(a, b)   ⇒   ā = g where a < b, g/2 at a tie, 0 where a > b;  b̄ likewise; both g at NaN */
export function minimum<A extends Operand, B extends Operand>(
  a: A,
  b: B & Fits<'minimum', A, B>,
): Broadcasted<A, B> {
  return apply(MINIMUM, pair('minimum', a, b));
}
const MINIMUM = defineOp({
  name: 'minimum',
  kind: 'piecewise',
  broadcast: true,
  forward: ([a, b]: Two) => k.minimum(a, b),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [
    (g, { a, b }) => toWinner(g, greater(a, b), equal(a, b)),
    (g, { a, b }) => toWinner(g, greater(b, a), equal(a, b)),
  ],
});
