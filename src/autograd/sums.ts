/**
 * The ops that the walk back itself uses: it adds contributions with `add`, and sums a contribution back with `sumTo` where
 * an op has broadcast. They are ops, so that a walk can be recorded. (A walk that is not recorded adds the third and later
 * contributions to a gradient in place.) In the formulas, y is the output, g the gradient of y, and x̄ the contribution to
 * the gradient of an input x.
 *
 * Previous: src/autograd/op.ts · Next: src/autograd/backward.ts
 */
import { copied, type NDArray } from '../base/array.js';
import { checkBroadcast, type Shape, sameShape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { Tensor } from './graph.js';
import { apply, defineOp } from './op.js';

/** Sum of two tensors, broadcasting.   y = a + b   ⇒   ā = g,   b̄ = g */
export const ADD = defineOp({
  name: 'add',
  broadcast: true,
  forward: ([a, b]: [NDArray, NDArray]) => k.add(a, b),
  vjp: [(g) => g, (g) => g],
});
/** Adds tensors. The public `add`, in ops/arithmetic.ts, takes numbers too. */
export function add(a: Tensor, b: Tensor): Tensor {
  return apply(ADD, [a, b]);
}

/**
 * Repeats x to a larger shape: shapes are aligned at the last axis, and x is repeated along new leading axes and along its
 * axes of size 1.   y = x, repeated   ⇒   x̄ = g, summed over the repetitions
 *
 * Here the repetition is the op itself, so its rule says the sum, and `broadcast` is not declared.
 */
export function broadcastTo<const S extends Shape>(x: Tensor, shape: S): Tensor<S> {
  checkBroadcast('broadcastTo', x, { shape });
  return apply(BROADCAST_TO, [x], shape.slice());
}
const BROADCAST_TO = defineOp({
  name: 'broadcastTo',
  forward: ([x]: [NDArray], shape: Shape) => k.broadcastTo(x, shape),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }) => sumTo(g, shape)],
});

/**
 * The reverse of {@link broadcastTo}: sums x to a shape that broadcasts to that of x. Returns x itself if it has that shape.
 * y = x, summed   ⇒   x̄ = g, repeated
 */
export function sumTo<const S extends Shape>(x: Tensor, shape: S): Tensor<S> {
  if (x instanceof Tensor && Array.isArray(shape) && sameShape(x.shape, shape)) return x as Tensor<S>;
  checkBroadcast('sumTo', { shape }, x);
  return apply(SUM_TO, [x], shape.slice());
}
const SUM_TO = defineOp({
  name: 'sumTo',
  // k.sum drops the axes it sums over, and `shape` may keep some of them with size 1. The numbers are the same.
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

/** A copy that gradients flow through.   y = x   ⇒   x̄ = g */
export function clone<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(CLONE, [x]);
}
const CLONE = defineOp({
  name: 'clone',
  forward: ([x]: [NDArray]) => ({ data: copied(x.data), shape: x.shape }),
  vjp: [(g) => g],
});
