/** Who watches the tape at work. Read before: {@link tape.ts}. */
import type { Op } from './op.js';
import type { Node } from './tape.js';
import type { Tensor } from './tensor.js';

/** Someone who watches the tape at work: anomaly detection, tape pictures, the gradient checker. */
export interface Observer {
  /** After an op ran; `output.node` is its node if it was recorded. */
  forward?(op: Op, inputs: readonly Tensor[], output: Tensor, attrs: unknown): void;
  /** After a node's rules ran, before the gradients travel on. */
  gradients?(node: Node, gradient: Tensor, inputGradients: readonly (Tensor | null)[]): void;
}

export let observer: Observer | null = null;

/** Runs `fn` while `watcher`, and nobody else, is told of every op and every rule. What rules compute inside is not told. */
export function observe<T>(watcher: Observer | null, fn: () => T): T {
  const before = observer;
  observer = watcher;
  try {
    return fn();
  } finally {
    observer = before;
  }
}
