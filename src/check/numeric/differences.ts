/**
 *  * Finite differences: the slopes that a gradient is compared with. f runs a small step to the right of x and a small
 * step to the left, and the difference of the values is divided by the distance.
 *  *
 *
 * Previous: src/io/files.ts · Next: src/check/verdict/judge.ts
 */
import type { FloatArray, Tensor } from '../../core.js';
import { type Subject, valuesOf } from '../terms/subject.js';

/** f with x moved by t in one direction: the values there, and the distance that x moved after x + t was rounded. */
export type Perturbed = (t: number) => { readonly values: FloatArray; readonly reached: number };

/** The central difference with one step h, for every output. */
export interface CentralDifference {
  /** (f(x+h) − f(x−h)) / 2h */
  readonly slope: Float64Array;
  /** (f(x+h) − 2f(x) + f(x−h)) / h: the gap between the slopes to both sides. */
  readonly bend: Float64Array;
  /** The largest of |f(x−h)|, |f(x)| and |f(x+h)|, to which their rounding is proportional. */
  readonly size: Float64Array;
}

/** Takes the central difference of every output with the step h. `base` holds the values at x itself. */
export function centralDifference(perturbed: Perturbed, base: FloatArray, h: number): CentralDifference {
  const right = perturbed(h);
  const left = perturbed(-h);
  const slope = new Float64Array(base.length);
  const bend = new Float64Array(base.length);
  const size = new Float64Array(base.length);
  for (let m = 0; m < base.length; m++) {
    const here = base[m]!;
    const [up, down] = [right.values[m]!, left.values[m]!];
    const [after, before] = [(up - here) / right.reached, (down - here) / left.reached];
    slope[m] = balanced(before, after, left.reached, right.reached);
    bend[m] = after - before;
    size[m] = Math.max(...[here, up, down].filter(Number.isFinite).map(Math.abs));
  }
  return { slope, bend, size };
}

/**
 * The slope at x, from the slopes `before` and `after` x and the distances `left` < 0 and `right` > 0. It is exact for
 * a parabola, also where rounding made the distances unequal.
 */
export function balanced(before: number, after: number, left: number, right: number): number {
  return (right * before - left * after) / (right - left);
}

/** f with element n of x moved by t · max(1, |xₙ|). Each call restores x. */
export function perturbElement(subject: Subject, { data }: Tensor, n: number): Perturbed {
  const x = data[n]!;
  const stretch = Math.max(1, Math.abs(x));
  return (t) => {
    data[n] = x + t * stretch;
    const reached = data[n]! - x;
    try {
      return { values: valuesOf(subject), reached };
    } finally {
      data[n] = x;
    }
  };
}

/** f with x moved by t · stretch · v. Each call restores x. */
export function perturbAlong(subject: Subject, { data }: Tensor, v: FloatArray, stretch: number): Perturbed {
  const x = data.slice();
  return (t) => {
    for (let i = 0; i < x.length; i++) data[i] = x[i]! + t * stretch * v[i]!;
    try {
      return { values: valuesOf(subject), reached: t * stretch };
    } finally {
      data.set(x);
    }
  };
}
