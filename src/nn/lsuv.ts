/** LSUV for modules: the data-dependent initialiser applied to the linear layers of a model. */

import type { Tensor } from '../autograd/graph.js';
import { noGrad } from '../autograd/record.js';
import { type LsuvOptions, type LsuvReport, lsuv } from '../init/lsuv.js';
import { Linear } from './linear.js';
import type { Module } from './module.js';

/**
 * Scales the weight of every Linear layer so that its output on `batch` has standard deviation 1, layer by layer in
 * the order in which they run. Evaluation mode, nothing recorded; buffers and biases stay as they are.
 */
export function lsuvInit(model: Module, batch: Tensor, options: LsuvOptions = {}): LsuvReport[] {
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  try {
    model.eval();
    const layers = inOrder(model, batch);
    return lsuv(
      layers.map(([name, layer]) => ({
        name,
        scale: (factor) => void layer.weight.assign(layer.weight.data.map((w) => w * factor)),
        output: () => outputOf(model, layer, batch),
      })),
      options,
    );
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

function inOrder(model: Module, batch: Tensor): [string, Linear][] {
  const linears = model
    .namedModules()
    .filter((entry): entry is [string, Linear] => entry[1] instanceof Linear);
  const order: [string, Linear][] = [];
  const wrapped = linears.map((entry) => watch(entry[1], () => order.includes(entry) || order.push(entry)));
  try {
    noGrad(() => model.forward(batch));
  } finally {
    for (const restore of wrapped) restore();
  }
  return order;
}

function outputOf(model: Module, layer: Linear, batch: Tensor): ArrayLike<number> {
  let output: Tensor | null = null;
  const restore = watch(layer, (y) => (output ??= y));
  try {
    noGrad(() => model.forward(batch));
  } finally {
    restore();
  }
  return (output as Tensor | null)?.data ?? [];
}

/** Tells `seen` of the layer's outputs until the returned function is called. */
function watch(layer: Linear, seen: (output: Tensor) => unknown): () => void {
  const forward = layer.forward;
  const own = Object.getOwnPropertyDescriptor(layer, 'forward');
  layer.forward = ((x: Tensor) => {
    const output = forward.call(layer, x);
    seen(output);
    return output;
  }) as typeof layer.forward;
  return () => {
    if (own) Object.defineProperty(layer, 'forward', own);
    else delete (layer as { forward?: unknown }).forward;
  };
}
