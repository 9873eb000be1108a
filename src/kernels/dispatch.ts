/**
 * The kernels that ops call. Which implementation runs is decided here, and ops do not know: the fast kernels where
 * they can and are worth it, the reference otherwise.
 */
import type { NDArray } from './array.js';
import * as reference from './reference/elementwise.js';
import { matmul as referenceMatmul } from './reference/matmul.js';
import { sum as referenceSum } from './reference/reduce.js';
import * as referenceSoftmax from './reference/softmax.js';
import {
  type BinaryName,
  binary,
  reluGrad as fastReluGrad,
  type UnaryName,
  unary,
} from './simd/elementwise.js';
import { matmul as fastMatmul } from './simd/matmul.js';
import { simd } from './simd/module.js';
import { softmax as fastSoftmax, sum as fastSum } from './simd/rows.js';

export * from './reference/elementwise.js';
export * from './reference/indexing.js';
export { argMax, cumSum, max, min } from './reference/reduce.js';
export * from './reference/shape.js';

type UnaryKernel = (x: NDArray) => NDArray;
type BinaryKernel = (a: NDArray, b: NDArray) => NDArray;

const eitherUnary =
  (name: UnaryName, reference: UnaryKernel): UnaryKernel =>
  (x) =>
    (simd && unary(simd, name, x)) ?? reference(x);

const eitherBinary =
  (name: BinaryName, reference: BinaryKernel): BinaryKernel =>
  (a, b) =>
    (simd && binary(simd, name, a, b)) ?? reference(a, b);

export const add = eitherBinary('add', reference.add);
export const sub = eitherBinary('sub', reference.sub);
export const mul = eitherBinary('mul', reference.mul);
export const div = eitherBinary('div', reference.div);
export const relu = eitherUnary('relu', reference.relu);
export const sqrt = eitherUnary('sqrt', reference.sqrt);
export const square = eitherUnary('square', reference.square);
export const exp = eitherUnary('exp', reference.exp);
export const log = eitherUnary('log', reference.log);
export const tanh = eitherUnary('tanh', reference.tanh);
export const sigmoid = eitherUnary('sigmoid', reference.sigmoid);
export const erf = eitherUnary('erf', reference.erf);

/** g where y > 0, 0 elsewhere: the derivative of relu. */
export function reluGrad(g: NDArray, y: NDArray): NDArray {
  return (simd && fastReluGrad(simd, g, y)) ?? reference.reluGrad(g, y);
}

/** Sum over the axes; the sum of nothing is 0. */
export function sum(x: NDArray, axes: readonly number[], keepdims = false): NDArray {
  return (simd && fastSum(simd, x, axes, keepdims)) ?? referenceSum(x, axes, keepdims);
}

/** yⱼ = e^(xⱼ − max x) / Σ e^(x − max x) along the last axis. */
export function softmaxRows(x: NDArray): NDArray {
  return (simd && fastSoftmax(simd, 'softmaxRows', x)) ?? referenceSoftmax.softmaxRows(x);
}

/** yⱼ = (xⱼ − max x) − log Σ e^(x − max x) along the last axis. */
export function logSoftmaxRows(x: NDArray): NDArray {
  return (simd && fastSoftmax(simd, 'logSoftmaxRows', x)) ?? referenceSoftmax.logSoftmaxRows(x);
}

/** y = op(a) · op(b), batched over leading axes, which broadcast; op transposes the last two axes or does nothing. */
export function matmul(a: NDArray, b: NDArray, transposeA = false, transposeB = false): NDArray {
  return (
    (simd && fastMatmul(simd, a, b, transposeA, transposeB)) ?? referenceMatmul(a, b, transposeA, transposeB)
  );
}
