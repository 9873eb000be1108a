/** Normalisation layers that treat training and evaluation alike. Their ops are in ops/normalisation.ts. */

import type { Tensor } from '../autograd/graph.js';
import { type Dtype, needDtype } from '../base/array.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import { random } from '../base/random.js';
import { label, type Shape, sameShape } from '../base/shape.js';
import { type Check, checkOptions, needFlag, needNumber, needTensors } from '../base/words.js';
import { ones, zeros } from '../init/basic.js';
import { EPS, groupNorm, instanceNorm, layerNorm, rmsNorm } from '../ops/normalisation.js';
import { Module, Parameter } from './module.js';

/** A weight of a normalisation: ones at first. Ones and zeros need no chance, and draw nothing from their generator. */
export function scales<S extends Shape>(shape: S, dtype: Dtype): Parameter<S> {
  return new Parameter(shape, { init: ones(), rng: random(0), dtype });
}

/** A bias of a normalisation: zeros at first. */
export function shifts<S extends Shape>(shape: S, dtype: Dtype): Parameter<S> {
  return new Parameter(shape, { init: zeros(), rng: random(0), dtype });
}

/** Options of {@link RMSNorm}. */
export interface RMSNormOptions {
  /** What is added to the mean square under the root, ≥ 0. Default 1e-6. */
  eps?: number;
  /** Whether there is a weight. Default true. */
  elementwiseAffine?: boolean;
  /** Default float32. */
  dtype?: Dtype;
}
const RMS_NORM: Record<keyof RMSNormOptions, Check> = {
  eps: EPS,
  elementwiseAffine: needFlag,
  dtype: needDtype,
};

/** Options of {@link LayerNorm}. */
export interface LayerNormOptions {
  /** What is added to the variance under the root, ≥ 0. Default 1e-5. */
  eps?: number;
  /** Whether there are a weight and a bias. Default true. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight. Default true. */
  bias?: boolean;
  /** Default float32. */
  dtype?: Dtype;
}
const LAYER_NORM: Record<keyof LayerNormOptions, Check> = { ...RMS_NORM, bias: needFlag };

/** What layers share whose rows are the last axes of the input. */
abstract class TrailingNorm extends Module {
  /** The sizes of the last axes of the input, over which the layer normalises. */
  readonly normalizedShape: Shape;
  abstract readonly eps: number;
  abstract readonly weight: Parameter | null;

  constructor(normalizedShape: number | Shape) {
    super();
    const sizes = Array.isArray(normalizedShape) ? (normalizedShape as Shape) : [normalizedShape as number];
    if (sizes.length === 0 || !sizes.every((size) => Number.isInteger(size) && size >= 1))
      throw new ArgumentError(
        this.constructor.name,
        `normalizedShape is a whole number ≥ 1, or a list of them, got ${Array.isArray(normalizedShape) ? formatShape(sizes) : shown(normalizedShape)}`,
      );
    this.normalizedShape = [...sizes];
  }

  /** The axes to normalise over: as many as `normalizedShape` has, from the end. */
  protected axesOf(x: Tensor): number[] {
    needTensors(this.constructor.name, x);
    const lead = x.rank - this.normalizedShape.length;
    if (lead < 0 || !sameShape(x.shape.slice(lead), this.normalizedShape))
      throw new ShapeError(
        `${this.constructor.name}(${formatShape(this.normalizedShape)})`,
        `expected an input [..., ${this.normalizedShape.join(', ')}], got ${label(x)}`,
        [x.shape, this.normalizedShape],
      );
    return this.normalizedShape.map((_, i) => lead + i);
  }

  protected override describe(): string {
    return `${formatShape(this.normalizedShape)}, eps=${this.eps}${this.weight ? '' : ', not affine'}`;
  }
}

/**
 * y = (x − mean x) / √(variance x + ε) ⊙ weight + bias, with mean and variance (divisor n) over the last axes, each row by
 * itself: x [..., ...normalizedShape] ⇒ y of the same shape. Weight [...normalizedShape], ones at first, and bias, zeros.
 * @param normalizedShape the sizes of the last axes, or the size of the last one
 * @throws ShapeError if the last axes of x have other sizes
 * @source Ba, Kiros and Hinton 2016
 */
export class LayerNorm extends TrailingNorm {
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(normalizedShape: number | Shape, options: LayerNormOptions = {}) {
    super(normalizedShape);
    checkOptions('LayerNorm', options, LAYER_NORM);
    const { eps = 1e-5, elementwiseAffine = true, bias = true, dtype = 'float32' } = options;
    this.eps = eps;
    this.weight = elementwiseAffine ? scales(this.normalizedShape, dtype) : null;
    this.bias = elementwiseAffine && bias ? shifts(this.normalizedShape, dtype) : null;
  }

  override forward(x: Tensor): Tensor {
    return layerNorm(x, this.axesOf(x), this.weight, this.bias, { eps: this.eps });
  }
}

/**
 * y = x / √(mean x² + ε) ⊙ weight, with the mean over the last axes: x [..., ...normalizedShape] ⇒ y of the same shape.
 * Weight [...normalizedShape], ones at first. No mean is taken off, and there is no bias.
 * @param normalizedShape the sizes of the last axes, or the size of the last one
 * @throws ShapeError if the last axes of x have other sizes
 * @source Zhang and Sennrich 2019
 */
export class RMSNorm extends TrailingNorm {
  readonly eps: number;
  readonly weight: Parameter | null;

  constructor(normalizedShape: number | Shape, options: RMSNormOptions = {}) {
    super(normalizedShape);
    checkOptions('RMSNorm', options, RMS_NORM);
    const { eps = 1e-6, elementwiseAffine = true, dtype = 'float32' } = options;
    this.eps = eps;
    this.weight = elementwiseAffine ? scales(this.normalizedShape, dtype) : null;
  }

  override forward(x: Tensor): Tensor {
    return rmsNorm(x, this.axesOf(x), this.weight, { eps: this.eps });
  }
}

/** Options of {@link GroupNorm} and {@link InstanceNorm2d}. */
export interface ChannelNormOptions {
  /** What is added to the variance under the root, ≥ 0. Default 1e-5. */
  eps?: number;
  /** Whether there are a weight and a bias, one number a channel. Default true for GroupNorm, false for InstanceNorm2d. */
  affine?: boolean;
  /** Default float32. */
  dtype?: Dtype;
}
const CHANNEL_NORM: Record<keyof ChannelNormOptions, Check> = {
  eps: EPS,
  affine: needFlag,
  dtype: needDtype,
};

/**
 * Standardises groups of channels, each image by itself: the C channels of x [N, C, ...] are split into `numGroups` groups of
 * neighbours, and each group gets mean 0 and variance 1 (divisor n). Then each channel has its weight and bias [C].
 * @throws ArgumentError unless the channels split evenly; ShapeError unless x has that many
 * @source Wu and He 2018
 */
export class GroupNorm extends Module {
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(
    readonly numGroups: number,
    readonly numChannels: number,
    options: ChannelNormOptions = {},
  ) {
    super();
    checkOptions('GroupNorm', options, CHANNEL_NORM);
    needNumber('GroupNorm', 'numGroups', numGroups, { least: 1, whole: true });
    needNumber('GroupNorm', 'numChannels', numChannels, { least: 1, whole: true });
    if (numChannels % numGroups !== 0)
      throw new ArgumentError('GroupNorm', `${numChannels} channels do not split into ${numGroups} groups`);
    const { eps = 1e-5, affine = true, dtype = 'float32' } = options;
    this.eps = eps;
    this.weight = affine ? scales([numChannels], dtype) : null;
    this.bias = affine ? shifts([numChannels], dtype) : null;
  }

  override forward(x: Tensor): Tensor {
    needTensors('GroupNorm', x);
    if (x.rank < 2 || x.shape[1] !== this.numChannels)
      throw new ShapeError(
        `GroupNorm(${this.numGroups}, ${this.numChannels})`,
        `expected an input [N, ${this.numChannels}, ...], got ${label(x)}`,
        [x.shape],
      );
    return groupNorm(x, this.numGroups, this.weight, this.bias, { eps: this.eps });
  }

  protected override describe(): string {
    return `${this.numGroups} groups of ${this.numChannels / this.numGroups} channels, eps=${this.eps}${this.weight ? '' : ', not affine'}`;
  }
}

/**
 * Standardises each channel of each image by itself: x [N, C, H, W], mean 0 and variance 1 (divisor n) of every plane. With
 * `affine`, each channel has its weight and bias [C].
 * @throws ShapeError unless x has that layout, and planes of more than one pixel
 * @source Ulyanov, Vedaldi and Lempitsky 2016
 */
export class InstanceNorm2d extends Module {
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(
    readonly numFeatures: number,
    options: ChannelNormOptions = {},
  ) {
    super();
    checkOptions('InstanceNorm2d', options, CHANNEL_NORM);
    needNumber('InstanceNorm2d', 'numFeatures', numFeatures, { least: 1, whole: true });
    const { eps = 1e-5, affine = false, dtype = 'float32' } = options;
    this.eps = eps;
    this.weight = affine ? scales([numFeatures], dtype) : null;
    this.bias = affine ? shifts([numFeatures], dtype) : null;
  }

  override forward(x: Tensor): Tensor {
    needTensors('InstanceNorm2d', x);
    if (x.rank !== 4 || x.shape[1] !== this.numFeatures)
      throw new ShapeError(
        `InstanceNorm2d(${this.numFeatures})`,
        `expected an input [N, ${this.numFeatures}, H, W], got ${label(x)}`,
        [x.shape],
      );
    return instanceNorm(x, this.weight, this.bias, { eps: this.eps });
  }

  protected override describe(): string {
    return `${this.numFeatures}, eps=${this.eps}${this.weight ? ', affine' : ''}`;
  }
}
