/** Positions of rows in a dataset, as the user gives them. */
import { ArgumentError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import { needAnyArray } from '../base/words.js';

/**
 * Refuses what is no list of positions, and positions that do not exist.
 * @param what what stands at a position, for the error: `row`
 */
export function needPositions(op: string, what: string, positions: ArrayLike<number>, count: number): void {
  needAnyArray(op, positions, 'positions in a list');
  for (let i = 0; i < positions.length; i++) {
    const position = positions[i]!;
    if (!Number.isInteger(position) || position < 0 || position >= count)
      throw new ArgumentError(
        op,
        `${what} ${shown(position)} does not exist; there are ${count}, counted from 0`,
      );
  }
}
