/**
 * Convolution: each filter of a weight meets what a window sees at each of its positions. A convolution is a product of
 * patches: unfold · matmul. The op is bilinear, in the image and in the filters, and so are its two adjoints. Each of the
 * three has the other two as its rules, and derivatives of every order are made of the three.
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import type { NDArray } from '../base/array.js';
import { ShapeError } from '../base/errors.js';
import { label, sizeOf } from '../base/shape.js';
import { checked } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { type Geometry, inputSize, outputSize, type Pair } from '../kernels/reference/geometry.js';
import { add } from './arithmetic.js';
import {
  CONV,
  CONV_TRANSPOSE,
  CONV1D,
  type Conv1dOptions,
  type ConvOptions,
  type ConvTransposeOptions,
  checkOperands,
  transposedWindow,
} from './convolution-options.js';
import { matmul } from './matmul.js';
import type { Two } from './operand.js';
import { columnsOf, imageOf } from './patches.js';
import { sum } from './reduce.js';
import { reshape, squeeze, transpose, unsqueeze } from './shape.js';
import { imageSize, windowOver } from './window.js';

export type { Conv1dOptions, ConvOptions, ConvTransposeOptions };

/**
 * Convolution of images, the filters not turned round (a cross-correlation): x [N, C, H, W], weight
 * [out, C/groups, kh, kw], bias [out] or null ⇒ [N, out, rows, columns].
 *
 *     y[n, o, r, c] = bias[o] + Σ weight[o, i, p, q] · x[n, i, r·stride + p·dilation − padding, c·stride + q·dilation − padding]
 *     rows = ⌊(H + 2·padding − dilation·(kh − 1) − 1) / stride⌋ + 1,    columns in the same way
 *
 * Each option is a number or a pair [height, width].
 * @throws ShapeError unless the shapes fit together; ArgumentError for options out of range, and for padding 'same' with a
 *   stride above 1, which has two meanings
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions = {},
): Tensor {
  return convolveImages('conv2d', x, weight, bias, checked('conv2d', options, CONV));
}

/** {@link conv2d} for a layer, in whose name messages are. The options were checked. */
export function convolveImages(
  op: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  { groups = 1, ...window }: ConvOptions,
): Tensor {
  checkOperands(op, x, weight, bias, groups, 2);
  const geometry = windowOver(op, x, imageSize(weight), window);
  return convolution(x, weight, bias, { geometry, groups });
}

/**
 * Convolution of signals: x [N, C, L], weight [out, C/groups, k], bias [out] or null ⇒ [N, out, positions]. It is
 * {@link conv2d} on images of one row.
 * @throws as {@link conv2d}
 */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: Conv1dOptions = {},
): Tensor {
  return convolveSignals('conv1d', x, weight, bias, checked('conv1d', options, CONV1D));
}

/** {@link conv1d} for a layer. */
export function convolveSignals(
  op: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv1dOptions,
): Tensor {
  checkOperands(op, x, weight, bias, groups, 1);
  const geometry = windowOver(op, x, imageSize(weight), {
    stride: [1, stride],
    padding: typeof padding === 'string' ? padding : [0, padding],
    dilation: [1, dilation],
  });
  return squeeze(convolution(unsqueeze(x, 2), unsqueeze(weight, 2), bias, { geometry, groups }), 2);
}

/**
 * Transposed convolution, the adjoint of {@link conv2d} in its image: each pixel adds its multiple of a filter to the
 * output. x [N, C, H, W], weight [C, out/groups, kh, kw], bias [out] or null ⇒ [N, out, rows, columns].
 *
 *     rows = (H − 1)·stride − 2·padding + dilation·(kh − 1) + outputPadding + 1,    columns in the same way
 *
 * Several heights of an image give a convolution with a stride the same number of rows. `outputPadding` chooses among them.
 * @throws ShapeError unless the shapes fit together; ArgumentError for options out of range
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions = {},
): Tensor {
  const op = 'convTranspose2d';
  return transposeImages(op, x, weight, bias, checked(op, options, CONV_TRANSPOSE));
}

/** {@link convTranspose2d} for a layer. */
export function transposeImages(
  op: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  { groups = 1, ...window }: ConvTransposeOptions,
): Tensor {
  checkOperands(op, x, weight, bias, groups, 2, true);
  const geometry = transposedWindow(op, imageSize(weight), window);
  const size = inputSize(imageSize(x), geometry);
  if (Math.min(...size) < 1)
    throw new ShapeError(
      op,
      `the output of x ${label(x)} and the weight ${label(weight)} would be ${size[0]} × ${size[1]}; make the padding smaller`,
      [x.shape, weight.shape],
    );
  const y = convolutionBack(x, weight, { size, geometry, groups });
  return bias ? add(y, acrossImages(bias)) : y;
}

interface Convolution {
  readonly geometry: Geometry;
  readonly groups: number;
}

/** y = w ⋆ x + b   ⇒   x̄ = the adjoint in x of g and w,   w̄ = the adjoint in w of x and g,   b̄ = Σ g over images and positions */
function convolution(x: Tensor, w: Tensor, bias: Tensor | null, told: Convolution): Tensor {
  return bias ? apply(CONVOLVE_AND_ADD, [x, w, bias], told) : apply(CONVOLVE, [x, w], told);
}
const CONVOLVE = defineOp({
  name: 'conv2d',
  forward: ([x, w]: Two, { geometry, groups }: Convolution) => k.convolve(x, w, geometry, groups, null),
  save: ({ inputs: [x, w] }) => ({ x, w }),
  vjp: [
    (g, { x, w }, told) => convolutionBack(g, w, { ...told, size: imageSize(x) }),
    (g, { x }, told) => convolutionWeight(x, g, told),
  ],
  composition: ([x, w], told) => productOfPatches(x, w, told),
});
const CONVOLVE_AND_ADD = defineOp({
  name: 'conv2d',
  forward: ([x, w, b]: [NDArray, NDArray, NDArray], { geometry, groups }: Convolution) =>
    k.convolve(x, w, geometry, groups, b),
  save: ({ inputs: [x, w] }) => ({ x, w }),
  vjp: [
    (g, { x, w }, told) => convolutionBack(g, w, { ...told, size: imageSize(x) }),
    (g, { x }, told) => convolutionWeight(x, g, told),
    (g) => sum(g, [0, 2, 3]),
  ],
  composition: ([x, w, b], told) => add(productOfPatches(x, w, told), acrossImages(b)),
});

interface Back extends Convolution {
  /** Height and width of the image. */
  readonly size: Pair;
}

/** The adjoint in x: an image from the gradient g of an output.   ḡ = w ⋆ h,   w̄ = the adjoint in w of h and g,   for its gradient h */
function convolutionBack(g: Tensor, w: Tensor, told: Back): Tensor {
  return apply(CONVOLVE_BACK, [g, w], told);
}
const CONVOLVE_BACK = defineOp({
  name: 'convTranspose2d',
  forward: ([g, w]: Two, { size, geometry, groups }: Back) => k.convolveBack(g, w, size, geometry, groups),
  save: ({ inputs: [g, w] }) => ({ g, w }),
  vjp: [(h, { w }, told) => convolution(h, w, null, told), (h, { g }, told) => convolutionWeight(h, g, told)],
  composition: ([g, w], { size, geometry, groups }) => {
    const [images, , rows, columns] = g.shape as [number, number, number, number];
    const product = matmul(transpose(filters(w, groups)), split(g, groups));
    const taps = groups * sizeOf(w.shape.slice(1));
    return imageOf(reshape(product, [images, taps, rows * columns]), size, geometry);
  },
});

/** The adjoint in w: filters from the gradient g of an output.   x̄ = the adjoint in x of g and h,   ḡ = h ⋆ x,   for its gradient h */
function convolutionWeight(x: Tensor, g: Tensor, told: Convolution): Tensor {
  return apply(CONVOLVE_WEIGHT, [x, g], told);
}
const CONVOLVE_WEIGHT = defineOp({
  name: 'conv2dWeight',
  forward: ([x, g]: Two, { geometry, groups }: Convolution) => k.convolveWeight(x, g, geometry, groups),
  save: ({ inputs: [x, g] }) => ({ x, g }),
  vjp: [
    (h, { x, g }, told) => convolutionBack(g, h, { ...told, size: imageSize(x) }),
    (h, { x }, told) => convolution(x, h, null, told),
  ],
  composition: ([x, g], { geometry, groups }) => {
    const product = matmul(split(g, groups), transpose(split(columnsOf(x, geometry), groups)));
    return reshape(sum(product, 0), [g.shape[1]!, x.shape[1]! / groups, ...geometry.kernel]);
  },
});

/** A convolution is a product of patches: `unfold` makes columns of what the window sees, and each filter is a row that meets them. */
function productOfPatches(x: Tensor, w: Tensor, { geometry, groups }: Convolution): Tensor {
  const y = matmul(filters(w, groups), split(columnsOf(x, geometry), groups));
  return reshape(y, [x.shape[0]!, w.shape[0]!, ...outputSize(imageSize(x), geometry)]);
}

/** [out, in, kh, kw] ⇒ [groups, out/groups, in·kh·kw], each filter a row. */
function filters(w: Tensor, groups: number): Tensor {
  return reshape(w, [groups, w.shape[0]! / groups, sizeOf(w.shape.slice(1))]);
}

/** [N, rows, …] ⇒ [N, groups, rows/groups, L], what belongs to a position in a column. */
function split(x: Tensor, groups: number): Tensor {
  const [images, rows, ...positions] = x.shape as readonly [number, number, ...number[]];
  return reshape(x, [images, groups, rows / groups, sizeOf(positions)]);
}

/** A number for each channel, to be added to images. */
const acrossImages = (bias: Tensor): Tensor => reshape(bias, [bias.size, 1, 1]);
