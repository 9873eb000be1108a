/**
 * Convolution as a product: every window becomes a column ({@link unfold}), and a matrix product meets each column with
 * each filter. The two adjoints are the transposed products. What is a column there is added back to the image
 * ({@link fold}). Images are [N, C, H, W], weights [out, C/groups, kh, kw], outputs [N, out, rows, columns].
 */

import type { NDArray } from '../../base/array.js';
import type { Shape } from '../../base/shape.js';
import { add } from './elementwise.js';
import { type Geometry, outputSize, type Pair } from './geometry.js';
import { matmul } from './matmul.js';
import { fold, unfold } from './patches.js';
import { sum } from './reduce.js';

/**
 * y[n, o, r, c] = Σ w[o, …] · patch[n, r, c] + bias[o]. With groups, a filter sees the channels of its own group only.
 * The filter is not turned round: this is what mathematics calls a cross-correlation.
 */
export function convolve(
  x: NDArray,
  w: NDArray,
  geometry: Geometry,
  groups: number,
  bias: NDArray | null,
): NDArray {
  const [images, , height, width] = x.shape as [number, number, number, number];
  const product = matmul(filters(w, groups), split(unfold(x, geometry), groups), false, false);
  const y = as(product, [images, w.shape[0]!, ...outputSize([height, width], geometry)]);
  return bias ? add(y, as(bias, [bias.shape[0]!, 1, 1])) : y;
}

/** The adjoint of {@link convolve} in x: the gradient of an image of this size, from the gradient g of the output. */
export function convolveBack(
  g: NDArray,
  w: NDArray,
  size: Pair,
  geometry: Geometry,
  groups: number,
): NDArray {
  const [images, , rows, columns] = g.shape as [number, number, number, number];
  const product = matmul(filters(w, groups), split(flat(g), groups), true, false);
  const [, inGroup, kh, kw] = w.shape as [number, number, number, number];
  return fold(as(product, [images, groups * inGroup * kh * kw, rows * columns]), size, geometry);
}

/** The adjoint of {@link convolve} in w: the gradient of the filters, from the gradient g of the output. */
export function convolveWeight(x: NDArray, g: NDArray, geometry: Geometry, groups: number): NDArray {
  const product = matmul(split(flat(g), groups), split(unfold(x, geometry), groups), false, true);
  return as(sum(product, [0]), [g.shape[1]!, x.shape[1]! / groups, ...geometry.kernel]);
}

/** The same numbers under another shape, without a copy. */
const as = ({ data }: NDArray, shape: Shape): NDArray => ({ data, shape });

/** [out, in, kh, kw] ⇒ [out, in·kh·kw], one filter a row; [groups, out/groups, in·kh·kw] with groups. */
function filters(w: NDArray, groups: number): NDArray {
  const [out, inGroup, kh, kw] = w.shape as [number, number, number, number];
  const taps = inGroup * kh * kw;
  return as(w, groups === 1 ? [out, taps] : [groups, out / groups, taps]);
}

/** [N, rows, L] ⇒ [N, groups, rows/groups, L], and unchanged without groups. */
function split(x: NDArray, groups: number): NDArray {
  const [images, rows, positions] = x.shape as [number, number, number];
  return groups === 1 ? x : as(x, [images, groups, rows / groups, positions]);
}

/** [N, C, rows, columns] ⇒ [N, C, L] */
function flat(y: NDArray): NDArray {
  const [images, channels, rows, columns] = y.shape as [number, number, number, number];
  return as(y, [images, channels, rows * columns]);
}
