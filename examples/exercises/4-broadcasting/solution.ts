/**
 * Solution: undo the broadcasting.
 *
 * Broadcasting repeats along two kinds of axes: along those that the shape does not have, and along those on which
 * its length is 1. Both are summed, and the second kind is kept.
 */
import type { NDArray } from 'tapegrad';

/** The sum of x along one axis. The axis is kept with the length 1, or removed. */
function sumAlong(x: NDArray, axis: number, keep: boolean): NDArray {
  const length = x.shape[axis]!;
  const inside = x.shape.slice(axis + 1).reduce((size, length) => size * length, 1);
  const data = new Float64Array(x.data.length / length);
  for (let i = 0; i < x.data.length; i++)
    data[Math.floor(i / (length * inside)) * inside + (i % inside)]! += x.data[i]!;
  return { data, shape: x.shape.toSpliced(axis, 1, ...(keep ? [1] : [])) };
}

/** From g, the gradient of an array that was broadcast, to the gradient of the array of the given shape before. */
export function sumTo(g: NDArray, shape: readonly number[]): NDArray {
  let result = g;
  while (result.shape.length > shape.length) result = sumAlong(result, 0, false);
  for (const [axis, length] of shape.entries()) if (length === 1) result = sumAlong(result, axis, true);
  return result;
}
