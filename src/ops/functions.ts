/**
 * Functions of one tensor, elementwise, and the power. A rule that can use the result y uses it, so that nothing is
 * computed twice, unless y has lost digits that the slope needs.
 *
 * Previous: src/ops/compare.ts · Next: src/ops/activations.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import type { Shape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { add, div, mul, neg, square, sub } from './arithmetic.js';
import { clip, equal, where } from './compare.js';
import { type Binary, type One, pair, type Two } from './operand.js';

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
const ONE_OVER_SQRT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);

/** Exponential.  y = eˣ   ⇒   x̄ = g · y */
export function exp<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(EXP, [x]);
}
const EXP = defineOp({
  name: 'exp',
  forward: ([x]: One) => k.exp(x),
  save: ({ output: y }) => ({ y }),
  vjp: [(g, { y }) => mul(g, y)],
});

/** Exponential less one, accurate near 0.  y = eˣ − 1   ⇒   x̄ = g · eˣ */
export function expm1<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(EXPM1, [x]);
}
const EXPM1 = defineOp({
  name: 'expm1',
  forward: ([x]: One) => k.expm1(x),
  save: ({ inputs: [x] }) => ({ x }),
  // Not y + 1, which is 0 where y is −1 but for its last digit.
  vjp: [(g, { x }) => mul(g, exp(x))],
});

/** Natural logarithm.  y = log x   ⇒   x̄ = g / x */
export function log<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(LOG, [x]);
}
const LOG = defineOp({
  name: 'log',
  forward: ([x]: One) => k.log(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => div(g, x)],
});

/** Logarithm of 1 + x, accurate near 0.  y = log(1 + x)   ⇒   x̄ = g / (1 + x) */
export function log1p<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(LOG1P, [x]);
}
const LOG1P = defineOp({
  name: 'log1p',
  forward: ([x]: One) => k.log1p(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => div(g, add(x, 1))],
});

/** Square root.  y = √x   ⇒   x̄ = g / (2y), which is ∞ at 0 */
export function sqrt<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SQRT, [x]);
}
const SQRT = defineOp({
  name: 'sqrt',
  forward: ([x]: One) => k.sqrt(x),
  save: ({ output: y }) => ({ y }),
  vjp: [(g, { y }) => div(g, mul(y, 2))],
});

/** Cube root, of negative numbers too.  y = ∛x   ⇒   x̄ = g / (3y²), which is ∞ at 0 */
export function cbrt<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(CBRT, [x]);
}
const CBRT = defineOp({
  name: 'cbrt',
  forward: ([x]: One) => k.cbrt(x),
  save: ({ output: y }) => ({ y }),
  // Not g / (3y²): its own derivative contains 2y, and the second derivative of y at ∞ would be 0 · ∞.
  vjp: [(g, { y }) => div(div(g, y), mul(y, 3))],
});

/** Reciprocal square root.  y = 1/√x   ⇒   x̄ = −g · y³ / 2 */
export function rsqrt<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(RSQRT, [x]);
}
const RSQRT = defineOp({
  name: 'rsqrt',
  forward: ([x]: One) => k.rsqrt(x),
  save: ({ output: y }) => ({ y }),
  vjp: [(g, { y }) => mul(g, mul(mul(square(y), y), -0.5))],
});

/** Sine.  y = sin x   ⇒   x̄ = g · cos x */
export function sin<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SIN, [x]);
}
const SIN = defineOp({
  name: 'sin',
  forward: ([x]: One) => k.sin(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, cos(x))],
});

/** Cosine.  y = cos x   ⇒   x̄ = −g · sin x */
export function cos<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(COS, [x]);
}
const COS = defineOp({
  name: 'cos',
  forward: ([x]: One) => k.cos(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => neg(mul(g, sin(x)))],
});

/** Tangent.  y = tan x   ⇒   x̄ = g / cos²x */
export function tan<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(TAN, [x]);
}
const TAN = defineOp({
  name: 'tan',
  forward: ([x]: One) => k.tan(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => div(g, square(cos(x)))],
});

/** Arc sine, on [−1, 1].  y = asin x   ⇒   x̄ = g / √((1 − x)(1 + x)) */
export function asin<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(ASIN, [x]);
}
const ASIN = defineOp({
  name: 'asin',
  forward: ([x]: One) => k.asin(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, rsqrt(mul(sub(1, x), add(1, x))))],
});

/** Arc cosine, on [−1, 1].  y = acos x   ⇒   x̄ = −g / √((1 − x)(1 + x)) */
export function acos<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(ACOS, [x]);
}
const ACOS = defineOp({
  name: 'acos',
  forward: ([x]: One) => k.acos(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => neg(mul(g, rsqrt(mul(sub(1, x), add(1, x)))))],
});

/** Arc tangent.  y = atan x   ⇒   x̄ = g / (1 + x²) */
export function atan<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(ATAN, [x]);
}
const ATAN = defineOp({
  name: 'atan',
  forward: ([x]: One) => k.atan(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, atanSlope(x))],
});

/** y = 1 / (1 + x²), also where x² overflows   ⇒   x̄ = −2g · x · y² */
function atanSlope(x: Tensor): Tensor {
  return apply(ATAN_SLOPE, [x]);
}
const ATAN_SLOPE = defineOp({
  name: 'atanSlope',
  forward: ([x]: One) => k.atanSlope(x),
  save: ({ inputs: [x], output: y }) => ({ x, y }),
  // At ±∞ the product has to be 0, its limit, and not ∞ · 0 = NaN.
  vjp: [(g, { x, y }) => mul(g, mul(mul(mul(clip(x, -3e38, 3e38), y), y), -2))],
});

/** Hyperbolic sine.  y = sinh x   ⇒   x̄ = g · cosh x */
export function sinh<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SINH, [x]);
}
const SINH = defineOp({
  name: 'sinh',
  forward: ([x]: One) => k.sinh(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, cosh(x))],
});

/** Hyperbolic cosine.  y = cosh x   ⇒   x̄ = g · sinh x */
export function cosh<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(COSH, [x]);
}
const COSH = defineOp({
  name: 'cosh',
  forward: ([x]: One) => k.cosh(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, sinh(x))],
});

/** Hyperbolic tangent.  y = tanh x   ⇒   x̄ = g · tanh′(x), tanh′(x) = 1 − y² */
export function tanh<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(TANH, [x]);
}
const TANH = defineOp({
  name: 'tanh',
  forward: ([x]: One) => k.tanh(x),
  save: ({ inputs: [x] }) => ({ x }),
  // From x, because 1 − y² has no digit left where y comes close to 1.
  vjp: [(g, { x }) => tanhGrad(g, x)],
});

/**
 * The rule of tanh as one op, which fast kernels compute in one pass.
 * y = g · tanh′(x), tanh′(x) = 1 / cosh²x   ⇒   ḡ = h · tanh′(x),   x̄ = −2h · y · tanh x, where h is the gradient of y
 */
function tanhGrad(g: Tensor, x: Tensor): Tensor {
  return apply(TANH_GRAD, [g, x]);
}
const TANH_GRAD = defineOp({
  name: 'tanhGrad',
  forward: ([g, x]: Two) => k.tanhGrad(g, x),
  save: ({ inputs: [, x], output: y }) => ({ x, y }),
  vjp: [(h, { x }) => tanhGrad(h, x), (h, { x, y }) => mul(h, mul(mul(y, tanh(x)), -2))],
});

/** Error function, 2/√π ∫₀ˣ e^(−t²) dt.  y = erf x   ⇒   x̄ = g · 2/√π · e^(−x²) */
export function erf<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(ERF, [x]);
}
const ERF = defineOp({
  name: 'erf',
  forward: ([x]: One) => k.erf(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, mul(gaussian(x, -1), TWO_OVER_SQRT_PI))],
});

/** Standard normal distribution.  y = Φ(x) = ½ erfc(−x/√2), with all digits of its tails   ⇒   x̄ = g · e^(−x²/2) / √(2π) */
export function normalCdf<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(NORMAL_CDF, [x]);
}
const NORMAL_CDF = defineOp({
  name: 'normalCdf',
  forward: ([x]: One) => k.normalCdf(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, mul(gaussian(x, -0.5), ONE_OVER_SQRT_TWO_PI))],
});

/** y = e^(a·x²), a = −1 or −½, with the digits of the tails that a rounded x² would lose   ⇒   x̄ = g · 2a · x · y */
function gaussian(x: Tensor, a: number): Tensor {
  return apply(GAUSSIAN, [x], { a });
}
const GAUSSIAN = defineOp({
  name: 'gaussian',
  forward: ([x]: One, { a }: { a: number }) => k.gaussian(x, a),
  save: ({ inputs: [x], output: y }) => ({ x, y }),
  // Beyond ±40, y is 0, and x · y has to be 0 at ±∞ too, not ∞ · 0 = NaN.
  vjp: [(g, { x, y }, { a }) => mul(g, mul(mul(clip(x, -40, 40), y), 2 * a))],
});

/**
 * Power.  y = aᵇ   ⇒   ā = g · b · aᵇ⁻¹,   b̄ = g · y · log a
 *
 * Where b = 0 the slope in a is 0, also at a = 0; where a = 0 and b ≥ 0 the slope in b is taken as 0 (its limit for
 * b > 0). A negative base with a fractional exponent is NaN.
 * @function
 */
export const pow: Binary<'pow'> = (a, b, more?: never) => apply(POW, pair('pow', a, b, more), { less: 0 });
const POW = defineOp({
  name: 'pow',
  broadcast: true,
  forward: ([a, b]: Two, { less }: { less: number }) => k.pow(a, b, less),
  save: ({ inputs: [a, b], output: y }) => ({ a, b, y }),
  vjp: [
    (g, { a, b }, { less }) => mul(g, powSlope(a, b, less)),
    // Where a or y is 0, log a may be infinite, and must not be a factor.
    (g, { a, y }) => mul(g, mul(y, log(where(add(equal(a, 0), equal(y, 0)), 1, a)))),
  ],
});

/** (b − n) · aᵇ⁻ⁿ⁻¹ for n = `less`. The kernel keeps b − n − 1 exactly: its rounding would cost the power as many digits. */
function powSlope(a: Tensor, b: Tensor, less: number): Tensor {
  // At a = 0, b = n the slope is 0, but 0 · 0⁻¹ would be NaN. An exponent of 0 there makes it 0 · 1.
  const exponent = where(mul(equal(a, 0), equal(b, less)), less + 1, b);
  return mul(sub(b, less), apply(POW, [a, exponent], { less: less + 1 }));
}
