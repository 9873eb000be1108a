/**
 * Softmax and its logarithm along the last axis. The largest number of a row is subtracted first: that changes no
 * result, and no exponential can overflow. Equal numbers share evenly, infinite ones too: beside ∞ a finite number gets
 * nothing, and a row of nothing but −∞ is shared by all. Twins in WebAssembly: {@link simd/rows.ts}.
 */
import { allocateLike, type NDArray } from '../../base/array.js';
import { sizeOf } from '../../base/shape.js';

/** yⱼ = e^(xⱼ − max x) / Σ e^(x − max x) */
export function softmaxRows(x: NDArray): NDArray {
  const width = x.shape[x.shape.length - 1]!;
  const y = allocateLike(x.data);
  for (let start = 0; start < y.length; start += width) {
    const top = rowMax(x, start, width);
    let total = 0;
    for (let j = start; j < start + width; j++) {
      const e = Math.exp(below(top, x.data[j]!));
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
    for (let j = start; j < start + width; j++) total += Math.exp(below(top, x.data[j]!));
    const logTotal = Math.log(total);
    for (let j = start; j < start + width; j++) y[j] = below(top, x.data[j]!) - logTotal;
  }
  return { data: y, shape: x.shape };
}

/** y = log Σ eˣ = max x + log Σ e^(x − max x) for each row; −∞ over nothing */
export function logSumExpRows(x: NDArray): NDArray {
  const width = x.shape[x.shape.length - 1]!;
  const y = allocateLike(x.data, sizeOf(x.shape.slice(0, -1)));
  for (let row = 0; row < y.length; row++) {
    const top = rowMax(x, row * width, width);
    let total = 0;
    for (let j = row * width; j < (row + 1) * width; j++) total += Math.exp(below(top, x.data[j]!));
    y[row] = top + Math.log(total);
  }
  return { data: y, shape: x.shape.slice(0, -1) };
}

/** value − top, and 0 where both are the same infinity. */
function below(top: number, value: number): number {
  return value === top ? 0 : value - top;
}

/** The largest of `width` numbers from `start` on; NaN wins. */
function rowMax(x: NDArray, start: number, width: number): number {
  let top = -Infinity;
  for (let j = start; j < start + width; j++) top = Math.max(top, x.data[j]!);
  return top;
}
