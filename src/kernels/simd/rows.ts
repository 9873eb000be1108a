/** Sums and softmax in WebAssembly. Twins of {@link reference/reduce.ts} and {@link reference/softmax.ts}. */
import { reducedShape } from '../../shape.js';
import type { NDArray } from '../array.js';
import { padded } from './elementwise.js';
import type { Simd } from './module.js';

const WORTHWHILE = 512;

/** Sum over the first axes or the last axes; null where the reference has to do it. */
export function sum(simd: Simd, x: NDArray, axes: readonly number[], keepdims: boolean): NDArray | null {
  const { data } = x;
  if (!(data instanceof Float32Array) || data.length < WORTHWHILE) return null;
  const rank = x.shape.length;
  const first = axes.every((axis, i) => axis === i);
  if (!first && !axes.every((axis, i) => axis === rank - axes.length + i)) return null;
  const reduced = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  const kept = data.length / reduced;
  const from = padded(data.length);
  if (!simd.reserve((from + padded(kept)) * 4 + kept * 8)) return null;
  const { floats } = simd;
  floats.set(data, 0);
  if (first && axes.length < rank) simd.sumColumns(0, from * 4, (from + padded(kept)) * 4, reduced, kept);
  else simd.sumRows(0, from * 4, kept, reduced);
  return { data: floats.slice(from, from + kept), shape: reducedShape(x.shape, axes, keepdims) };
}

export function softmax(simd: Simd, name: 'softmaxRows' | 'logSoftmaxRows', x: NDArray): NDArray | null {
  const { data } = x;
  const width = x.shape[x.shape.length - 1]!;
  if (!(data instanceof Float32Array) || data.length < WORTHWHILE) return null;
  const to = padded(data.length);
  if (!simd.reserve(to * 8)) return null;
  const { floats } = simd;
  floats.set(data, 0);
  simd[name](0, to * 4, data.length / width, width);
  return { data: floats.slice(to, to + data.length), shape: x.shape };
}
