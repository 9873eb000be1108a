/**
 * The linear layer: a product with a weight, and a bias.
 *
 * Previous: src/nn/module.ts · Next: src/init/initializer.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { type Dtype, needDtype } from '../base/array.js';
import { formatShape, ShapeError } from '../base/errors.js';
import type { Rng } from '../base/random.js';
import type { Shape } from '../base/shape.js';
import { type Check, checkOptions, needFlag, needGenerator, needNumber, needTensors } from '../base/words.js';
import { zeros } from '../init/basic.js';
import { linearFans } from '../init/fans.js';
import { type Initializer, needInitializer } from '../init/initializer.js';
import { heNormal } from '../init/variance.js';
import { linear } from '../ops/matmul.js';
import { titled } from './input.js';
import { Module, Parameter } from './module.js';

/** Options of {@link Linear}. */
export interface LinearOptions {
  /** The generator that the first values are drawn from. */
  rng: Rng;
  /** Draws W. Default `heNormal()`, which keeps the size of signals from layer to layer if relu follows. */
  init?: Initializer;
  /** Whether there is a b. Default true. */
  bias?: boolean;
  /** Draws b. Default `zeros()`. */
  biasInit?: Initializer;
  /** Default float32. */
  dtype?: Dtype;
}

/** The checks of {@link LinearOptions}. */
export const LINEAR: Record<keyof LinearOptions, Check | null> = {
  rng: null,
  init: needInitializer,
  bias: needFlag,
  biasInit: needInitializer,
  dtype: needDtype,
};

/**
 * y = x · W + b, on the last axis: x [..., in] ⇒ y [..., out], W [in, out], b [out].
 * @throws ShapeError if the last axis of x is not `inFeatures` long
 */
export class Linear<In extends number = number, Out extends number = number> extends Module {
  readonly weight: Parameter<readonly [In, Out]>;
  readonly bias: Parameter<readonly [Out]> | null;

  constructor(
    readonly inFeatures: In,
    readonly outFeatures: Out,
    options: LinearOptions,
  ) {
    super();
    checkOptions('Linear', options ?? {}, LINEAR);
    needNumber('Linear', 'inFeatures', inFeatures, { least: 1, whole: true });
    needNumber('Linear', 'outFeatures', outFeatures, { least: 1, whole: true });
    const { rng, init = heNormal(), bias = true, biasInit = zeros(), dtype = 'float32' } = { ...options };
    needGenerator('Linear', rng, 'for its weights');
    this.weight = new Parameter([inFeatures, outFeatures] as const, {
      init,
      fans: linearFans(inFeatures, outFeatures),
      rng,
      dtype,
    });
    this.bias = bias ? new Parameter([outFeatures] as const, { init: biasInit, rng, dtype }) : null;
  }

  override forward<Batch extends number>(x: Tensor<readonly [Batch, In]>): Tensor<readonly [Batch, Out]>;
  override forward(x: Tensor): Tensor;
  override forward(x: Tensor): Tensor {
    needTensors('Linear', x);
    const width = x.shape[x.rank - 1];
    if (width !== this.inFeatures)
      throw new ShapeError(
        titled(`Linear(${this.inFeatures} → ${this.outFeatures})`, this.weight),
        `the input ${formatShape(x.shape)} has ${width ?? 'no'} features on its last axis, expected ${this.inFeatures}; flatten() images first, or build the layer with ${width}`,
        [x.shape, this.weight.shape],
      );
    return linear(x, this.weight, this.bias);
  }

  protected override describe(): string {
    const shape: Shape = this.weight.shape;
    return `${shape[0]} → ${shape[1]}, ${this.weight.init.describe(this.weight.fans)}${this.bias ? '' : ', no bias'}`;
  }
}
