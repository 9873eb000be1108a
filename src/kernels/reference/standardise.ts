/**
 * Rows along some axes, brought to mean 0 and mean square 1, as normalisation layers need them. A row is read twice: the mean
 * is taken off before anything is squared, since the difference of two large squares would have no digit left. Everything is
 * added up in double precision and rounded once.
 */

import { allocateLike, type FloatArray, type NDArray } from '../../base/array.js';
import { exponentOf } from '../../base/elementary/exact.js';
import { isFloat32 } from '../../base/kind.js';
import { reducedShape } from '../../base/shape.js';
import { rowsOf } from './rows.js';

/** How rows are standardised. */
export interface Standard {
  readonly axes: readonly number[];
  /** Whether the mean of a row is taken off. */
  readonly centred: boolean;
  /** What is added to the mean square, ≥ 0. */
  readonly eps: number;
}

/** y = (x − mean x) / σ with σ as in {@link deviation}; without `centred` y = x / σ */
export function standardise(x: NDArray, standard: Standard): NDArray {
  const y = allocateLike(x.data);
  const { starts, offsets } = rowsOf(x.shape, standard.axes);
  for (const start of starts) {
    const { scale, first, mean, size } = measure(x.data, start, offsets, standard);
    for (let i = 0; i < offsets.length; i++) {
      const at = start + offsets[i]!;
      y[at] = (x.data[at]! * scale - first - mean) / size;
    }
  }
  return { data: y, shape: x.shape };
}

/** σ = √(Σ (x − mean x)² / n + ε), one number a row; without `centred` √(Σ x² / n + ε). The axes stay, with size 1. */
export function deviation(x: NDArray, standard: Standard): NDArray {
  const { starts, offsets } = rowsOf(x.shape, standard.axes);
  const y = allocateLike(x.data, starts.length);
  for (let r = 0; r < y.length; r++) {
    const { scale, size } = measure(x.data, starts[r]!, offsets, standard);
    y[r] = size / scale;
  }
  return { data: y, shape: reducedShape(x.shape, standard.axes, true) };
}

/** p = g − mean g − y · mean(g y); without `centred` p = g − y · mean(g y) */
export function project(g: NDArray, y: NDArray, { axes, centred }: Standard): NDArray {
  const p = allocateLike(g.data);
  const { starts, offsets } = rowsOf(g.shape, axes);
  for (const start of starts) {
    let [along, total] = [0, 0];
    for (let i = 0; i < offsets.length; i++) {
      const at = start + offsets[i]!;
      total += g.data[at]!;
      along += g.data[at]! * y.data[at]!;
    }
    const mean = centred ? total / offsets.length : 0;
    const slope = along / offsets.length;
    for (let i = 0; i < offsets.length; i++) {
      const at = start + offsets[i]!;
      p[at] = g.data[at]! - mean - y.data[at]! * slope;
    }
  }
  return { data: p, shape: g.shape };
}

/** What a row is measured by. In its units, x · scale, the elements are near 1, so that no square overflows or vanishes. */
interface Measure {
  readonly scale: number;
  /** The first element, taken off before the mean of the rest is, so that equal numbers give exactly 0; 0 unless centred. */
  readonly first: number;
  readonly mean: number;
  /** √(Σ (x − mean)² / n + ε) */
  readonly size: number;
}

function measure(x: FloatArray, start: number, offsets: Int32Array, { centred, eps }: Standard): Measure {
  const scale = scaleOf(x, start, offsets, eps);
  const first = centred ? x[start + offsets[0]!]! * scale : 0;
  let total = 0;
  if (centred) for (let i = 0; i < offsets.length; i++) total += x[start + offsets[i]!]! * scale - first;
  const mean = total / offsets.length;
  let squares = 0;
  for (let i = 0; i < offsets.length; i++) {
    const distance = x[start + offsets[i]!]! * scale - first - mean;
    squares += distance * distance;
  }
  return { scale, first, mean, size: Math.sqrt(squares / offsets.length + eps * scale * scale) };
}

/**
 * A power of two by which multiplying costs no digit. It makes the largest of the elements about 1, but beside an ε it makes
 * nothing larger, since there small squares may vanish. In float32 it is 1: squares of float32 neither overflow nor vanish in
 * double precision.
 */
function scaleOf(x: FloatArray, start: number, offsets: Int32Array, eps: number): number {
  if (isFloat32(x)) return 1;
  let top = eps === 0 ? 0 : 1;
  for (let i = 0; i < offsets.length; i++) top = Math.max(top, Math.abs(x[start + offsets[i]!]!));
  return top > 0 && top < Infinity ? 2 ** -Math.max(-1022, exponentOf(top)) : 1;
}
