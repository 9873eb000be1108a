/** The options and the operands of convolutions, checked. The ops are in convolution.ts, and the layers in nn/convolution.ts. */

import type { Tensor } from '../autograd/graph.js';
import { ArgumentError, ShapeError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import { label } from '../base/shape.js';
import { type Check, needTensors, numberIn, oneOf } from '../base/words.js';
import type { Geometry, Pair } from '../kernels/reference/geometry.js';
import { both, type PerAxis, perAxis, WINDOW, type WindowOptions } from './window.js';

/** Options of {@link conv2d}. */
export interface ConvOptions extends WindowOptions {
  /** Number of groups that the channels are split into; a filter sees its own group. As many as channels: depthwise. Default 1. */
  groups?: number;
}
const natural = numberIn({ least: 1, whole: true });
export const CONV: Record<keyof ConvOptions, Check> = { ...WINDOW, groups: natural };

/** Options of {@link conv1d}, as those of {@link conv2d} along one axis. */
export interface Conv1dOptions {
  /** How far the window moves from one position to the next. Default 1. */
  stride?: number;
  /** Zeros at each end; 'valid' for none, 'same' for as many as keep the length. Default 0. */
  padding?: number | 'valid' | 'same';
  /** How far neighbours in the window lie apart. Default 1. */
  dilation?: number;
  /** Number of groups that the channels are split into. Default 1. */
  groups?: number;
}
const named = oneOf(['valid', 'same']);
const whole = numberIn({ least: 0, whole: true });
export const CONV1D: Record<keyof Conv1dOptions, Check> = {
  stride: natural,
  padding: (op, what, value) => (typeof value === 'string' ? named : whole)(op, what, value),
  dilation: natural,
  groups: natural,
};

/** Options of {@link convTranspose2d}. */
export interface ConvTransposeOptions {
  /** How far apart the input's pixels are put into the output. Default 1. */
  stride?: PerAxis;
  /** How many rows and columns are left out on each side of the output. Default 0. */
  padding?: PerAxis;
  /** Rows and columns that the output has more, at the bottom and on the right; below the stride or the dilation. Default 0. */
  outputPadding?: PerAxis;
  /** How far apart the elements of a filter are put. Default 1. */
  dilation?: PerAxis;
  /** As in {@link ConvOptions}. Default 1. */
  groups?: number;
}
export const CONV_TRANSPOSE: Record<keyof ConvTransposeOptions, Check> = {
  stride: perAxis(1),
  padding: (op, what, value) => {
    if (typeof value === 'string')
      throw new ArgumentError(op, `${what} is a number or a pair here, got ${shown(value)}`);
    perAxis(0)(op, what, value);
  },
  outputPadding: perAxis(0),
  dilation: perAxis(1),
  groups: natural,
};

/** The window of the convolution that this is the adjoint of. What the output has more, its padding has less. */
export function transposedWindow(
  op: string,
  kernel: Pair,
  options: Omit<ConvTransposeOptions, 'groups'>,
): Geometry {
  const { stride = 1, padding = 0, outputPadding = 0, dilation = 1 } = options;
  const [steps, gaps, extra, [vertical, horizontal]] = [
    both(stride),
    both(dilation),
    both(outputPadding),
    both(padding),
  ];
  if (extra.some((more, axis) => more >= Math.max(steps[axis]!, gaps[axis]!)))
    throw new ArgumentError(
      op,
      `outputPadding ${extra.join(' × ')} is not below the stride ${steps.join(' × ')} or the dilation ${gaps.join(' × ')} on each axis`,
    );
  return {
    kernel,
    stride: steps,
    padding: [
      [vertical, vertical - extra[0]],
      [horizontal, horizontal - extra[1]],
    ],
    dilation: gaps,
  };
}

/** Checks the operands of a convolution over so many axes: [N, C, …] with [out, C/groups, …], transposed [C, out/groups, …]. */
export function checkOperands(
  op: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  groups: number,
  axes: 1 | 2,
  transposed = false,
): void {
  needTensors(op, x, weight);
  if (bias !== null) needTensors(op, bias);
  const layout = `[batch, channels, ${axes === 1 ? 'length' : 'height, width'}]`;
  if (x.rank === axes + 1)
    throw new ShapeError(
      op,
      `expected x of shape ${layout}, got ${label(x)}; x.unsqueeze(0) makes a batch of one`,
      [x.shape],
    );
  if (x.rank !== axes + 2)
    throw new ShapeError(op, `expected x of shape ${layout}, got ${label(x)}`, [x.shape]);
  if (weight.rank !== axes + 2) {
    const kernel = axes === 1 ? 'kernel' : 'kernel height, kernel width';
    const channels = transposed ? 'in, out/groups' : 'out, in/groups';
    throw new ShapeError(op, `expected a weight of shape [${channels}, ${kernel}], got ${label(weight)}`, [
      weight.shape,
    ]);
  }
  checkChannels(op, x, weight, groups, transposed);
  const out = transposed ? weight.shape[1]! * groups : weight.shape[0]!;
  if (bias && (bias.rank !== 1 || bias.size !== out))
    throw new ShapeError(op, `expected a bias of shape [${out}], got ${label(bias)}`, [bias.shape]);
}

function checkChannels(op: string, x: Tensor, weight: Tensor, groups: number, transposed: boolean): void {
  const [channels, first, second] = [x.shape[1]!, weight.shape[0]!, weight.shape[1]!];
  if (first % groups !== 0)
    throw new ShapeError(op, `${groups} groups do not divide axis 0 of the weight ${label(weight)}`, [
      weight.shape,
    ]);
  const taken = transposed ? first : second * groups;
  if (channels !== taken)
    throw new ShapeError(
      op,
      `x ${label(x)} has ${channels} channels, and the weight ${label(weight)} takes ${taken}${groups === 1 || transposed ? '' : `, ${second} in each of ${groups} groups`}`,
      [x.shape, weight.shape],
    );
}
