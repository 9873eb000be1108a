/** Judges corners along a random direction: takes the direction apart, down to single elements where necessary. */
import type { Part } from '../numeric/grids.js';
import type { SlopeEstimate } from '../numeric/samples.js';
import type { EntryVerdict } from '../terms/verdicts.js';

/** The largest number of elements of a direction that is taken apart completely. */
const FEW = 256;
/** The largest number of parts of a longer direction. */
const MOST_PARTS = 128;
/** The number of parts after which it can be said whether corners are everywhere. */
const DENSE = 16;

/**
 * Judges a direction along which f has a corner. The direction is halved again and again. If f is smooth along a part,
 * the gradient along the part has to equal the slope. If a part is a single element at a corner, the gradient has to
 * lie between the two slopes, and likewise for the parts that are left when there are too many.
 *
 * The direction as a whole cannot be judged, for two reasons. One corner among thousands of elements would hide a wrong
 * gradient of all others behind the gap between its slopes. And if f has corners in many elements, as relu has at a
 * vector of zeros, the cotangent adds them up with either sign, and a right gradient may lie outside the slopes of the
 * sum.
 * @param restricted the direction restricted to the elements `from` … `to` − 1
 * @param single the closer look at one element, and the verdict on it
 * @returns the first verdict that does not pass, else `corner`
 */
export function takeApart(
  elements: number,
  restricted: (from: number, to: number) => Part,
  { relative, eps, slack }: { relative: number; eps: number; slack: number },
  single: (part: Part) => SlopeEstimate & { readonly verdict: EntryVerdict },
): EntryVerdict {
  const most = elements <= FEW ? 2 * FEW : MOST_PARTS;
  const todo: [from: number, to: number][] = [[0, elements]];
  let smoothParts = 0;
  for (let seen = 0; seen < todo.length; seen++) {
    const [from, to] = todo[seen]!;
    const part = restricted(from, to);
    const [near, far] = [bracket(part, eps), bracket(part, 4 * eps)];
    const room = relative * Math.max(Math.abs(near.low), Math.abs(near.high)) + slack;
    // Where f is smooth, the gap between the slopes to both sides shrinks with the step.
    const [gap, wider] = [near.high - near.low, far.high - far.low];
    const smooth = Math.abs(gap - wider / 4) <= room;
    const slope = (near.low + near.high) / 2;
    const bent = Math.abs(slope - (far.low + far.high) / 2);
    if (smooth) smoothParts++;
    if (smooth && Math.abs(part.analytic - slope) <= room + bent) continue;
    const between = part.analytic >= near.low - room - bent && part.analytic <= near.high + room + bent;
    // If corners are everywhere, smaller parts show nothing new.
    if (between && seen >= DENSE && smoothParts < seen / 4) continue;
    if (to - from > 1 && todo.length < most) {
      const middle = Math.floor((from + to) / 2);
      todo.push([from, middle], [middle, to]);
    } else if (to - from > 1) {
      if (!between) return 'wrong';
    } else if (!between || !lasting(gap, wider)) {
      const { verdict, kind } = single(part);
      // One element may be part of several corners.
      if (verdict === 'wrong' && kind === 'corner' && between) continue;
      if (verdict !== 'right' && verdict !== 'corner' && verdict !== 'edge') return verdict;
    }
  }
  return 'corner';
}

/** Whether a corner lies at x itself: the gap then does not change with the step. */
const lasting = (gap: number, wider: number): boolean => Math.abs(gap - wider) < gap / 100;

/** The least and the largest value of uᵀ·J·v if the slope of each output lies between its slopes to both sides. */
function bracket({ outputs, base, cotangent }: Part, h: number): { low: number; high: number } {
  const right = outputs(h);
  const left = outputs(-h);
  let low = 0;
  let high = 0;
  for (let m = 0; m < base.length; m++) {
    const after = (cotangent[m]! * (right.values[m]! - base[m]!)) / right.reached;
    const before = (cotangent[m]! * (left.values[m]! - base[m]!)) / left.reached;
    low += Math.min(after, before);
    high += Math.max(after, before);
  }
  return { low, high };
}
