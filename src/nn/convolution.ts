/** Layers of convolutions: filters that are drawn with their fans, a bias, and how the window moves. */

import type { Tensor } from '../autograd/graph.js';
import { ArgumentError } from '../base/errors.js';
import { type Check, checkOptions, needGenerator, needNumber } from '../base/words.js';
import { zeros } from '../init/basic.js';
import { convFans, convTransposeFans } from '../init/fans.js';
import { heNormal } from '../init/variance.js';
import { convolveImages, convolveSignals, transposeImages } from '../ops/convolution.js';
import {
  CONV,
  CONV_TRANSPOSE,
  CONV1D,
  type Conv1dOptions,
  type ConvOptions,
  type ConvTransposeOptions,
  transposedWindow,
} from '../ops/convolution-options.js';
import { both, type PerAxis, perAxis } from '../ops/window.js';
import { titled } from './input.js';
import { LINEAR, type LinearOptions } from './linear.js';
import { Module, Parameter } from './module.js';

/** Options of {@link Conv1d}: how its filters are drawn, and those of `conv1d`. */
export interface Conv1dLayerOptions extends LinearOptions, Conv1dOptions {}

/** Options of {@link Conv2d}: how its filters are drawn, and those of `conv2d`. */
export interface Conv2dLayerOptions extends LinearOptions, ConvOptions {}

/** Options of {@link ConvTranspose2d}: how its filters are drawn, and those of `convTranspose2d`. */
export interface ConvTranspose2dLayerOptions extends LinearOptions, ConvTransposeOptions {}

/** What tells the layers apart: the checks of how the window moves, its axes, and which axis of the weight is which. */
interface Kind {
  readonly window: Readonly<Record<string, Check>>;
  readonly axes: 1 | 2;
  readonly transposed: boolean;
}

/** A layer with the filters of a convolution. */
abstract class Convolution<In extends number, Out extends number, Window extends ConvOptions> extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter<readonly [Out]> | null;
  /** Size along each axis. */
  readonly kernelSize: readonly number[];
  /** How the window moves. */
  protected readonly window: Window;

  constructor(
    readonly inChannels: In,
    readonly outChannels: Out,
    kernelSize: PerAxis,
    options: LinearOptions & Window,
    { window, axes, transposed }: Kind,
  ) {
    super();
    const layer = this.constructor.name;
    checkOptions(layer, options ?? {}, { ...LINEAR, ...window });
    needNumber(layer, 'inChannels', inChannels, { least: 1, whole: true });
    needNumber(layer, 'outChannels', outChannels, { least: 1, whole: true });
    if (axes === 1) needNumber(layer, 'kernelSize', kernelSize, { least: 1, whole: true });
    else perAxis(1)(layer, 'kernelSize', kernelSize);
    const {
      rng,
      init = heNormal(),
      bias = true,
      biasInit = zeros(),
      dtype = 'float32',
      ...moves
    } = { ...options };
    needGenerator(layer, rng, 'for its weights');
    const { groups = 1, stride = 1 } = moves;
    if (inChannels % groups !== 0 || outChannels % groups !== 0)
      throw new ArgumentError(
        layer,
        `${groups} groups do not divide ${inChannels} input and ${outChannels} output channels`,
      );
    this.kernelSize = both(kernelSize).slice(0, axes);
    const sizes = { inChannels, outChannels, kernel: this.kernelSize, groups };
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    this.weight = new Parameter([first, second / groups, ...this.kernelSize], {
      init,
      fans: transposed ? convTransposeFans({ ...sizes, stride: both(stride) }) : convFans(sizes),
      rng,
      dtype,
    });
    this.bias = bias ? new Parameter([outChannels] as const, { init: biasInit, rng, dtype }) : null;
    this.window = moves as unknown as Window;
  }

  /** The layer as messages call it: `Conv2d(1 → 16, 5 × 5) "layers.0"`. */
  protected title(): string {
    return titled(`${this.constructor.name}(${this.sizes()})`, this.weight);
  }

  private sizes(): string {
    return `${this.inChannels} → ${this.outChannels}, ${this.kernelSize.join(' × ')}`;
  }

  protected override describe(): string {
    const moves = Object.entries(this.window)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(' × ') : value}`);
    const drawn = this.weight.init.describe(this.weight.fans);
    return [this.sizes(), ...moves, drawn, ...(this.bias ? [] : ['no bias'])].join(', ');
  }
}

/**
 * Convolution of images: x [N, in, H, W] ⇒ [N, out, rows, columns], weight [out, in/groups, kh, kw], bias [out]; the
 * formula and the sizes are those of `conv2d`. Padding is zeros. For other borders, pad the image first.
 *
 * The fans are fanIn = in/groups · kh · kw and fanOut = out/groups · kh · kw.
 * @throws ArgumentError for options out of range, or groups that do not divide the channels; `forward` throws ShapeError
 *   for images of other channels, without a batch, or smaller than the kernel
 * @source LeCun et al. 1989
 */
export class Conv2d<In extends number = number, Out extends number = number> extends Convolution<
  In,
  Out,
  ConvOptions
> {
  declare readonly weight: Parameter<readonly [Out, number, number, number]>;

  constructor(inChannels: In, outChannels: Out, kernelSize: PerAxis, options: Conv2dLayerOptions) {
    super(inChannels, outChannels, kernelSize, options, { window: CONV, axes: 2, transposed: false });
  }

  override forward<Batch extends number>(
    x: Tensor<readonly [Batch, In, number, number]>,
  ): Tensor<readonly [Batch, Out, number, number]>;
  override forward(x: Tensor): Tensor;
  override forward(x: Tensor): Tensor {
    return convolveImages(this.title(), x, this.weight, this.bias, this.window);
  }
}

/**
 * Convolution of signals: x [N, in, L] ⇒ [N, out, positions], weight [out, in/groups, k], bias [out]; the formula and the
 * sizes are those of `conv1d`. The fans are fanIn = in/groups · k and fanOut = out/groups · k.
 * @throws as {@link Conv2d}
 */
export class Conv1d<In extends number = number, Out extends number = number> extends Convolution<
  In,
  Out,
  Conv1dOptions
> {
  declare readonly weight: Parameter<readonly [Out, number, number]>;

  constructor(inChannels: In, outChannels: Out, kernelSize: number, options: Conv1dLayerOptions) {
    super(inChannels, outChannels, kernelSize, options, { window: CONV1D, axes: 1, transposed: false });
  }

  override forward<Batch extends number>(
    x: Tensor<readonly [Batch, In, number]>,
  ): Tensor<readonly [Batch, Out, number]>;
  override forward(x: Tensor): Tensor;
  override forward(x: Tensor): Tensor {
    return convolveSignals(this.title(), x, this.weight, this.bias, this.window);
  }
}

/**
 * Transposed convolution of images: x [N, in, H, W] ⇒ [N, out, rows, columns], weight [in, out/groups, kh, kw], bias [out];
 * the formula and the sizes are those of `convTranspose2d`.
 *
 * The fans are fanIn = in/groups · kh · kw / (stride along both axes) and fanOut = out/groups · kh · kw: with stride s,
 * one element of the kernel in s meets a pixel along an axis.
 * @throws ArgumentError for options out of range, or groups that do not divide the channels; `forward` throws ShapeError
 *   for images of other channels or without a batch
 */
export class ConvTranspose2d<In extends number = number, Out extends number = number> extends Convolution<
  In,
  Out,
  ConvTransposeOptions
> {
  declare readonly weight: Parameter<readonly [In, number, number, number]>;

  constructor(inChannels: In, outChannels: Out, kernelSize: PerAxis, options: ConvTranspose2dLayerOptions) {
    super(inChannels, outChannels, kernelSize, options, {
      window: CONV_TRANSPOSE,
      axes: 2,
      transposed: true,
    });
    // What is out of range is refused here, and not at the first image.
    transposedWindow('ConvTranspose2d', both(kernelSize), this.window);
  }

  override forward<Batch extends number>(
    x: Tensor<readonly [Batch, In, number, number]>,
  ): Tensor<readonly [Batch, Out, number, number]>;
  override forward(x: Tensor): Tensor;
  override forward(x: Tensor): Tensor {
    return transposeImages(this.title(), x, this.weight, this.bias, this.window);
  }
}
