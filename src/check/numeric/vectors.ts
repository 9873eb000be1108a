/** Arithmetic on plain arrays of numbers: random arrays, the dot product, the largest size. */
import { allocateLike } from '../../base/array.js';
import type { FloatArray, Rng } from '../../core.js';

/** Independent standard normal numbers: an array with the length and dtype of `like`. */
export function normals(like: FloatArray, rng: Rng): FloatArray {
  const values = allocateLike(like);
  for (let i = 0; i < values.length; i++) values[i] = rng.normal();
  return values;
}

/** Σᵢ aᵢ·bᵢ */
export function dot(a: FloatArray, b: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The largest |value|; 0 for an empty array. */
export function largest(values: FloatArray): number {
  let top = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > top) top = size;
  }
  return top;
}
