/**
 * The question that a check asks: what slope do finite differences see? Run f a small step to the right of x and a
 * small step to the left, and divide the difference of the values by the distance.
 *
 * Previous: src/train/loop.ts · Next: src/check/verdict/judge.ts
 */
import type { FloatArray, Tensor } from '../../index.js';
import { type Subject, valuesOf } from '../terms/subject.js';

/** f at x moved by t in one direction: the values there, and how far x really moved after x + t was rounded. */
export type Perturbed = (t: number) => { readonly values: FloatArray; readonly reached: number };

/** (f(x+h) − f(x−h)) / 2h for every output. */
export interface CentralDifference {
  readonly slope: Float64Array;
  /** (f(x+h) − 2f(x) + f(x−h)) / h: the gap between both sides' slopes. */
  readonly bend: Float64Array;
  /** The largest of the values' sizes, which is what their rounding goes by. */
  readonly size: Float64Array;
}

/** The central difference of every output for a step h; `base` holds the values at x itself. */
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
 * The slope at x from the slopes of both sides, exact for a parabola also where x + h and x − h were rounded to
 * unequal distances.
 */
export function balanced(before: number, after: number, left: number, right: number): number {
  return (right * before - left * after) / (right - left);
}

/** f with element n of x moved by t · max(1, |xₙ|); each call restores x. */
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
