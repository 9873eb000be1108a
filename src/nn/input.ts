/** What layers check of their inputs, and what their errors call them. */

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

/** A layer as messages call it, with the name that the path of its weight gives it: `Linear(784 → 200) "layers.0"`. */
export function titled(layer: string, weight: Tensor | null): string {
  const name = weight?.name.replace(/\.?weight$/, '');
  return name ? `${layer} "${name}"` : layer;
}
