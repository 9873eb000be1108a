/** Converts between the flat position of an element and its index, which has one number for each axis. */
import type { Shape } from '../../index.js';

/** The index of flat position n. */
export function unravel(n: number, shape: Shape): number[] {
  const index: number[] = [];
  let rest = n;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

/** The flat position of an index. */
export const ravel = (index: readonly number[], shape: readonly number[]): number =>
  index.reduce((at, i, axis) => at * shape[axis]! + i, 0);

/** The index of flat position n as text: `[1, 2]`. */
export const positionText = (n: number, shape: Shape): string => `[${unravel(n, shape).join(', ')}]`;
