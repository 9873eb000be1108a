/**
 * Rounding to whole numbers. Each function is flat between its jumps, so the slope is 0 everywhere, at a jump too. The rule chooses
 * 0 and does not multiply, since 0 · ∞ is NaN.
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import type { NDArray } from '../base/array.js';
import type { Shape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { where } from './compare.js';
import { type One, scalar } from './operand.js';

function defineRounding(name: string, kernel: (x: NDArray) => NDArray) {
  return defineOp({
    name,
    forward: ([x]: One) => kernel(x),
    vjp: [(g) => where(scalar(0, g.dtype), g, 0)],
  });
}

/** The largest whole number ≤ x.  y = ⌊x⌋   ⇒   x̄ = 0 */
export function floor<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(FLOOR, [x]);
}
const FLOOR = defineRounding('floor', k.floor);

/** The smallest whole number ≥ x.  y = ⌈x⌉   ⇒   x̄ = 0 */
export function ceil<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(CEIL, [x]);
}
const CEIL = defineRounding('ceil', k.ceil);

/** The nearest whole number, of two equally near ones the even one, as in NumPy and PyTorch: 0.5 ⇒ 0, 1.5 ⇒ 2.  x̄ = 0 */
export function round<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(ROUND, [x]);
}
const ROUND = defineRounding('round', k.round);

/** x without its digits behind the point: ⌊x⌋ above 0, ⌈x⌉ below.  x̄ = 0 */
export function trunc<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(TRUNC, [x]);
}
const TRUNC = defineRounding('trunc', k.trunc);
