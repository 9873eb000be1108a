/** Watching the tape at work, for anomaly detection, tape pictures and the gradient checker. */
import { ArgumentError } from '../base/errors.js';
import { kindOf } from '../base/kind.js';
import { needFunction } from '../base/words.js';
import type { Node, Op, Tensor } from './graph.js';

/** Someone who watches the tape at work. */
export interface Observer {
  /** After an op ran; `output.node` is its node if the step was recorded. */
  forward?(op: Op, inputs: readonly Tensor[], output: Tensor, attrs: unknown): void;
  /** After the rules of a node ran, before the gradients travel on. */
  gradients?(node: Node, gradient: Tensor, inputGradients: readonly (Tensor | null)[]): void;
}

let observer: Observer | null = null;
/** False during a walk back: the ops inside rules are not the program's. */
let forwardTold = true;

/** Runs `fn` while `watcher`, and nobody else, is told of every op and every rule. The ops inside rules are not told. */
export function observe<T>(watcher: Observer | null, fn: () => T): T {
  needFunction('observe', fn);
  if (watcher !== null && typeof watcher?.forward !== 'function' && typeof watcher?.gradients !== 'function')
    throw new ArgumentError(
      'observe',
      `expected an observer { forward, gradients }, or null, got ${kindOf(watcher)}`,
    );
  return switched(watcher, true, fn);
}

/** Runs a walk back, whose own ops the observer is not told of. */
export function walkQuietly(walk: () => void): void {
  if (observer) switched(observer, false, walk);
  else walk();
}

function switched<T>(watcher: Observer | null, told: boolean, fn: () => T): T {
  const before = [observer, forwardTold] as const;
  [observer, forwardTold] = [watcher, told];
  try {
    return fn();
  } finally {
    [observer, forwardTold] = before;
  }
}

/** Tells the observer, if there is one, that an op ran. */
export function tellObserver(op: Op, inputs: readonly Tensor[], output: Tensor, attrs: unknown): void {
  if (observer && forwardTold) observer.forward?.(op, inputs, output, attrs);
}

/** Tells the observer, if there is one, what the rules of a node returned. */
export function tellObserverGradients(
  node: Node,
  gradient: Tensor,
  inputGradients: readonly (Tensor | null)[],
): void {
  if (observer) observer.gradients?.(node, gradient, inputGradients);
}
