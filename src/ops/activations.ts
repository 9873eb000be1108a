/**
 * Activation functions. Each is an op of its own, because a composition would round at each step, and be ∞ · 0 = NaN at −∞.
 * Where the slope f′ is a formula of some length, g · f′(x) is an op too, so that fast kernels compute it in one pass and the
 * slope is rounded once. In the rules of these ops h is the gradient of y, and ḡ = h · f′(x).
 *
 * Previous: src/ops/functions.ts · Next: src/ops/shape.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import type { Shape } from '../base/shape.js';
import { needNumber, needOneOf, needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { SELU } from '../kernels/special.js';
import { add, div, mul, neg, reciprocal, square, sub } from './arithmetic.js';
import { abs, clip, greater, less, where } from './compare.js';
import { exp, expm1, tanh } from './functions.js';
import type { One, Two } from './operand.js';

/** Rectified linear unit.  y = max(x, 0)   ⇒   x̄ = g where y > 0, 0 elsewhere; so relu′(0) = 0 */
export function relu<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(RELU, [x]);
}
const RELU = defineOp({
  name: 'relu',
  forward: ([x]: One) => k.relu(x),
  save: ({ output: y }) => ({ y }),
  vjp: [(g, { y }) => reluGrad(g, y)],
});

/** The rule of relu as one op: g where y > 0, 0 elsewhere. The op is linear in g, so its own rule is the same op. */
function reluGrad(g: Tensor, y: Tensor): Tensor {
  return apply(RELU_GRAD, [g, y]);
}
const RELU_GRAD = defineOp({
  name: 'reluGrad',
  forward: ([g, y]: Two) => k.reluGrad(g, y),
  save: ({ inputs: [, y] }) => ({ y }),
  vjp: [(h, { y }) => reluGrad(h, y), 'zero'],
});

/** Leaky relu.  y = x where x > 0, slope · x elsewhere   ⇒   x̄ = g or slope · g; at 0 the latter */
export function leakyRelu<S extends Shape>(x: Tensor<S>, slope = 0.01): Tensor<S> {
  needNumber('leakyRelu', 'slope', slope);
  return apply(LEAKY_RELU, [x], { slope });
}
const LEAKY_RELU = defineOp({
  name: 'leakyRelu',
  forward: ([x]: One, { slope }: { slope: number }) => k.leakyRelu(x, slope),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }, { slope }) => where(greater(x, 0), g, mul(g, slope))],
});

/**
 * Exponential linear unit.  y = x where x > 0, α(eˣ − 1) elsewhere   ⇒   x̄ = g, or g · αeˣ; at 0 the latter
 * @source Clevert, Unterthiner and Hochreiter 2016
 */
export function elu<S extends Shape>(x: Tensor<S>, alpha = 1): Tensor<S> {
  needNumber('elu', 'alpha', alpha);
  return apply(ELU, [x], { alpha, scale: 1 });
}

/** Self-normalising elu.  y = λ · elu(x, α) with the fixed λ, α of Klambauer et al. 2017 */
export function selu<S extends Shape>(x: Tensor<S>): Tensor<S> {
  needTensors('selu', x);
  return apply(ELU, [x], SELU);
}
const ELU = defineOp({
  name: 'elu',
  forward: ([x]: One, { alpha, scale }: { alpha: number; scale: number }) => k.elu(x, alpha, scale),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }, { alpha, scale }) => mul(g, eluSlope(x, alpha * scale, scale))],
});

/** y = `right` where x > 0, left · eˣ elsewhere   ⇒   x̄ = 0, or g · y.  Not y + left, which has no digit left where y comes close to −left */
function eluSlope(x: Tensor, left: number, right: number): Tensor {
  return apply(ELU_SLOPE, [x], { left, right });
}
const ELU_SLOPE = defineOp({
  name: 'eluSlope',
  forward: ([x]: One, { left, right }: { left: number; right: number }) => k.eluSlope(x, left, right),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }, { left }) => mul(g, eluSlope(x, left, 0))],
});

/** Logistic function.  y = σ(x) = 1 / (1 + e⁻ˣ)   ⇒   x̄ = g · σ′(x), σ′(x) = y(1 − y) */
export function sigmoid<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SIGMOID, [x]);
}
const SIGMOID = defineOp({
  name: 'sigmoid',
  forward: ([x]: One) => k.sigmoid(x),
  save: ({ inputs: [x] }) => ({ x }),
  // From x, because 1 − y has no digit left where y comes close to 1.
  vjp: [(g, { x }) => sigmoidGrad(g, x)],
});

/** y = g · σ′(x), σ′(x) = e⁻ˣ / (1 + e⁻ˣ)²   ⇒   x̄ = −h · y · tanh(x/2) */
function sigmoidGrad(g: Tensor, x: Tensor): Tensor {
  return apply(SIGMOID_GRAD, [g, x]);
}
const SIGMOID_GRAD = defineOp({
  name: 'sigmoidGrad',
  forward: ([g, x]: Two) => k.sigmoidGrad(g, x),
  save: ({ inputs: [, x], output: y }) => ({ x, y }),
  vjp: [(h, { x }) => sigmoidGrad(h, x), (h, { x, y }) => neg(mul(h, mul(y, tanh(mul(x, 0.5)))))],
});

/**
 * Smooth relu, stable for all x; the larger β, the sharper its bend.  y = log(1 + e^βx) / β   ⇒   x̄ = g · σ(βx)
 * @throws ArgumentError unless β > 0
 */
export function softplus<S extends Shape>(x: Tensor<S>, beta = 1): Tensor<S> {
  needTensors('softplus', x);
  needNumber('softplus', 'beta', beta, { above: 0, finite: true });
  return beta === 1 ? apply(SOFTPLUS, [x]) : apply(SOFTPLUS_BY, [x], { beta });
}
const SOFTPLUS = defineOp({
  name: 'softplus',
  forward: ([x]: One) => k.softplus(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, sigmoid(x))],
});

const SOFTPLUS_BY = defineOp({
  name: 'softplusBy',
  forward: ([x]: One, { beta }: { beta: number }) => k.softplusBy(x, beta),
  save: ({ output: y }) => ({ y }),
  // σ(βx) = 1 − e^(−βy), since a rounded βx would cost σ digits where it is small.
  vjp: [(g, { y }, { beta }) => neg(mul(g, expm1(mul(y, -beta))))],
});

/** Logarithm of the logistic function, stable for all x.  y = log σ(x) = −softplus(−x)   ⇒   x̄ = g · σ(−x) */
export function logSigmoid<S extends Shape>(x: Tensor<S>): Tensor<S> {
  needTensors('logSigmoid', x);
  return neg(softplus(neg(x))) as Tensor<S>;
}

/**
 * Gaussian error linear unit.  y = x · Φ(x); with `'tanh'` the approximation
 * x/2 · (1 + tanh(√(2/π)(x + 0.044715x³)))
 * @throws ArgumentError for another form
 * @source Hendrycks and Gimpel 2016
 */
export function gelu<S extends Shape>(x: Tensor<S>, form: 'exact' | 'tanh' = 'exact'): Tensor<S> {
  needTensors('gelu', x);
  needOneOf('gelu', 'form', form, ['exact', 'tanh']);
  return apply(form === 'exact' ? GELU : GELU_BY_TANH, [x]);
}
const GELU = defineOp({
  name: 'gelu',
  forward: ([x]: One) => k.gelu(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => geluGrad(g, x)],
});

/** y = g · (Φ(x) + x · φ(x)), φ(x) = e^(−x²/2) / √(2π)   ⇒   x̄ = h · g · φ(x)(2 − x²) */
function geluGrad(g: Tensor, x: Tensor): Tensor {
  return apply(GELU_GRAD, [g, x]);
}
const GELU_GRAD = defineOp({
  name: 'geluGrad',
  forward: ([g, x]: Two) => k.geluGrad(g, x),
  save: ({ inputs: [g, x] }) => ({ g, x }),
  vjp: [
    (h, { x }) => geluGrad(h, x),
    (h, { g, x }) => {
      const x2 = square(within(40, x));
      return mul(mul(h, g), mul(mul(exp(mul(x2, -0.5)), sub(2, x2)), 1 / Math.sqrt(2 * Math.PI)));
    },
  ],
});

const GELU_BY_TANH = defineOp({
  name: 'geluByTanh',
  forward: ([x]: One) => k.geluByTanh(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => geluByTanhGrad(g, x)],
});

/** y = g · (σ(v) + x · σ′(v) · v′), v = √(8/π)(x + 0.044715x³)   ⇒   x̄ = h · g · σ′(v)(2v′ + x(v″ − v′² tanh(v/2))) */
function geluByTanhGrad(g: Tensor, x: Tensor): Tensor {
  return apply(GELU_BY_TANH_GRAD, [g, x]);
}
const GELU_BY_TANH_GRAD = defineOp({
  name: 'geluByTanhGrad',
  forward: ([g, x]: Two) => k.geluByTanhGrad(g, x),
  save: ({ inputs: [g, x] }) => ({ g, x }),
  vjp: [
    (h, { x }) => geluByTanhGrad(h, x),
    (h, { g, x }) => {
      const z = within(40, x);
      const [linear, cubic] = [Math.sqrt(8 / Math.PI), 0.044715 * Math.sqrt(8 / Math.PI)];
      const v = mul(z, add(mul(square(z), cubic), linear));
      const v1 = add(mul(square(z), 3 * cubic), linear);
      const bend = sub(mul(z, 6 * cubic), mul(square(v1), tanh(mul(v, 0.5))));
      return mul(sigmoidGrad(mul(h, g), v), add(mul(v1, 2), mul(z, bend)));
    },
  ],
});

/**
 * x limited to ±limit, where it is multiplied by a function that is 0 beyond: at ±∞ the product is then 0, its limit, and
 * not ∞ · 0 = NaN.
 */
function within(limit: number, x: Tensor): Tensor {
  return clip(x, -limit, limit);
}

/** Sigmoid-weighted linear unit, or swish.  y = x · σ(x)   ⇒   x̄ = g · (σ(x) + x · σ′(x)) */
export function silu<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SILU, [x]);
}
const SILU = defineOp({
  name: 'silu',
  forward: ([x]: One) => k.silu(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => siluGrad(g, x)],
});

/** y = g · (σ(x) + x · σ′(x))   ⇒   x̄ = h · g · σ′(x)(2 − x · tanh(x/2)) */
function siluGrad(g: Tensor, x: Tensor): Tensor {
  return apply(SILU_GRAD, [g, x]);
}
const SILU_GRAD = defineOp({
  name: 'siluGrad',
  forward: ([g, x]: Two) => k.siluGrad(g, x),
  save: ({ inputs: [g, x] }) => ({ g, x }),
  vjp: [
    (h, { x }) => siluGrad(h, x),
    (h, { g, x }) => mul(sigmoidGrad(mul(h, g), x), sub(2, mul(within(1000, x), tanh(mul(x, 0.5))))),
  ],
});

/** y = x · t, t = tanh(softplus(x))   ⇒   x̄ = g · (t + x · t′).  @source Misra 2019 */
export function mish<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(MISH, [x]);
}
const MISH = defineOp({
  name: 'mish',
  forward: ([x]: One) => k.mish(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mishGrad(g, x)],
});

/** y = g · (t + x · t′), t′ = (1 − t²)σ(x)   ⇒   x̄ = h · g · t′(2 + x(σ(−x) − 2tσ(x))) */
function mishGrad(g: Tensor, x: Tensor): Tensor {
  return apply(MISH_GRAD, [g, x]);
}
const MISH_GRAD = defineOp({
  name: 'mishGrad',
  forward: ([g, x]: Two) => k.mishGrad(g, x),
  save: ({ inputs: [g, x] }) => ({ g, x }),
  vjp: [
    (h, { x }) => mishGrad(h, x),
    (h, { g, x }) => {
      const [t, s] = [tanh(softplus(x)), sigmoid(x)];
      const bend = sub(sigmoid(neg(x)), mul(mul(t, s), 2));
      return mul(mul(h, g), mul(mul(sub(1, square(t)), s), add(mul(within(1000, x), bend), 2)));
    },
  ],
});

/** y = x / (1 + |x|)   ⇒   x̄ = g / (1 + |x|)² */
export function softsign<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SOFTSIGN, [x]);
}
const SOFTSIGN = defineOp({
  name: 'softsign',
  forward: ([x]: One) => k.softsign(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, square(reciprocal(add(abs(x), 1))))],
});

/** Sigmoid in three straight pieces.  y = min(max((x + 3)/6, 0), 1)   ⇒   x̄ = g/6 where |x| ≤ 3, 0 elsewhere */
export function hardSigmoid<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(HARD_SIGMOID, [x]);
}
const HARD_SIGMOID = defineOp({
  name: 'hardSigmoid',
  forward: ([x]: One) => k.hardSigmoid(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => where(greater(abs(x), 3), 0, div(g, 6))],
});

/**
 * y = x · hardSigmoid(x)   ⇒   x̄ = g · (2x + 3)/6 where |x| ≤ 3, 0 below and g above
 * @source Howard et al. 2019
 */
export function hardSwish<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(HARD_SWISH, [x]);
}
const HARD_SWISH = defineOp({
  name: 'hardSwish',
  forward: ([x]: One) => k.hardSwish(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [
    (g, { x }) => {
      const inside = div(add(mul(within(3, x), 2), 3), 6);
      return mul(g, where(greater(x, 3), 1, where(less(x, -3), 0, inside)));
    },
  ],
});
