/** X */
import type { FloatArray, Tensor } from '../../index.js';
import { type Subject, valuesOf } from '../terms/subject.js';

/** f along a line: the values at distance t, and the distance that was really reached after rounding x + t. */
export type Line = (t: number) => { readonly values: FloatArray; readonly reached: number };

/** (f(x+h) − f(x−h)) / 2h for every output. */
export interface Central {
  readonly slope: Float64Array;
  /** (f(x+h) − 2f(x) + f(x−h)) / h: the gap between both sides' slopes. */
  readonly bend: Float64Array;
  /** The largest of the values' sizes, which is what their rounding goes by. */
  readonly size: Float64Array;
}

export function central(line: Line, base: FloatArray, h: number): Central {
  const right = line(h);
  const left = line(-h);
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

/** x with its element n moved by t · max(1, |xₙ|), restored before anyone else looks. */
export function elementLine(subject: Subject, { data }: Tensor, n: number): Line {
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
