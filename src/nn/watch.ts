/** Runs a model and tells what its layers put out. */

import type { Tensor } from '../autograd/graph.js';
import { noGrad } from '../autograd/record.js';
import type { AnyModule } from './module.js';

/**
 * Runs `model` once on `input`, in evaluation mode and without recording, and calls `seen` with the output of each of
 * the `layers`, in the order in which they run. Afterwards the layers and the modes of all modules are what they were,
 * even if the model throws.
 */
export function runWatched<Layer extends AnyModule>(
  model: AnyModule,
  layers: readonly Layer[],
  input: Tensor,
  seen: (layer: Layer, output: unknown) => void,
): void {
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  const restore = layers.map((layer) => watch(layer, (output) => seen(layer, output)));
  try {
    model.eval();
    noGrad(() => model.forward(input));
  } finally {
    for (const undo of restore) undo();
    for (const [module, training] of modes) module.training = training;
  }
}

/** Puts a forward in the place of the layer's own that tells `seen` of each output. Returns the way back. */
function watch(layer: AnyModule, seen: (output: unknown) => void): () => void {
  const { forward } = layer;
  const field = Object.getOwnPropertyDescriptor(layer, 'forward');
  layer.forward = (...inputs: unknown[]) => {
    const output = forward.apply(layer, inputs);
    seen(output);
    return output;
  };
  return () => {
    delete (layer as { forward?: unknown }).forward;
    // A forward that is an arrow function in a field belongs to the layer itself, not to its class.
    if (field) Object.defineProperty(layer, 'forward', field);
  };
}
