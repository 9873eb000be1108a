/**
 * Softmax and its logarithm along the last axis. The largest number of a row is subtracted first: that changes no
 * result, and no exponential can overflow. Twins in WebAssembly: {@link simd/rows.ts}.
 */
import { allocateLike, type NDArray } from '../../base/array.js';
import { exp, log } from '../../base/elementary/index.js';

/** yⱼ = e^(xⱼ − max x) / Σ e^(x − max x) */
export function softmaxRows(x: NDArray): NDArray {
  const width = x.shape[x.shape.length - 1]!;
  const y = allocateLike(x.data);
  for (let start = 0; start < y.length; start += width) {
    const top = rowMax(x, start, width);
    let total = 0;
    for (let j = start; j < start + width; j++) {
      const e = exp(x.data[j]! - top);
      y[j] = e;
      total += e;
    }
    for (let j = start; j < start + width; j++) y[j]! /= total;
  }
  return { data: y, shape: x.shape };
}

/** yⱼ = (xⱼ − max x) − log Σ e^(x − max x) */
export function logSoftmaxRows(x: NDArray): NDArray {
  const width = x.shape[x.shape.length - 1]!;
  const y = allocateLike(x.data);
  for (let start = 0; start < y.length; start += width) {
    const top = rowMax(x, start, width);
    let total = 0;
    for (let j = start; j < start + width; j++) total += exp(x.data[j]! - top);
    const logTotal = log(total);
    for (let j = start; j < start + width; j++) y[j] = x.data[j]! - top - logTotal;
  }
  return { data: y, shape: x.shape };
}

/** The largest of `width` numbers from `start` on; NaN wins. */
function rowMax(x: NDArray, start: number, width: number): number {
  let top = -Infinity;
  for (let j = start; j < start + width; j++) top = Math.max(top, x.data[j]!);
  return top;
}
