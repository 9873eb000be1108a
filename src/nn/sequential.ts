/** Layers that run one after the other. */

import type { Tensor } from '../autograd/graph.js';
import { ArgumentError } from '../base/errors.js';
import { kindOf } from '../base/words.js';
import { Module } from './module.js';

/** A layer, or a plain function of a tensor such as `relu`. */
export type Layer = Module | ((x: Tensor) => Tensor);

/**
 * y = f_n(… f₂(f₁(x))).  Each layer is a module of one input, or a function of a tensor.
 * @throws ArgumentError for a layer that is neither
 */
export class Sequential extends Module {
  readonly layers: readonly Layer[];

  constructor(...layers: Layer[]) {
    super();
    for (const [i, layer] of layers.entries())
      if (!(layer instanceof Module || typeof layer === 'function'))
        throw new ArgumentError(
          'Sequential',
          `layer ${i} is ${kindOf(layer)}; ${Array.isArray(layer) ? 'spread it, new Sequential(...layers)' : 'expected a module or a function of a tensor'}`,
        );
    this.layers = layers;
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce((h, layer) => (layer instanceof Module ? layer.forward(h) : layer(h)), x);
  }

  protected override describe(): string {
    return this.layers
      .map((layer) => (layer instanceof Module ? layer.constructor.name : layer.name || 'function'))
      .join(', ');
  }
}
