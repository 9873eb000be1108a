/** Takes the gradients of a recorded run for given cotangents, and measures how large the numbers inside f are. */
import {
  type FloatArray,
  gradients,
  type Node,
  type Observer,
  observe,
  type Shape,
  Tensor,
} from '../../core.js';
import type { Subject } from '../terms/subject.js';
import { largest } from './vectors.js';

/** The recorded run of f at x itself. */
export interface RecordedRun {
  readonly output: Tensor;
  /** A copy of the output's values. */
  readonly base: FloatArray;
  /** For each node of the tape, the size of the numbers that its op computes with. */
  readonly sizes: ReadonlyMap<Node, number>;
}

/** Maps a cotangent u, as raw numbers, to Jᵀ·u: one gradient for each leaf. */
export type Pullback = (cotangent: FloatArray) => readonly FloatArray[];

/** The pullback that walks the tape of `output`. The tape is retained, so the pullback can be called again. */
export function pullbackOf({ leaves }: Subject, output: Tensor): Pullback {
  return (cotangent) => {
    const seed = new Tensor(cotangent, output.shape as Shape);
    return gradients(output, leaves, { seed, retainGraph: true }).map((g) => g.data);
  };
}

/**
 * The size of the largest term inside f, which decides how much rounding inside f adds to ⟨u, f⟩ for a cotangent u. The
 * term of a node is the size of the numbers that its op computes with, times the gradient of its output. The size is
 * taken as 1 where it is not known, as for nodes that rules recorded.
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
