/**
 * Softmax, its logarithm and log Σ eˣ. They are ops because the plain composition exp / Σ exp would overflow. Equal numbers
 * share evenly, infinite ones too: softmax [∞, ∞, 2] is [½, ½, 0], and that of n times −∞ is 1/n.
 *
 * Previous: src/ops/indexing.ts · Next: src/ops/loss.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { countOver, normalizeAxis, reducedShape, type Shape } from '../base/shape.js';
import { needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { mul, sub } from './arithmetic.js';
import { exp } from './functions.js';
import { type One, reduction } from './operand.js';
import { type Axes, sum } from './reduce.js';
import { permute, reshape, transpose, unsqueeze } from './shape.js';

/** Softmax along an axis.  yᵢ = e^xᵢ / Σⱼ e^xⱼ   ⇒   x̄ = y ⊙ (g − Σⱼ gⱼ yⱼ) */
export function softmax<S extends Shape>(x: Tensor<S>, axis?: number): Tensor<S>;
export function softmax(x: Tensor, axis = -1): Tensor {
  return alongLast('softmax', x, axis, (rows) => apply(SOFTMAX, [rows]));
}
const SOFTMAX = defineOp({
  name: 'softmax',
  forward: ([x]: One) => k.softmaxRows(x),
  save: ({ output: y }) => ({ y }),
  vjp: [(g, { y }) => mul(y, sub(g, sum(mul(g, y), -1, true)))],
});

/** Logarithm of softmax along an axis.  yᵢ = xᵢ − log Σⱼ e^xⱼ   ⇒   x̄ = g − e^y · Σⱼ gⱼ */
export function logSoftmax<S extends Shape>(x: Tensor<S>, axis?: number): Tensor<S>;
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return alongLast('logSoftmax', x, axis, (rows) => apply(LOG_SOFTMAX, [rows]));
}
const LOG_SOFTMAX = defineOp({
  name: 'logSoftmax',
  forward: ([x]: One) => k.logSoftmaxRows(x),
  save: ({ output: y }) => ({ y }),
  vjp: [(g, { y }) => sub(g, mul(exp(y), sum(g, -1, true)))],
});

/** Logarithm of a sum of exponentials over `axes`.  y = log Σ eˣ; −∞ over nothing   ⇒   x̄ = g · softmax x */
export function logSumExp(x: Tensor, axes?: Axes, keepdims = false): Tensor {
  const { axes: over } = reduction('logSumExp', x, axes, keepdims);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !over.includes(axis));
  const shape = kept.map((axis) => x.shape[axis]!);
  const rows = reshape(permute(x, [...kept, ...over]), [...shape, countOver(x.shape, over)]);
  return reshape(apply(LOG_SUM_EXP, [rows]), reducedShape(x.shape, over, keepdims));
}
const LOG_SUM_EXP = defineOp({
  name: 'logSumExp',
  forward: ([x]: One) => k.logSumExpRows(x),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => mul(unsqueeze(g, -1), softmax(x))],
});

function alongLast(op: string, x: Tensor, axis: number, f: (x: Tensor) => Tensor): Tensor {
  // As in NumPy, a scalar is taken for a row of one number.
  needTensors(op, x);
  if (x.rank === 0) return reshape(alongLast(op, reshape(x, [1]), axis, f), []);
  const at = normalizeAxis(op, axis, x);
  return at === x.rank - 1 ? f(x) : transpose(f(transpose(x, at, -1)), at, -1);
}
