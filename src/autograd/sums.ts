/**
 * The ops that the walk back itself needs, and the first ops to read: gradients that meet are added, and a gradient of
 * what broadcasting repeated is summed back. In the formulas x̄ is the gradient of x, and g that of the output.
 */
import type { NDArray } from '../base/array.js';
import { checkBroadcast, checkShape, type Shape, sameShape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import type { Tensor } from './graph.js';
import { apply, defineOp } from './op.js';

/** Sum of two tensors.  y = a + b   ⇒   ā = g,   b̄ = g */
export const ADD = defineOp({
  name: 'add',
  broadcast: true,
  forward: ([a, b]: [NDArray, NDArray]) => k.add(a, b),
  vjp: [(g) => g, (g) => g],
});
/** {@link ADD} for tensors; the public `add` of ops/arithmetic.ts takes numbers too. */
export function add(a: Tensor, b: Tensor): Tensor {
  return apply(ADD, [a, b]);
}

/** Repeats x to a larger shape by broadcasting.  y = x, repeated   ⇒   x̄ = g summed over what was repeated */
export function broadcastTo<const S extends Shape>(x: Tensor, shape: S): Tensor<S> {
  checkShape('broadcastTo', shape);
  checkBroadcast('broadcastTo', x, { shape });
  return apply(BROADCAST_TO, [x], shape.slice());
}
const BROADCAST_TO = defineOp({
  name: 'broadcastTo',
  forward: ([x]: [NDArray], shape: Shape) => k.broadcastTo(x, shape),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }) => sumTo(g, shape)],
});

/** The way back from {@link broadcastTo}: sums x over what was repeated, so that `shape` is left.  x̄ = g, repeated */
export function sumTo<const S extends Shape>(x: Tensor, shape: S): Tensor<S> {
  if (sameShape(x.shape, shape)) return x as Tensor<never>;
  checkBroadcast('sumTo', { shape }, x);
  return apply(SUM_TO, [x], shape.slice());
}
const SUM_TO = defineOp({
  name: 'sumTo',
  forward: ([x]: [NDArray], shape: Shape) => ({ data: k.sum(x, repeatedAxes(x.shape, shape)).data, shape }),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }) => broadcastTo(g, shape)],
});

/** The axes of `long` along which broadcasting repeats `short`: new leading axes, and axes of size 1. */
function repeatedAxes(long: Shape, short: Shape): number[] {
  const lead = long.length - short.length;
  return long
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || (short[axis - lead] === 1 && long[axis] !== 1));
}

/** A copy that gradients flow through.  y = x   ⇒   x̄ = g */
export function clone<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(CLONE, [x]);
}
const CLONE = defineOp({
  name: 'clone',
  forward: ([x]: [NDArray]) => ({ data: x.data.slice(), shape: x.shape }),
  vjp: [(g) => g],
});
