/**
 * Softmax and its logarithm. They are ops because the plain composition exp / Σ exp would overflow.
 *
 * Previous: src/ops/indexing.ts · Next: src/ops/loss.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { normalizeAxis, type Shape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { mul, sub } from './arithmetic.js';
import { exp } from './functions.js';
import type { One } from './operand.js';
import { sum } from './reduce.js';
import { transpose } from './shape.js';

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

function alongLast(op: string, x: Tensor, axis: number, f: (x: Tensor) => Tensor): Tensor {
  const at = normalizeAxis(op, axis, x);
  return at === x.rank - 1 ? f(x) : transpose(f(transpose(x, at, -1)), at, -1);
}
