/** Arithmetic on plain arrays of numbers: empty and random arrays, the dot product, the largest size. */
import type { FloatArray, Rng } from '../../index.js';

/** An array of zeros with the dtype of `like`. */
export function blank(like: FloatArray, size: number = like.length): FloatArray {
  return like instanceof Float64Array ? new Float64Array(size) : new Float32Array(size);
}

/** Independent standard normal numbers, as many as `like` has and in its dtype. */
export function normals(like: FloatArray, rng: Rng): FloatArray {
  const values = blank(like);
  for (let i = 0; i < values.length; i++) values[i] = rng.normal();
  return values;
}

/** Σᵢ aᵢ·bᵢ */
export function dot(a: FloatArray, b: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The largest |value|; 0 if there is none. */
export function largest(values: FloatArray): number {
  let top = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > top) top = size;
  }
  return top;
}
