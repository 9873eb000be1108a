/**
 * Making nodes while the program runs, and the switch that says whether nodes are made.
 *
 * Previous: src/autograd/graph.ts · Next: src/autograd/op.ts
 */
import { needFunction, refusePromise } from '../base/words.js';
import { enterNoGrad, leaveNoGrad } from './cut.js';
import { Node, type Op, type Saved, type Source, Tensor } from './graph.js';
import { warnOfGrowth } from './guard/lint.js';

let position = 0;

/** The position of the next node: the number of nodes made so far. */
export function tapePosition(): number {
  return position;
}

/** Records that an op ran: makes the node, and lets the output point to the node. */
export function record(output: Tensor, op: Op, inputs: readonly Tensor[], attrs: unknown): void {
  link(output, op, inputs.map(sourceOf), op.save({ inputs, output, attrs }), attrs);
}

/** Makes a node whose inputs have these sources, and lets the output point to it. */
export function link(output: Tensor, op: Op, sources: readonly Source[], saved: Saved, attrs: unknown): void {
  const guarded = tensorsIn(saved);
  const versions = guarded.map(({ version }) => version);
  const { shape, dtype } = output;
  const node = new Node(position++, op, sources, attrs, saved, guarded, versions, shape, dtype);
  warnOfGrowth(node);
  output.node = node;
}

/** The source of an input. */
export const sourceOf = (tensor: Tensor): Source => tensor.node ?? tensor;

/** The tensors among what was saved, by themselves or in lists. */
function tensorsIn(saved: Saved): Tensor[] {
  const tensors: Tensor[] = [];
  for (const key in saved) {
    const value = saved[key];
    if (value instanceof Tensor) tensors.push(value);
    else if (Array.isArray(value)) for (const one of value) if (one instanceof Tensor) tensors.push(one);
  }
  return tensors;
}

let recording = true;

/** True while nodes are made. */
export function isRecording(): boolean {
  return recording;
}

/** Runs `fn` with recording switched on or off, and restores the switch whatever happens in between. */
export function withRecording<T>(on: boolean, fn: () => T): T {
  const before = recording;
  recording = on;
  try {
    return fn();
  } finally {
    recording = before;
  }
}

/** Runs `fn` without recording, so that `fn` computes constants. Evaluation and updates of parameters need no tape. */
export function noGrad<T>(fn: () => T): T {
  needFunction('noGrad', fn);
  enterNoGrad();
  try {
    const value = withRecording(false, fn);
    refusePromise('noGrad', value, 'recording cannot stay off across an await; await first, then call it');
    return value;
  } finally {
    leaveNoGrad();
  }
}
