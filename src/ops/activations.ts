/**
 * Activation functions. A function with a kink, or whose plain formula would overflow, is an op of its own. The others are
 * composed of ops, and their derivatives follow from the parts.
 *
 * Previous: src/ops/functions.ts · Next: src/ops/shape.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import type { Shape } from '../base/shape.js';
import { needNumber, needOneOf, needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { SELU } from '../kernels/special.js';
import { add, div, mul, square, sub } from './arithmetic.js';
import { abs, clip, greater, where } from './compare.js';
import { normalCdf, tanh } from './functions.js';
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
 * Exponential linear unit.  y = x where x > 0, α(eˣ − 1) elsewhere   ⇒   x̄ = g, or g · (y + α)
 * @source Clevert, Unterthiner and Hochreiter 2016
 */
export function elu<S extends Shape>(x: Tensor<S>, alpha = 1): Tensor<S> {
  needNumber('elu', 'alpha', alpha);
  return apply(ELU, [x], { alpha });
}
const ELU = defineOp({
  name: 'elu',
  forward: ([x]: One, { alpha }: { alpha: number }) => k.elu(x, alpha),
  save: ({ inputs: [x], output: y }) => ({ x, y }),
  vjp: [(g, { x, y }, { alpha }) => where(greater(x, 0), g, mul(g, add(y, alpha)))],
});

/** Self-normalising elu.  y = λ · elu(x, α) with the fixed λ, α of Klambauer et al. 2017 */
export function selu<S extends Shape>(x: Tensor<S>): Tensor<S>;
export function selu(x: Tensor): Tensor {
  needTensors('selu', x);
  return mul(elu(x, SELU.alpha), SELU.scale);
}

/** Logistic function.  y = 1 / (1 + e⁻ˣ)   ⇒   x̄ = g · y(1 − y) */
export function sigmoid<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SIGMOID, [x]);
}
const SIGMOID = defineOp({
  name: 'sigmoid',
  forward: ([x]: One) => k.sigmoid(x),
  save: ({ output: y }) => ({ y }),
  vjp: [(g, { y }) => mul(g, mul(y, sub(1, y)))],
});

/** Smooth relu.  y = log(1 + eˣ), stable for all x   ⇒   x̄ = g · sigmoid(x) */
export function softplus<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(SOFTPLUS, [x]);
}
const SOFTPLUS = defineOp({
  name: 'softplus',
  forward: ([x]: One) => k.softplus(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(g, sigmoid(x))],
});

/**
 * Gaussian error linear unit.  y = x · Φ(x); with `'tanh'` the approximation
 * x/2 · (1 + tanh(√(2/π)(x + 0.044715x³)))
 * @throws ArgumentError for another form
 * @source Hendrycks and Gimpel 2016
 */
export function gelu<S extends Shape>(x: Tensor<S>, form?: 'exact' | 'tanh'): Tensor<S>;
export function gelu(x: Tensor, form: 'exact' | 'tanh' = 'exact'): Tensor {
  needTensors('gelu', x);
  needOneOf('gelu', 'form', form, ['exact', 'tanh']);
  if (form === 'exact') return mul(x, normalCdf(x));
  // Beyond ±30 the slope is 0 or 1 to the last bit. Without the limits, the cube of a large x would overflow.
  const near = clip(x, -30, 30);
  const inner = mul(mul(near, add(mul(square(near), 0.044715), 1)), Math.sqrt(2 / Math.PI));
  // ½(1 + tanh u) = sigmoid(2u), and the sigmoid keeps its digits where tanh u comes close to −1.
  return mul(x, sigmoid(mul(inner, 2)));
}

/** Sigmoid-weighted linear unit, or swish.  y = x · sigmoid(x) */
export function silu<S extends Shape>(x: Tensor<S>): Tensor<S>;
export function silu(x: Tensor): Tensor {
  needTensors('silu', x);
  return mul(x, sigmoid(x));
}

/** y = x · tanh(softplus(x)).  @source Misra 2019 */
export function mish<S extends Shape>(x: Tensor<S>): Tensor<S>;
export function mish(x: Tensor): Tensor {
  needTensors('mish', x);
  return mul(x, tanh(softplus(x)));
}

/** y = x / (1 + |x|) */
export function softsign<S extends Shape>(x: Tensor<S>): Tensor<S>;
export function softsign(x: Tensor): Tensor {
  needTensors('softsign', x);
  return div(x, add(abs(x), 1));
}

/** Sigmoid in three straight pieces.  y = min(max(x/6 + ½, 0), 1) */
export function hardSigmoid<S extends Shape>(x: Tensor<S>): Tensor<S>;
export function hardSigmoid(x: Tensor): Tensor {
  needTensors('hardSigmoid', x);
  return clip(add(mul(x, 1 / 6), 0.5), 0, 1);
}

/** y = x · hardSigmoid(x).  @source Howard et al. 2019 */
export function hardSwish<S extends Shape>(x: Tensor<S>): Tensor<S>;
export function hardSwish(x: Tensor): Tensor {
  needTensors('hardSwish', x);
  return mul(x, hardSigmoid(x));
}
