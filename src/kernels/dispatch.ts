/**
 * The kernels that ops and optimisers call. Which implementation runs is decided here and nowhere else: the fast kernel
 * where there is one and the array is large enough to repay the copying, the reference kernel otherwise. The entry point
 * `tapegrad` hands the fast kernels in, and `tapegrad/core` does without.
 *
 * Previous: src/kernels/reference/matmul.ts · Next: src/kernels/simd/assembly/matmul.ts
 */
import type { FloatArray, NDArray } from '../base/array.js';
import { countOver } from '../base/shape.js';
import * as referenceConvolve from './reference/convolve.js';
import * as reference from './reference/elementwise.js';
import { matmul as referenceMatmul } from './reference/matmul.js';
import { mean as referenceMean } from './reference/moments.js';
import * as referenceUpdate from './reference/optimise.js';
import * as referencePool from './reference/pool.js';
import * as referenceReduce from './reference/reduce.js';
import * as referenceSoftmax from './reference/softmax.js';
import * as referenceStandardise from './reference/standardise.js';
import type { Windows } from './reference/windows.js';
import * as fastConvolve from './simd/convolve.js';
import type { BinaryName, CheapName, DearName, ShapedName } from './simd/elementwise.js';
import type { Simd } from './simd/exports.js';
import * as fastPool from './simd/pool.js';
import * as fastStandardise from './simd/standardise.js';

export * from './reference/elementwise.js';
export * from './reference/indexing.js';
export { centre, direction, norm, sumOfSquares } from './reference/moments.js';
export { descendByMeanSquare, descendBySumOfSquares } from './reference/optimise.js';
export { fold, unfold } from './reference/patches.js';
export { average, spreadEvenly } from './reference/pool.js';
export { argMax, cumSum } from './reference/reduce.js';
export { recurrence } from './reference/scan.js';
export * from './reference/shape.js';
export { logSumExpRows } from './reference/softmax.js';
export { argSort } from './reference/sort.js';
export type { Standard } from './reference/standardise.js';
export { weigh } from './reference/weigh.js';
export { coveringWindows, movingWindows, type Windows } from './reference/windows.js';

type UnaryKernel = (x: NDArray) => NDArray;
type ShapedKernel = (x: NDArray, p: number, q: number) => NDArray;
type BinaryKernel = (a: NDArray, b: NDArray) => NDArray;

/** The kernels that may be faster than the reference. One that leaves a call to the reference returns null or false. */
export interface FastKernels {
  /** The module itself, for the kernels of {@link eitherImported}. */
  readonly simd: Simd;
  cheap(name: CheapName, x: NDArray): NDArray | null;
  dear(name: DearName, x: NDArray): NDArray | null;
  shaped(name: ShapedName, x: NDArray, p: number, q: number): NDArray | null;
  binary(name: BinaryName, a: NDArray, b: NDArray): NDArray | null;
  grad(slope: DearName, g: NDArray, x: NDArray): NDArray | null;
  reluGrad(g: NDArray, y: NDArray): NDArray | null;
  where(condition: NDArray, a: NDArray, b: NDArray): NDArray | null;
  /** The sum, divided by `divisor` before it is rounded. */
  sum(x: NDArray, axes: readonly number[], keepdims: boolean, divisor?: number): NDArray | null;
  extreme(which: 'max' | 'min', x: NDArray, axes: readonly number[], keepdims: boolean): NDArray | null;
  softmax(name: 'softmaxRows' | 'logSoftmaxRows', x: NDArray): NDArray | null;
  matmul(
    a: NDArray,
    b: NDArray,
    transposeA: boolean,
    transposeB: boolean,
    bias?: NDArray | null,
  ): NDArray | null;
  descend: (...call: Parameters<typeof referenceUpdate.descend>) => boolean;
  descendWithMomentum: (...call: Parameters<typeof referenceUpdate.descendWithMomentum>) => boolean;
  adapt: (...call: Parameters<typeof referenceUpdate.adapt>) => boolean;
}

let offered: FastKernels | null = null;
let settled = false;

/** Hands fast kernels in. Once a kernel has run this does nothing, so that a program computes with one set of kernels. */
export function offerFastKernels(kernels: FastKernels): void {
  if (!settled) offered = kernels;
}

/** Whether fast kernels were handed in, in time. */
export const hasFastKernels = (): boolean => offered !== null;

/** The fast kernels of this program, or null. */
function fast(): FastKernels | null {
  settled = true;
  return offered;
}

const eitherCheap =
  (name: CheapName, reference: UnaryKernel): UnaryKernel =>
  (x) =>
    fast()?.cheap(name, x) ?? reference(x);

const eitherDear =
  (name: DearName, reference: UnaryKernel): UnaryKernel =>
  (x) =>
    fast()?.dear(name, x) ?? reference(x);

const eitherShaped =
  (name: ShapedName, reference: ShapedKernel): ShapedKernel =>
  (x, p, q) =>
    fast()?.shaped(name, x, p, q) ?? reference(x, p, q);

/** g · f(x), the rule of a function with the slope f. */
const eitherGrad =
  (slope: DearName, f: UnaryKernel): BinaryKernel =>
  (g, x) =>
    fast()?.grad(slope, g, x) ?? reference.mul(g, f(x));

const eitherBinary =
  (name: BinaryName, reference: BinaryKernel): BinaryKernel =>
  (a, b) =>
    fast()?.binary(name, a, b) ?? reference(a, b);

/** For kernels whose fast form is imported here, so that a page without them carries neither form. */
const eitherImported =
  <Args extends unknown[], Result>(
    fastKernel: (simd: Simd, ...args: Args) => Result | null,
    referenceKernel: (...args: Args) => Result,
  ) =>
  (...args: Args): Result => {
    const simd = fast()?.simd;
    return (simd && fastKernel(simd, ...args)) ?? referenceKernel(...args);
  };

export const add = /* @__PURE__ */ eitherBinary('add', reference.add);
export const sub = /* @__PURE__ */ eitherBinary('sub', reference.sub);
export const mul = /* @__PURE__ */ eitherBinary('mul', reference.mul);
export const div = /* @__PURE__ */ eitherBinary('div', reference.div);
export const maximum = /* @__PURE__ */ eitherBinary('maximum', reference.maximum);
export const minimum = /* @__PURE__ */ eitherBinary('minimum', reference.minimum);
export const neg = /* @__PURE__ */ eitherCheap('neg', reference.neg);
export const abs = /* @__PURE__ */ eitherCheap('abs', reference.abs);
export const reciprocal = /* @__PURE__ */ eitherCheap('reciprocal', reference.reciprocal);
export const relu = /* @__PURE__ */ eitherCheap('relu', reference.relu);
export const sqrt = /* @__PURE__ */ eitherCheap('sqrt', reference.sqrt);
export const square = /* @__PURE__ */ eitherCheap('square', reference.square);
export const exp = /* @__PURE__ */ eitherDear('exp', reference.exp);
export const log = /* @__PURE__ */ eitherDear('log', reference.log);
export const rsqrt = /* @__PURE__ */ eitherDear('rsqrt', reference.rsqrt);
export const tanh = /* @__PURE__ */ eitherDear('tanh', reference.tanh);
export const sigmoid = /* @__PURE__ */ eitherDear('sigmoid', reference.sigmoid);
export const erf = /* @__PURE__ */ eitherDear('erf', reference.erf);
export const normalCdf = /* @__PURE__ */ eitherDear('normalCdf', reference.normalCdf);
export const tanhGrad = /* @__PURE__ */ eitherGrad('tanhSlope', reference.tanhSlope);
export const sigmoidGrad = /* @__PURE__ */ eitherGrad('sigmoidSlope', reference.sigmoidSlope);
export const softplus = /* @__PURE__ */ eitherDear('softplus', reference.softplus);
export const silu = /* @__PURE__ */ eitherDear('silu', reference.silu);
export const siluGrad = /* @__PURE__ */ eitherGrad('siluSlope', reference.siluSlope);
export const gelu = /* @__PURE__ */ eitherDear('gelu', reference.gelu);
export const geluGrad = /* @__PURE__ */ eitherGrad('geluSlope', reference.geluSlope);
export const geluByTanh = /* @__PURE__ */ eitherDear('geluByTanh', reference.geluByTanh);
export const geluByTanhGrad = /* @__PURE__ */ eitherGrad('geluByTanhSlope', reference.geluByTanhSlope);
export const mish = /* @__PURE__ */ eitherDear('mish', reference.mish);
export const mishGrad = /* @__PURE__ */ eitherGrad('mishSlope', reference.mishSlope);
export const clip = /* @__PURE__ */ eitherShaped('clip', reference.clip);
export const elu = /* @__PURE__ */ eitherShaped('elu', reference.elu);
export const eluSlope = /* @__PURE__ */ eitherShaped('eluSlope', reference.eluSlope);

/** x where x > 0, slope · x elsewhere. */
export function leakyRelu(x: NDArray, slope: number): NDArray {
  return fast()?.shaped('leakyRelu', x, slope, 0) ?? reference.leakyRelu(x, slope);
}

/** 1 where the comparison holds, 0 elsewhere. */
export function compare(comparison: reference.Comparison, a: NDArray, b: NDArray): NDArray {
  return fast()?.binary(comparison, a, b) ?? reference.compare(comparison, a, b);
}

/** a where the condition is not 0, b elsewhere. */
export function where(condition: NDArray, a: NDArray, b: NDArray): NDArray {
  return fast()?.where(condition, a, b) ?? reference.where(condition, a, b);
}

/** g where y > 0 or NaN, 0 elsewhere: the derivative of relu. */
export function reluGrad(g: NDArray, y: NDArray): NDArray {
  return fast()?.reluGrad(g, y) ?? reference.reluGrad(g, y);
}

/** Sum over the axes; the sum of nothing is 0. */
export function sum(x: NDArray, axes: readonly number[], keepdims = false): NDArray {
  return fast()?.sum(x, axes, keepdims) ?? referenceReduce.sum(x, axes, keepdims);
}

/** Mean over the axes; NaN over nothing. */
export function mean(x: NDArray, axes: readonly number[], keepdims: boolean): NDArray {
  return fast()?.sum(x, axes, keepdims, countOver(x.shape, axes)) ?? referenceMean(x, axes, keepdims);
}

/** Largest element over the axes; NaN wins. */
export function max(x: NDArray, axes: readonly number[], keepdims: boolean): NDArray {
  return fast()?.extreme('max', x, axes, keepdims) ?? referenceReduce.max(x, axes, keepdims);
}

/** Smallest element over the axes; NaN wins. */
export function min(x: NDArray, axes: readonly number[], keepdims: boolean): NDArray {
  return fast()?.extreme('min', x, axes, keepdims) ?? referenceReduce.min(x, axes, keepdims);
}

/** yⱼ = e^(xⱼ − max x) / Σ e^(x − max x) along the last axis. */
export function softmaxRows(x: NDArray): NDArray {
  return fast()?.softmax('softmaxRows', x) ?? referenceSoftmax.softmaxRows(x);
}

/** yⱼ = (xⱼ − max x) − log Σ e^(x − max x) along the last axis. */
export function logSoftmaxRows(x: NDArray): NDArray {
  return fast()?.softmax('logSoftmaxRows', x) ?? referenceSoftmax.logSoftmaxRows(x);
}

/** y = op(a) · op(b), batched over leading axes, which broadcast; op transposes the last two axes or does nothing. */
export function matmul(a: NDArray, b: NDArray, transposeA = false, transposeB = false): NDArray {
  return fast()?.matmul(a, b, transposeA, transposeB) ?? referenceMatmul(a, b, transposeA, transposeB);
}

/** y = x · w + bias for x [..., in] and a matrix w, the bias one number a column. */
export function affine(x: NDArray, w: NDArray, bias: NDArray): NDArray {
  return fast()?.matmul(x, w, false, false, bias) ?? reference.add(referenceMatmul(x, w, false, false), bias);
}

/** y = w ⋆ x + bias, the windows of x [N, C, H, W] against the filters of w [out, C/groups, kh, kw]. */
export const convolve = /* @__PURE__ */ eitherImported(fastConvolve.convolve, referenceConvolve.convolve);

/** The adjoint of {@link convolve} in x, an image of this size. */
export const convolveBack = /* @__PURE__ */ eitherImported(
  fastConvolve.convolveBack,
  referenceConvolve.convolveBack,
);

/** The adjoint of {@link convolve} in w. */
export const convolveWeight = /* @__PURE__ */ eitherImported(
  fastConvolve.convolveWeight,
  referenceConvolve.convolveWeight,
);

/** y = (x − mean x) / σ */
export const standardise = /* @__PURE__ */ eitherImported(
  fastStandardise.standardise,
  referenceStandardise.standardise,
);

/** σ = √(Σ (x − mean x)² / n + ε), one number a row. */
export const deviation = /* @__PURE__ */ eitherImported(
  fastStandardise.deviation,
  referenceStandardise.deviation,
);

/** p = g − mean g − y · mean(g y) */
export const project = /* @__PURE__ */ eitherImported(fastStandardise.project, referenceStandardise.project);

/** The element of `values` at the place where each window's largest element of x lies; for `values` = x, the largest. */
export function pickLargest(values: NDArray, x: NDArray, rows: Windows, columns: Windows): NDArray {
  return referencePool.pickAt(values, largestPlaces(x, rows, columns), rows, columns);
}

/** The adjoint of {@link pickLargest}: each element of g is added at the place where its window's largest element of x lies. */
export function addToLargest(g: NDArray, x: NDArray, rows: Windows, columns: Windows): NDArray {
  return referencePool.addAt(g, largestPlaces(x, rows, columns), x.shape);
}

const largestPlaces = /* @__PURE__ */ eitherImported(fastPool.largestPlaces, referencePool.largestPlaces);

/** Plain descent.  w ← w − η(g + λw) */
export function descend(w: FloatArray, g: FloatArray, lr: number, weightDecay: number): void {
  if (!fast()?.descend(w, g, lr, weightDecay)) referenceUpdate.descend(w, g, lr, weightDecay);
}

/** Descent along a velocity v, which is updated too. */
export function descendWithMomentum(
  w: FloatArray,
  g: FloatArray,
  v: FloatArray,
  options: referenceUpdate.Momentum,
): void {
  if (!fast()?.descendWithMomentum(w, g, v, options)) referenceUpdate.descendWithMomentum(w, g, v, options);
}

/** The update of Adam and AdamW: of w, of the mean m of its gradient and of the mean square v. */
export function adapt(
  w: FloatArray,
  g: FloatArray,
  m: FloatArray,
  v: FloatArray,
  options: referenceUpdate.Adaptation,
): void {
  if (!fast()?.adapt(w, g, m, v, options)) referenceUpdate.adapt(w, g, m, v, options);
}
