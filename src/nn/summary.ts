/** A model at a glance: layers, output shapes, parameters, initialisers. */

import { Tensor } from '../autograd/graph.js';
import { noGrad } from '../autograd/record.js';
import { formatShape } from '../base/errors.js';
import { alignedTable } from '../base/format.js';
import type { Shape } from '../base/shape.js';
import { zeros } from '../ops/create.js';
import { type Module, Parameter } from './module.js';

/**
 * A table with a line for each layer that has no layers inside it, in the order in which they run on an input of
 * the given shape: output shape, number of parameters, and how they were initialised. Runs the model once in
 * evaluation mode without recording; a layer used twice has two lines and its parameters counted once.
 * @example console.log(summary(model, [1, 784]))
 */
export function summary(model: Module, input: Shape | Tensor): string {
  const names = new Map<Module, string>(model.namedModules().map(([path, module]) => [module, path]));
  const rows: string[][] = [];
  const counted = new Set<Module>();
  const layers = [...names.keys()].filter(
    (module) =>
      ![...names.keys()].some((other) => other !== module && isInside(names.get(other)!, names.get(module)!)),
  );
  runWatched(model, layers, input, (layer, output) => {
    const parameters = counted.has(layer) ? [] : layer.parameters();
    counted.add(layer);
    const inits = parameters.filter((p) => p instanceof Parameter).map((p) => p.init.describe(p.fans));
    rows.push([
      `${names.get(layer) || 'model'}`,
      layer.constructor.name,
      formatShape(output.shape),
      count(parameters.reduce((n, p) => n + p.size, 0)),
      inits.join(' / '),
    ]);
  });
  const total = `${count(model.countParameters())} parameters`;
  return `${alignedTable([['name', 'layer', 'output', 'parameters', 'initialised'], ...rows], [3])}\n${total}`;
}

const isInside = (path: string, outer: string): boolean => outer === '' || path.startsWith(`${outer}.`);
const count = (n: number): string => n.toLocaleString('en');

/** Runs the model with `forward` of the given layers wrapped, and restores everything whatever happens. */
function runWatched(
  model: Module,
  layers: readonly Module[],
  input: Shape | Tensor,
  seen: (layer: Module, output: Tensor) => void,
): void {
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  const fields = layers.map((layer) => [layer, Object.getOwnPropertyDescriptor(layer, 'forward')] as const);
  for (const layer of layers) {
    const forward = layer.forward;
    layer.forward = (...inputs: Tensor[]) => {
      const output = forward.apply(layer, inputs);
      seen(layer, output);
      return output;
    };
  }
  try {
    model.eval();
    noGrad(() => model.forward(input instanceof Tensor ? input : zeros(input)));
  } finally {
    for (const [layer, field] of fields) {
      delete (layer as { forward?: unknown }).forward;
      // A forward may be an arrow function in a field, which belongs to the layer itself.
      if (field) Object.defineProperty(layer, 'forward', field);
    }
    for (const [module, training] of modes) module.training = training;
  }
}
