/** Pooling layers. Each keeps its window and applies the op of the same name. They have no parameters. */

import type { Tensor } from '../autograd/graph.js';
import { checkOptions } from '../base/words.js';
import {
  AVG_POOL_OPTIONS,
  type AvgPoolOptions,
  adaptiveAvgPool2d,
  avgPool2d,
  MAX_POOL_OPTIONS,
  type MaxPoolOptions,
  maxPool2d,
  windowOf,
} from '../ops/pooling.js';
import { both, type PerAxis, perAxis, times } from '../ops/window.js';
import { Module } from './module.js';

/** `2 × 2, stride 2 × 2, padding 1 × 1, ceilMode` */
function described(kernel: PerAxis, options: AvgPoolOptions): string {
  const window = windowOf('', kernel, options);
  const parts = [times(window.kernel), `stride ${times(window.stride)}`];
  if (window.padding.some((size) => size > 0)) parts.push(`padding ${times(window.padding)}`);
  if (options.ceilMode) parts.push('ceilMode');
  if (options.countIncludePad === false) parts.push('padding does not count');
  return parts.join(', ');
}

/**
 * Largest element of each window that moves over images [N, C, H, W]; see {@link maxPool2d}. The stride is the size of the
 * window unless given.
 * @throws ArgumentError for sizes that are no whole numbers, and for padding beyond half of the window
 */
export class MaxPool2d extends Module {
  constructor(
    readonly kernel: PerAxis,
    readonly options: MaxPoolOptions = {},
  ) {
    super();
    checkOptions('MaxPool2d', options, MAX_POOL_OPTIONS);
    windowOf('MaxPool2d', kernel, options);
  }

  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernel, this.options);
  }

  protected override describe(): string {
    return described(this.kernel, this.options);
  }
}

/**
 * Mean of each window that moves over images [N, C, H, W]; see {@link avgPool2d}. The stride is the size of the window unless
 * given.
 * @throws ArgumentError for sizes that are no whole numbers, and for padding beyond half of the window
 */
export class AvgPool2d extends Module {
  constructor(
    readonly kernel: PerAxis,
    readonly options: AvgPoolOptions = {},
  ) {
    super();
    checkOptions('AvgPool2d', options, AVG_POOL_OPTIONS);
    windowOf('AvgPool2d', kernel, options);
  }

  override forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernel, this.options);
  }

  protected override describe(): string {
    return described(this.kernel, this.options);
  }
}

/**
 * Means of windows that cover images [N, C, H, W] evenly, `outputSize` of them; see {@link adaptiveAvgPool2d}. The output size
 * 1 is the mean of a whole image.
 * @throws ArgumentError for a size that is no whole number ≥ 1
 */
export class AdaptiveAvgPool2d extends Module {
  constructor(readonly outputSize: PerAxis) {
    super();
    perAxis(1)('AdaptiveAvgPool2d', 'outputSize', outputSize);
  }

  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }

  protected override describe(): string {
    return times(both(this.outputSize));
  }
}
