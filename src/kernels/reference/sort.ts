/** A kernel that finds the order of the elements along an axis. */
import { allocateLike, type NDArray } from '../../base/array.js';
import { sizeOf } from '../../base/shape.js';

/** The positions along an axis in the order of their elements. Equal elements keep their order, and NaN comes last. */
export function argSort(x: NDArray, axis: number, descending: boolean): NDArray {
  const y = allocateLike(x.data);
  const length = x.shape[axis]!;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const line = allocateLike(x.data, length);
  const order = new Int32Array(length);
  for (let block = 0; block < y.length; block += length * inner)
    for (let start = block; start < block + inner; start++) {
      for (let n = 0; n < length; n++) {
        line[n] = x.data[start + n * inner]!;
        order[n] = n;
      }
      order.sort((p, q) => inOrder(line[p]!, line[q]!, descending) || p - q);
      for (let n = 0; n < length; n++) y[start + n * inner] = order[n]!;
    }
  return { data: y, shape: x.shape };
}

/** Below 0 if a comes before b, above 0 if b comes before a, else 0. */
function inOrder(a: number, b: number, descending: boolean): number {
  if (a < b) return descending ? 1 : -1;
  if (a > b) return descending ? -1 : 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
