/** Prints a model as a table of its layers. */

import { Tensor } from '../autograd/graph.js';
import { formatShape } from '../base/errors.js';
import { alignedTable } from '../base/format.js';
import { checkShape, type Shape } from '../base/shape.js';
import { needModel } from '../base/words.js';
import { zeros } from '../ops/create.js';
import { type AnyModule, Parameter } from './module.js';
import { runWatched } from './watch.js';

/**
 * A table with one line for each layer that has no layers inside it, in the order in which they run: name, class, shape
 * of the output, number of parameters, and how the parameters were initialised. The model runs once, in evaluation mode
 * and without recording. A layer that runs twice has two lines, and its parameters count once.
 * @param input an input of the model, or its shape, which stands for zeros
 * @example console.log(summary(model, [1, 784]))
 */
export function summary(model: AnyModule, input: Shape | Tensor): string {
  needModel('summary', model);
  if (!(input instanceof Tensor)) checkShape('summary', input, 'the shape of an input is a list of');
  const names = new Map<AnyModule, string>(model.namedModules().map(([path, module]) => [module, path]));
  const rows: string[][] = [];
  const counted = new Set<AnyModule>();
  const layers = [...names.keys()].filter(
    (module) =>
      ![...names.keys()].some((other) => other !== module && isInside(names.get(other)!, names.get(module)!)),
  );
  runWatched(model, layers, input instanceof Tensor ? input : zeros(input), (layer, output) => {
    const parameters = counted.has(layer) ? [] : layer.parameters();
    counted.add(layer);
    const inits = parameters.filter((p) => p instanceof Parameter).map((p) => p.init.describe(p.fans));
    rows.push([
      `${names.get(layer) || 'model'}`,
      layer.constructor.name,
      shapesOf(output),
      count(parameters.reduce((n, p) => n + p.size, 0)),
      inits.join(' / '),
    ]);
  });
  const total = `${count(model.countParameters())} parameters`;
  return `${alignedTable([['name', 'layer', 'output', 'parameters', 'initialised'], ...rows], [3])}\n${total}`;
}

/** The shape of an output; those of all tensors in a list or an object, each with its name. */
function shapesOf(output: unknown): string {
  if (output instanceof Tensor) return formatShape(output.shape);
  if (Array.isArray(output)) return output.map(shapesOf).filter(Boolean).join(', ');
  const entries = typeof output === 'object' && output !== null ? Object.entries(output) : [];
  return entries
    .map(([name, value]) => [name, shapesOf(value)])
    .filter(([, shapes]) => shapes)
    .map((entry) => entry.join(' '))
    .join(', ');
}

const isInside = (path: string, outer: string): boolean => outer === '' || path.startsWith(`${outer}.`);
const count = (n: number): string => n.toLocaleString('en');
