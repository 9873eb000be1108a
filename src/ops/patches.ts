/**
 * Patches of images as columns, and back. `unfold` is linear, and `fold` is its adjoint, so each is the rule of the other.
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { ShapeError } from '../base/errors.js';
import { label } from '../base/shape.js';
import { checked, needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { type Geometry, outputSize, type Pair } from '../kernels/reference/geometry.js';
import type { One } from './operand.js';
import {
  both,
  imageSize,
  type PerAxis,
  perAxis,
  times,
  WINDOW,
  type WindowOptions,
  windowOver,
} from './window.js';

export type { PerAxis, WindowOptions };

/**
 * What a window sees at each of its positions, as columns (im2col): x [N, C, H, W] ⇒ [N, C·kh·kw, L], where L counts the
 * positions row by row. Row (c·kh + i)·kw + j belongs to element [i, j] of the window in channel c. x̄ = fold(g)
 *
 *     L = rows · columns,    rows = ⌊(H + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1,    columns in the same way
 *
 * @throws ShapeError unless x has four axes and the window fits
 */
export function unfold(x: Tensor, kernel: PerAxis, options: WindowOptions = {}): Tensor {
  needTensors('unfold', x);
  checked('unfold', options, WINDOW);
  if (x.rank !== 4)
    throw new ShapeError('unfold', `expected x of shape [batch, channels, height, width], got ${label(x)}`, [
      x.shape,
    ]);
  return columnsOf(x, windowOver('unfold', x, kernel, options));
}

/** {@link unfold} by a geometry. */
export function columnsOf(x: Tensor, geometry: Geometry): Tensor {
  return apply(UNFOLD, [x], geometry);
}
const UNFOLD = defineOp({
  name: 'unfold',
  forward: ([x]: One, geometry: Geometry) => k.unfold(x, geometry),
  save: ({ inputs: [x] }) => ({ size: imageSize(x) }),
  vjp: [(g, { size }, geometry) => imageOf(g, size, geometry)],
});

/**
 * Columns added to an image at the places that {@link unfold} takes them from (col2im): [N, C·kh·kw, L] ⇒ [N, C, H, W].
 * Where windows overlap, their columns add up. ḡ of the columns = unfold(g)
 * @param outputSize height and width of the image
 * @throws ShapeError unless the columns are those of such an image
 */
export function fold(
  columns: Tensor,
  outputSize: PerAxis,
  kernel: PerAxis,
  options: WindowOptions = {},
): Tensor {
  needTensors('fold', columns);
  checked('fold', options, WINDOW);
  perAxis(1)('fold', 'the output size', outputSize);
  if (columns.rank !== 3)
    throw new ShapeError(
      'fold',
      `expected columns of shape [batch, channels · kernel height · kernel width, positions], got ${label(columns)}`,
      [columns.shape],
    );
  const size = both(outputSize);
  const geometry = windowOver('fold', { shape: [1, 1, ...size] }, kernel, options);
  checkColumns(columns, size, geometry);
  return imageOf(columns, size, geometry);
}

function checkColumns(columns: Tensor, size: Pair, geometry: Geometry): void {
  const [, rows, positions] = columns.shape as readonly [number, number, number];
  const [kh, kw] = geometry.kernel;
  if (rows % (kh * kw) !== 0)
    throw new ShapeError(
      'fold',
      `a window of ${times(geometry.kernel)} has ${kh * kw} elements, and they do not divide the ${rows} rows of the columns ${label(columns)}`,
      [columns.shape],
    );
  const [down, across] = outputSize(size, geometry);
  if (positions !== down * across)
    throw new ShapeError(
      'fold',
      `the window has ${times([down, across])} = ${down * across} positions on an image of ${times(size)}, and the columns ${label(columns)} have ${positions}`,
      [columns.shape],
    );
}

/** {@link fold} by a geometry. */
export function imageOf(columns: Tensor, size: Pair, geometry: Geometry): Tensor {
  return apply(FOLD, [columns], { size, geometry });
}
const FOLD = defineOp({
  name: 'fold',
  forward: ([columns]: One, { size, geometry }: { size: Pair; geometry: Geometry }) =>
    k.fold(columns, size, geometry),
  vjp: [(g, _, { geometry }) => columnsOf(g, geometry)],
});
