/** A kernel that runs along an axis and carries a number with it. */
import { allocateLike, type NDArray } from '../../base/array.js';
import { sizeOf } from '../../base/shape.js';

/** yₙ = aₙ · yₙ₋₁ + bₙ along an axis, y₀ = b₀; with `reverse` from the end, yₙ = aₙ · yₙ₊₁ + bₙ. Carried in double precision. */
export function recurrence(a: NDArray, b: NDArray, axis: number, reverse: boolean): NDArray {
  const y = allocateLike(b.data);
  const length = b.shape[axis]!;
  const inner = sizeOf(b.shape.slice(axis + 1));
  for (let block = 0; block < y.length; block += length * inner)
    for (let j = 0; j < inner; j++) {
      let value = 0;
      for (let n = 0; n < length; n++) {
        const i = block + (reverse ? length - 1 - n : n) * inner + j;
        value = n === 0 ? b.data[i]! : a.data[i]! * value + b.data[i]!;
        y[i] = value;
      }
    }
  return { data: y, shape: b.shape };
}
