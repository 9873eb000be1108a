/** Positions in a tensor: the flat position in its data, and the index with one number an axis. */
import type { Shape } from '../../index.js';

/** Flat position n as an index. */
export function unravel(n: number, shape: Shape): number[] {
  const index: number[] = [];
  let rest = n;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

/** An index as a flat position. */
export const ravel = (index: readonly number[], shape: readonly number[]): number =>
  index.reduce((at, i, axis) => at * shape[axis]! + i, 0);

export const place = (n: number, shape: Shape): string => `[${unravel(n, shape).join(', ')}]`;
