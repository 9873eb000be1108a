/** Rows of a table, looked up by number. */

import type { Tensor } from '../autograd/graph.js';
import { ShapeError } from '../base/errors.js';
import { label } from '../base/shape.js';
import { checkOptions, needNumber, needTensors } from '../base/words.js';
import { where } from './compare.js';
import { tensor } from './create.js';
import { type IndexInput, select, toIndex } from './indexing.js';
import { reshape } from './shape.js';

/**
 * The rows of a weight [count, size] that the indices name: indices [...] ⇒ y [..., size].
 *   y[…, :] = W[indices[…], :]   ⇒   W̄[indices[…], :] += g[…, :]
 * A row that is named several times receives the sum. The row `paddingIndex` receives nothing: where it is looked up it is
 * a constant, which stands for a place without a word. Negative indices are refused, since −1 mostly marks a missing word.
 * @throws ArgumentError for an index, or a paddingIndex, that names no row; ShapeError unless the weight is a matrix
 */
export function embedding(
  indices: IndexInput,
  weight: Tensor,
  options: { paddingIndex?: number | null } = {},
): Tensor {
  checkOptions('embedding', options, ['paddingIndex']);
  const { paddingIndex = null } = options;
  needTensors('embedding', weight);
  if (weight.rank !== 2)
    throw new ShapeError('embedding', `expected a weight of shape [count, size], got ${label(weight)}`, [
      weight.shape,
    ]);
  const [count, size] = weight.shape as [number, number];
  if (paddingIndex !== null)
    needNumber('embedding', 'paddingIndex', paddingIndex, { least: 0, most: count - 1, whole: true });
  const { data: index, shape } = toIndex('embedding', indices, count, 0);
  const rows = select(weight, 0, index);
  return reshape(paddingIndex === null ? rows : heldAt(index, paddingIndex, rows), [...shape, size]);
}

/** The rows, of which those that come from row `held` of the table are constants. */
function heldAt(index: Int32Array, held: number, rows: Tensor): Tensor {
  if (!index.includes(held)) return rows;
  const { dtype } = rows;
  const isHeld = tensor(
    Array.from(index, (row) => [row === held ? 1 : 0]),
    { dtype },
  );
  return where(isHeld, rows.detach(), rows);
}
