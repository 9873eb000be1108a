/** Layers that run one after the other. */

import { Tensor } from '../autograd/graph.js';
import { ArgumentError } from '../base/errors.js';
import { kindOf, refuseForeign } from '../base/kind.js';
import { needTensors } from '../base/words.js';
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
    for (const [i, layer] of layers.entries()) {
      refuseForeign('Sequential', layer);
      if (!(layer instanceof Module || typeof layer === 'function'))
        throw new ArgumentError(
          'Sequential',
          `layer ${i} is ${kindOf(layer)}; ${Array.isArray(layer) ? 'spread it, new Sequential(...layers)' : 'expected a module or a function of a tensor'}`,
        );
    }
    this.layers = layers;
  }

  override forward(x: Tensor): Tensor {
    needTensors('Sequential', x);
    return this.layers.reduce((h, layer, i) => {
      const y: unknown = layer instanceof Module ? layer.forward(h) : layer(h);
      if (y instanceof Tensor) return y;
      throw new ArgumentError(
        'Sequential',
        `layer ${i} returned ${kindOf(y)}; expected a Tensor, which the next layer takes. Is a return missing?`,
      );
    }, x);
  }

  protected override describe(): string {
    return this.layers
      .map((layer) => (layer instanceof Module ? layer.constructor.name : layer.name || 'function'))
      .join(', ');
  }
}
