/**
 * Logarithms and powers of the bases 2 and 10, and the sum of two numbers that are given by their logarithms. They are ops
 * because log x / log 2 is no whole number for every power of 2, and because the exponentials of a plain sum would overflow.
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import type { Shape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { div, mul, neg } from './arithmetic.js';
import { type Binary, type One, pair, type Two } from './operand.js';

/** Logarithm of base 2, exact for powers of 2.  y = log₂ x   ⇒   x̄ = g / (x log 2) */
export function log2<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(LOG2, [x]);
}
const LOG2 = defineOp({
  name: 'log2',
  forward: ([x]: One) => k.log2(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => div(mul(g, Math.LOG2E), x)],
});

/** Logarithm of base 10, exact for powers of 10.  y = log₁₀ x   ⇒   x̄ = g / (x log 10) */
export function log10<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(LOG10, [x]);
}
const LOG10 = defineOp({
  name: 'log10',
  forward: ([x]: One) => k.log10(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => div(mul(g, Math.LOG10E), x)],
});

/** Power of 2, exact for whole numbers.  y = 2ˣ   ⇒   x̄ = g · y log 2 */
export function exp2<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(EXP2, [x]);
}
const EXP2 = defineOp({
  name: 'exp2',
  forward: ([x]: One) => k.exp2(x),
  save: ({ output: y }) => ({ y }),
  vjp: [(g, { y }) => mul(g, mul(y, Math.LN2))],
});

/**
 * Sum of two numbers that are given by their logarithms.  y = log(eᵃ + eᵇ)   ⇒   ā = g · eᵃ/(eᵃ + eᵇ),   b̄ = g · eᵇ/(eᵃ + eᵇ)
 *
 * −∞ is the logarithm of 0 and takes no part. Equal infinities share evenly, as in {@link logSumExp}.
 * @function
 */
export const logAddExp: Binary<'logAddExp'> = (a, b, more?: never) =>
  apply(LOG_ADD_EXP, pair('logAddExp', a, b, more));
const LOG_ADD_EXP = defineOp({
  name: 'logAddExp',
  broadcast: true,
  forward: ([a, b]: Two) => k.logAddExp(a, b),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [(g, { a, b }) => mul(g, share(a, b)), (g, { a, b }) => mul(g, share(b, a))],
});

/** The share of a.  y = eᵃ/(eᵃ + eᵇ) = σ(a − b), also where a − b would be rounded or be ∞ − ∞   ⇒   ā = g · y(1 − y) = −b̄ */
function share(a: Tensor, b: Tensor): Tensor {
  return apply(SHARE, [a, b]);
}
const SHARE = defineOp({
  name: 'share',
  broadcast: true,
  forward: ([a, b]: Two) => k.share(a, b),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [
    (g, { a, b }) => mul(g, mul(share(a, b), share(b, a))),
    (g, { a, b }) => neg(mul(g, mul(share(a, b), share(b, a)))),
  ],
});
