/** LSUV for modules: applies the data-dependent initialiser to the linear layers of a model. */

import type { Tensor } from '../autograd/graph.js';
import { needModel, needTensors } from '../base/words.js';
import { checkLsuv, type LsuvOptions, type LsuvReport, scaled } from '../init/lsuv.js';
import { Linear } from './linear.js';
import type { AnyModule } from './module.js';
import { runWatched } from './watch.js';

/**
 * Scales the weight of every Linear layer so that its output on `batch` has standard deviation 1, layer by layer in
 * the order in which they run. The model runs in evaluation mode, and nothing is recorded. Biases and buffers stay as
 * they are.
 * @param batch an input of the model, with different rows, so that outputs vary
 * @returns for each layer the standard deviation before and after, and how often it was scaled
 * @throws ArgumentError for whatever lsuv of tapegrad/init refuses, such as an output that is constant
 * @source D. Mishkin and J. Matas, All you need is a good init, 2015
 */
export function lsuvInit(model: AnyModule, batch: Tensor, options: LsuvOptions = {}): LsuvReport[] {
  needModel('lsuvInit', model);
  needTensors('lsuvInit', batch);
  checkLsuv('lsuvInit', options);
  const names = new Map<Linear, string>();
  for (const [name, module] of model.namedModules()) if (module instanceof Linear) names.set(module, name);
  const inOrder = new Set<Linear>();
  runWatched(model, [...names.keys()], batch, (layer) => inOrder.add(layer));
  return scaled(
    'lsuvInit',
    [...inOrder].map((layer) => ({
      name: names.get(layer)!,
      scale: (factor) => void layer.weight.assign(layer.weight.data.map((w) => w * factor)),
      output: () => outputOf(model, layer, batch),
    })),
    options,
  );
}

/** What a layer puts out for the batch. A layer that runs several times counts with its first output. */
function outputOf(model: AnyModule, layer: Linear, batch: Tensor): ArrayLike<number> {
  const outputs: Tensor[] = [];
  runWatched(model, [layer], batch, (_, output) => outputs.push(output as Tensor));
  return outputs[0]?.data ?? [];
}
