/** What layers of sequences check of their inputs. */

import type { Tensor } from '../autograd/graph.js';
import { formatShape, ShapeError } from '../base/errors.js';
import { needTensors } from '../base/words.js';

/** Refuses an input that has other axes than these and, as the last one, features. */
export function checkInput(layer: string, x: Tensor, axes: readonly string[], features: number): void {
  needTensors(layer, x);
  if (x.rank !== axes.length + 1 || x.shape[axes.length] !== features)
    throw new ShapeError(
      layer,
      `expected an input of shape [${axes.join(', ')}, ${features}], got ${formatShape(x.shape)}`,
      [x.shape],
    );
}
