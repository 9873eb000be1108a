/**
 * Elementwise loops in WebAssembly: the calling side of assembly/elementwise.ts and assembly/functions.ts. Twin of
 * {@link reference/elementwise.ts}. Every function returns null where the reference has to do it.
 */

import type { FloatArray, NDArray } from '../../base/array.js';
import { isFloat32 } from '../../base/kind.js';
import { type Shape, sameShape } from '../../base/shape.js';
import { FUNCTIONS, type Simd } from './module.js';
import { transformIfItPays } from './threads.js';

/** Loops of one instruction or two, for which copying in and out is most of the work. */
export type CheapName = 'relu' | 'sqrt' | 'square';
/** Functions by polynomials. */
export type DearName = keyof typeof FUNCTIONS;
export type BinaryName = 'add' | 'sub' | 'mul' | 'div';

/** From how many elements on copying in and out is worth it: measured by test/bench. */
const CHEAP = 256;
const DEAR = 64;

/** Loops read whole vectors, so each operand starts at a multiple of four elements. */
export const padded = (count: number): number => Math.ceil(count / 4) * 4;

export function cheap(simd: Simd, name: CheapName, x: NDArray): NDArray | null {
  const { data } = x;
  const count = data.length;
  if (!isFloat32(data) || count < CHEAP || !simd.reserve(padded(count) * 4)) return null;
  const { floats } = simd;
  floats.set(data, 0);
  simd[name](0, 0, count);
  return { data: floats.slice(0, count), shape: x.shape };
}

export function dear(simd: Simd, name: DearName, x: NDArray): NDArray | null {
  const { data } = x;
  const count = data.length;
  if (!isFloat32(data) || count < DEAR || !simd.reserve(padded(count) * 4)) return null;
  const shared = transformIfItPays(data, FUNCTIONS[name]);
  if (shared) return { data: shared, shape: x.shape };
  const { floats } = simd;
  floats.set(data, 0);
  simd.apply(FUNCTIONS[name], 0, 0, count);
  return { data: floats.slice(0, count), shape: x.shape };
}

export function binary(simd: Simd, name: BinaryName, a: NDArray, b: NDArray): NDArray | null {
  if (Math.max(a.data.length, b.data.length) < CHEAP || !bothFloat32(a.data, b.data)) return null;
  if (sameShape(a.shape, b.shape) || repeats(b.shape, a.shape)) return combine(simd, name, a, b);
  const commutes = name === 'add' || name === 'mul';
  return commutes && repeats(a.shape, b.shape) ? combine(simd, name, b, a) : null;
}

/** y = a ∘ b, with b repeated to the size of a. */
function combine(simd: Simd, name: BinaryName, a: NDArray, b: NDArray): NDArray | null {
  const count = a.data.length;
  const second = padded(count);
  const period = b.data.length;
  if (period === 0 || !simd.reserve((second + padded(period)) * 4)) return null;
  const { floats } = simd;
  floats.set(a.data, 0);
  floats.set(b.data, second);
  simd[name](0, second * 4, 0, count, period);
  return { data: floats.slice(0, count), shape: a.shape };
}

/** g where y > 0 or NaN, 0 elsewhere. */
export function reluGrad(simd: Simd, g: NDArray, y: NDArray): NDArray | null {
  const count = g.data.length;
  if (!bothFloat32(g.data, y.data) || count < CHEAP || !simd.reserve(padded(count) * 8)) return null;
  const { floats } = simd;
  floats.set(g.data, 0);
  floats.set(y.data, padded(count));
  simd.reluGrad(0, padded(count) * 4, 0, count);
  return { data: floats.slice(0, count), shape: g.shape };
}

function bothFloat32(a: FloatArray, b: FloatArray): boolean {
  return isFloat32(a) && isFloat32(b);
}

/** Whether a tensor of shape `small` broadcasts to `large` by being repeated as a whole: a bias over rows, a scalar. */
function repeats(small: Shape, large: Shape): boolean {
  if (small.length > large.length) return false;
  const kept = small.findIndex((size) => size !== 1);
  const tail = kept < 0 ? [] : small.slice(kept);
  return tail.every((size, i) => size === large[large.length - tail.length + i]);
}
