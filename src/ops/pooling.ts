/**
 * Pooling: each window that moves over an image gives one number, its largest or its mean. Images are [N, C, H, W], or
 * [C, H, W] for a single one. Windows lie on the last two axes.
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { label, type Shape } from '../base/shape.js';
import { type Check, checkOptions, needFlag, needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import type { Pair } from '../kernels/reference/geometry.js';
import type { One, Two } from './operand.js';
import { both, type PerAxis, perAxis } from './window.js';

/** Options of {@link maxPool2d}. */
export interface MaxPoolOptions {
  /** How far the window moves from one position to the next, ≥ 1. Default: the size of the window. */
  stride?: PerAxis;
  /** How far the window reaches over each edge of the image, at most half of its size. Default 0. */
  padding?: PerAxis;
  /** Whether a last window that reaches beyond the padding counts, if it begins inside the image or the padding before. Default false. */
  ceilMode?: boolean;
}
export const MAX_POOL_OPTIONS: Record<keyof MaxPoolOptions, Check> = {
  stride: perAxis(1),
  padding: perAxis(0),
  ceilMode: needFlag,
};

/** Options of {@link avgPool2d}. */
export interface AvgPoolOptions extends MaxPoolOptions {
  /** Whether the mean counts the zeros of the padding. What `ceilMode` adds beyond the padding never counts. Default true. */
  countIncludePad?: boolean;
}
export const AVG_POOL_OPTIONS: Record<keyof AvgPoolOptions, Check> = {
  ...MAX_POOL_OPTIONS,
  countIncludePad: needFlag,
};

/** The windows along the last two axes of an image. */
interface Grid {
  readonly rows: k.Windows;
  readonly columns: k.Windows;
}

/**
 * Largest element of each window.  y = max x over the window   ⇒   x̄ = g at the place of the largest element, 0 elsewhere.
 * Several that are equal: the first in row-major order receives g. The first NaN of a window is its largest element.
 * Padding is −∞, and no window sees padding alone.
 * x [..., H, W] ⇒ y [..., ⌊(H + 2p − k)/s⌋ + 1, ⌊(W + 2p − k)/s⌋ + 1], with `ceilMode` rounded up.
 * @param kernel size of the window
 * @throws ShapeError unless x is an image, or batch of images, in which the window fits; ArgumentError for other options
 */
export function maxPool2d(x: Tensor, kernel: PerAxis, options: MaxPoolOptions = {}): Tensor {
  checkOptions('maxPool2d', options, MAX_POOL_OPTIONS);
  return pickLargest(x, x, movingGrid('maxPool2d', x, kernel, options));
}

/**
 * The elements of `values` at the places where windows have their largest x. Max pooling picks from x itself. Which place is
 * the largest does not change with x, but for jumps, so only `values` has a derivative.   v̄ = g, added at these places
 */
function pickLargest(values: Tensor, x: Tensor, grid: Grid): Tensor {
  return apply(PICK_LARGEST, [values, x], grid);
}
const PICK_LARGEST = defineOp({
  name: 'maxPool2d',
  forward: ([values, x]: Two, { rows, columns }: Grid) => k.pickLargest(values, x, rows, columns),
  save: ({ inputs: [, x] }) => ({ x }),
  vjp: [(g, { x }, grid) => addToLargest(g, x, grid), 'zero'],
});

/** The rule of maxPool2d: adds each element of g at the place where its window has its largest x.   ḡ = what is picked there */
function addToLargest(g: Tensor, x: Tensor, grid: Grid): Tensor {
  return apply(ADD_TO_LARGEST, [g, x], grid);
}
const ADD_TO_LARGEST = defineOp({
  name: 'addToLargest',
  forward: ([g, x]: Two, { rows, columns }: Grid) => k.addToLargest(g, x, rows, columns),
  save: ({ inputs: [, x] }) => ({ x }),
  vjp: [(g, { x }, grid) => pickLargest(g, x, grid), 'zero'],
});

/**
 * Mean of each window.  y = Σ x over the window / n   ⇒   x̄ = g/n, added to all that the window sees.
 * n counts the places of the window in the image and, unless `countIncludePad` is false, in the padding, which holds zeros.
 * Sizes as for {@link maxPool2d}.
 * @param kernel size of the window
 * @throws ShapeError unless x is an image, or batch of images, in which the window fits; ArgumentError for other options
 */
export function avgPool2d(x: Tensor, kernel: PerAxis, options: AvgPoolOptions = {}): Tensor {
  checkOptions('avgPool2d', options, AVG_POOL_OPTIONS);
  return average(x, movingGrid('avgPool2d', x, kernel, options));
}

/**
 * Mean of each of `outputSize` windows that cover the image evenly.  y = Σ x over the window / n   ⇒   x̄ = g/n, added to all
 * that the window sees. Window i of n lies on the rows ⌊i·H/n⌋ to ⌈(i + 1)·H/n⌉ − 1, columns likewise. Neighbours share a row
 * where n does not divide H. The output size 1 is the mean of the whole image.
 * x [..., H, W] ⇒ y [..., ...outputSize]
 * @throws ShapeError unless x is an image or a batch of images; ArgumentError for another output size
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: PerAxis): Tensor {
  perAxis(1)('adaptiveAvgPool2d', 'outputSize', outputSize);
  const [high, wide] = both(outputSize);
  const [height, width] = imageSize('adaptiveAvgPool2d', x);
  return average(x, { rows: k.coveringWindows(height, high), columns: k.coveringWindows(width, wide) });
}

/** The mean over each window. */
function average(x: Tensor, grid: Grid): Tensor {
  return apply(AVERAGE, [x], grid);
}
const AVERAGE = defineOp({
  name: 'avgPool2d',
  forward: ([x]: One, { rows, columns }: Grid) => k.average(x, rows, columns),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }, grid) => spreadEvenly(g, shape, grid)],
});

/** The rule of avgPool2d: spreads each element of g evenly over what its window sees.   ḡ = the mean over each window */
function spreadEvenly(g: Tensor, shape: Shape, grid: Grid): Tensor {
  return apply(SPREAD_EVENLY, [g], { ...grid, shape });
}
const SPREAD_EVENLY = defineOp({
  name: 'spreadEvenly',
  forward: ([g]: One, { rows, columns, shape }: Grid & { readonly shape: Shape }) =>
    k.spreadEvenly(g, shape, rows, columns),
  vjp: [(g, _, grid) => average(g, grid)],
});

/** The windows of a kernel that moves over the images x. */
function movingGrid(op: string, x: Tensor, kernel: PerAxis, options: AvgPoolOptions): Grid {
  const { ceilMode = false, countIncludePad = true } = options;
  const size = imageSize(op, x);
  const window = windowOf(op, kernel, options);
  const along = (axis: 0 | 1): k.Windows => {
    const [kernel, stride, padding] = [window.kernel[axis], window.stride[axis], window.padding[axis]];
    const windows = k.movingWindows(size[axis], { kernel, stride, padding, ceilMode, countIncludePad });
    if (windows.from.length > 0) return windows;
    const padded = window.padding.some((size) => size > 0)
      ? ` with padding ${formatShape(window.padding)}`
      : '';
    throw new ShapeError(
      op,
      `a window of ${formatShape(window.kernel)} does not fit into ${label(x)}, whose images are ${formatShape(size)}${padded}`,
      [x.shape],
    );
  };
  return { rows: along(0), columns: along(1) };
}

/** Height and width of the images x. */
function imageSize(op: string, x: Tensor): Pair {
  needTensors(op, x);
  const [height, width] = x.shape.slice(-2);
  if (x.rank < 3 || x.rank > 4)
    throw new ShapeError(op, `expected images [N, C, H, W], or one image [C, H, W], got ${label(x)}`, [
      x.shape,
    ]);
  if (height === 0 || width === 0)
    throw new ShapeError(op, `an image without pixels has no windows: ${label(x)}`, [x.shape]);
  return [height!, width!];
}

/** A window and how it moves. */
interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
}

/** The options of a pooling, with every size as a pair. @throws ArgumentError for padding beyond half of the window */
export function windowOf(op: string, kernel: PerAxis, options: MaxPoolOptions): Window {
  perAxis(1)(op, 'kernel', kernel);
  const [window, padding] = [both(kernel), both(options.padding ?? 0)];
  if (padding.some((size, axis) => size > window[axis]! / 2))
    throw new ArgumentError(
      op,
      `padding is at most half of the kernel, got ${formatShape(padding)} for a kernel ${formatShape(window)}; a window has to see the image`,
    );
  return { kernel: window, stride: both(options.stride ?? kernel), padding };
}
