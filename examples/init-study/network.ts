/** The network of the study: linear layers with an activation between them. */
import {
  elu,
  gelu,
  leakyRelu,
  noGrad,
  type Rng,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  type Tensor,
  tanh,
} from 'tapegrad';
import type { ImageSet } from 'tapegrad/data';
import type { Initializer } from 'tapegrad/init';
import { Linear, Module } from 'tapegrad/nn';
import { accuracy } from 'tapegrad/train';

/** Activations by the name that `--activation` takes. */
export const ACTIVATIONS = {
  relu: (x: Tensor) => relu(x),
  leakyRelu: (x: Tensor) => leakyRelu(x),
  tanh: (x: Tensor) => tanh(x),
  sigmoid: (x: Tensor) => sigmoid(x),
  elu: (x: Tensor) => elu(x),
  selu: (x: Tensor) => selu(x),
  gelu: (x: Tensor) => gelu(x),
  silu: (x: Tensor) => silu(x),
  softplus: (x: Tensor) => softplus(x),
};

export type ActivationName = keyof typeof ACTIVATIONS;

export class Network extends Module {
  readonly layers: readonly Linear[];
  private readonly activation: (x: Tensor) => Tensor;

  /**
   * @param sizes inputs, units of each hidden layer, classes
   * @param rng each layer draws from a stream of its own, so that initialisations that scale a normal distribution
   *   scale the same draws
   */
  constructor(sizes: readonly number[], activation: ActivationName, init: Initializer, rng: Rng) {
    super();
    this.activation = ACTIVATIONS[activation];
    this.layers = sizes
      .slice(1)
      .map((size, i) => new Linear(sizes[i]!, size, { init, rng: rng.split(`layer ${i}`) }));
  }

  override forward(x: Tensor): Tensor {
    return this.trace(x).at(-1)!;
  }

  /** The outputs of all layers: the activations of the hidden layers, then the logits. */
  trace(x: Tensor): Tensor[] {
    const outputs: Tensor[] = [];
    for (const [i, layer] of this.layers.entries()) {
      const affine = layer.forward(outputs.at(-1) ?? x);
      outputs.push(i < this.layers.length - 1 ? this.activation(affine) : affine);
    }
    return outputs;
  }
}

/** The number of images that run through the network at once. */
const CHUNK = 1000;

/** The share of the images to which the network gives the right label. */
export function accuracyOn(network: Network, images: ImageSet): number {
  let right = 0;
  for (let start = 0; start < images.length; start += CHUNK) {
    const indices = Array.from({ length: Math.min(CHUNK, images.length - start) }, (_, i) => start + i);
    const logits = noGrad(() => network.forward(images.images(indices)));
    right += accuracy(logits, images.labelsOf(indices)) * indices.length;
  }
  return Math.round(right) / images.length;
}
