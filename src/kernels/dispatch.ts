/**
 * The kernels that ops and optimisers call. Which implementation runs is decided here and nowhere else: the SIMD kernel
 * where there is one and the array is large enough to repay the copying, the reference kernel otherwise.
 *
 * Previous: src/kernels/reference/matmul.ts · Next: src/kernels/simd/assembly/matmul.ts
 */
import type { FloatArray, NDArray } from '../base/array.js';
import * as reference from './reference/elementwise.js';
import { matmul as referenceMatmul } from './reference/matmul.js';
import * as referenceUpdate from './reference/optimise.js';
import * as referenceReduce from './reference/reduce.js';
import * as referenceSoftmax from './reference/softmax.js';
import {
  type BinaryName,
  binary,
  type CheapName,
  cheap,
  type DearName,
  dear,
  reluGrad as fastReluGrad,
} from './simd/elementwise.js';
import { matmul as fastMatmul } from './simd/matmul.js';
import { simd } from './simd/module.js';
import * as fastUpdate from './simd/optimise.js';
import { extreme, softmax as fastSoftmax, sum as fastSum } from './simd/rows.js';

export * from './reference/elementwise.js';
export * from './reference/indexing.js';
export { descendByMeanSquare, descendBySumOfSquares } from './reference/optimise.js';
export { argMax, cumSum } from './reference/reduce.js';
export * from './reference/shape.js';

type UnaryKernel = (x: NDArray) => NDArray;
type BinaryKernel = (a: NDArray, b: NDArray) => NDArray;

const eitherCheap =
  (name: CheapName, reference: UnaryKernel): UnaryKernel =>
  (x) =>
    (simd && cheap(simd, name, x)) ?? reference(x);

const eitherDear =
  (name: DearName, reference: UnaryKernel): UnaryKernel =>
  (x) =>
    (simd && dear(simd, name, x)) ?? reference(x);

const eitherBinary =
  (name: BinaryName, reference: BinaryKernel): BinaryKernel =>
  (a, b) =>
    (simd && binary(simd, name, a, b)) ?? reference(a, b);

export const add = eitherBinary('add', reference.add);
export const sub = eitherBinary('sub', reference.sub);
export const mul = eitherBinary('mul', reference.mul);
export const div = eitherBinary('div', reference.div);
export const relu = eitherCheap('relu', reference.relu);
export const sqrt = eitherCheap('sqrt', reference.sqrt);
export const square = eitherCheap('square', reference.square);
export const exp = eitherDear('exp', reference.exp);
export const log = eitherDear('log', reference.log);
export const tanh = eitherDear('tanh', reference.tanh);
export const sigmoid = eitherDear('sigmoid', reference.sigmoid);
export const erf = eitherDear('erf', reference.erf);
export const normalCdf = eitherDear('normalCdf', reference.normalCdf);
export const tanhSlope = eitherDear('tanhSlope', reference.tanhSlope);
export const sigmoidSlope = eitherDear('sigmoidSlope', reference.sigmoidSlope);
export const silu = eitherDear('silu', reference.silu);
export const siluSlope = eitherDear('siluSlope', reference.siluSlope);
export const gelu = eitherDear('gelu', reference.gelu);
export const geluSlope = eitherDear('geluSlope', reference.geluSlope);
export const geluByTanh = eitherDear('geluByTanh', reference.geluByTanh);
export const geluByTanhSlope = eitherDear('geluByTanhSlope', reference.geluByTanhSlope);

/** g where y > 0 or NaN, 0 elsewhere: the derivative of relu. */
export function reluGrad(g: NDArray, y: NDArray): NDArray {
  return (simd && fastReluGrad(simd, g, y)) ?? reference.reluGrad(g, y);
}

/** Sum over the axes; the sum of nothing is 0. */
export function sum(x: NDArray, axes: readonly number[], keepdims = false): NDArray {
  return (simd && fastSum(simd, x, axes, keepdims)) ?? referenceReduce.sum(x, axes, keepdims);
}

/** Largest element over the axes; NaN wins. */
export function max(x: NDArray, axes: readonly number[], keepdims: boolean): NDArray {
  return (simd && extreme(simd, 'max', x, axes, keepdims)) ?? referenceReduce.max(x, axes, keepdims);
}

/** Smallest element over the axes; NaN wins. */
export function min(x: NDArray, axes: readonly number[], keepdims: boolean): NDArray {
  return (simd && extreme(simd, 'min', x, axes, keepdims)) ?? referenceReduce.min(x, axes, keepdims);
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

/** y = x · w + bias of matrices, the bias one number a column. */
export function affine(x: NDArray, w: NDArray, bias: NDArray): NDArray {
  return (
    (simd && fastMatmul(simd, x, w, false, false, bias)) ??
    reference.add(referenceMatmul(x, w, false, false), bias)
  );
}

/** Plain descent.  w ← w − η(g + λw) */
export function descend(w: FloatArray, g: FloatArray, lr: number, weightDecay: number): void {
  if (!(simd && fastUpdate.descend(simd, w, g, lr, weightDecay)))
    referenceUpdate.descend(w, g, lr, weightDecay);
}

/** Descent along a velocity v, which is updated too. */
export function descendWithMomentum(
  w: FloatArray,
  g: FloatArray,
  v: FloatArray,
  options: referenceUpdate.Momentum,
): void {
  if (!(simd && fastUpdate.descendWithMomentum(simd, w, g, v, options)))
    referenceUpdate.descendWithMomentum(w, g, v, options);
}

/** The update of Adam and AdamW: of w, of the mean m of its gradient and of the mean square v. */
export function adapt(
  w: FloatArray,
  g: FloatArray,
  m: FloatArray,
  v: FloatArray,
  options: referenceUpdate.Adaptation,
): void {
  if (!(simd && fastUpdate.adapt(simd, w, g, m, v, options))) referenceUpdate.adapt(w, g, m, v, options);
}
