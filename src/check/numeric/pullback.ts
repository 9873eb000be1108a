/** The analytic side: the gradients that backward() gives for a cotangent, and how large the numbers inside f are. */
import {
  type FloatArray,
  gradients,
  type Node,
  type Observer,
  observe,
  type Shape,
  Tensor,
} from '../../index.js';
import type { Subject } from '../terms/subject.js';
import { largest } from './vectors.js';

/** The recorded run of f at x itself. */
export interface RecordedRun {
  readonly output: Tensor;
  /** A copy of the output's values. */
  readonly base: FloatArray;
  /** How large the numbers are that each node of the tape computes with. */
  readonly sizes: ReadonlyMap<Node, number>;
}

/** Plays the recorded tape back from a cotangent of raw numbers; returns one gradient for each leaf. */
export type Pullback = (cotangent: FloatArray) => readonly FloatArray[];

export function pullbackOf({ leaves }: Subject, output: Tensor): Pullback {
  return (cotangent) => {
    const seed = new Tensor(cotangent, output.shape as Shape);
    return gradients(output, leaves, { seed, retainGraph: true }).map((g) => g.data);
  };
}

/**
 * The largest term that rounding inside f goes by: the numbers an op computes with, times the gradient of what it
 * returned. What rules recorded is not known by its numbers, and taken to be of size 1.
 */
export function insideOf(pull: Pullback, { base, sizes }: RecordedRun, cotangent: FloatArray): number {
  let inside = largest(Float64Array.from(base, (y, m) => y * cotangent[m]!));
  const watcher: Observer = {
    gradients(node, gradient) {
      const term = largest(gradient.data) * (sizes.get(node) ?? 1);
      if (term > inside && term < Infinity) inside = term;
    },
  };
  observe(watcher, () => pull(cotangent));
  return inside;
}
