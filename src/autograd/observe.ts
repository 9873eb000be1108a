/** Watching the tape at work, for anomaly detection, tape pictures and the gradient checker. */
import { ArgumentError } from '../base/errors.js';
import { kindOf } from '../base/kind.js';
import { needFunction } from '../base/words.js';
import type { Node, Op, Tensor } from './graph.js';

/** Someone who watches the tape at work. */
export interface Observer {
  /** Before the forward of an op runs. */
  inputs?(op: Op, inputs: readonly Tensor[]): void;
  /** After an op ran; `output.node` is its node if the step was recorded. */
  forward?(op: Op, inputs: readonly Tensor[], output: Tensor, attrs: unknown): void;
  /** Before a walk back from `output`. */
  start?(output: Tensor): void;
  /** Before the rules of a node run, on the gradient of its output. */
  gradient?(node: Node, gradient: Tensor): void;
  /** After the rules of a node ran, before the gradients travel on. */
  gradients?(node: Node, gradient: Tensor, inputGradients: readonly (Tensor | null)[]): void;
  /** After a walk back. */
  walked?(): void;
}

let observer: Observer | null = null;
/** False during a walk back, where the ops inside rules are not the program's. */
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

/**
 * Runs a walk back from `output`. The observer is told that it begins and ends, and not of the walk's own ops. A walk that a
 * rule begins is a part of the walk that runs the rule.
 */
export function walkQuietly(output: Tensor, walk: () => void): void {
  if (observer && forwardTold) {
    observer.start?.(output);
    switched(observer, false, walk);
    observer.walked?.();
  } else walk();
}

/** Runs a part of the program again, in the middle of a walk. The observer is told of its ops, as they are the program's. */
export function runLoudly(part: () => void): void {
  switched(observer, true, part);
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

/** Tells the observer, if there is one, that the forward of an op is about to run. */
export function tellObserverInputs(op: Op, inputs: readonly Tensor[]): void {
  if (observer && forwardTold) observer.inputs?.(op, inputs);
}

/** Tells the observer, if there is one, that an op ran. */
export function tellObserver(op: Op, inputs: readonly Tensor[], output: Tensor, attrs: unknown): void {
  if (observer && forwardTold) observer.forward?.(op, inputs, output, attrs);
}

/** Tells the observer, if there is one, that the rules of a node are about to run. */
export function tellObserverGradient(node: Node, gradient: Tensor): void {
  if (observer) observer.gradient?.(node, gradient);
}

/** Tells the observer, if there is one, what the rules of a node returned. */
export function tellObserverGradients(
  node: Node,
  gradient: Tensor,
  inputGradients: readonly (Tensor | null)[],
): void {
  if (observer) observer.gradients?.(node, gradient, inputGradients);
}
