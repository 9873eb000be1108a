/**
 * Judges corners along a random direction. The direction is taken apart, down to single elements where it must be.
 */
import type { Part } from '../numeric/grids.js';
import type { SlopeEstimate } from '../numeric/samples.js';
import type { EntryVerdict } from '../terms/verdicts.js';

/** Up to how many elements a direction is taken apart completely, and how many parts a longer one is cut into. */
const FEW = 256;
const MOST_PARTS = 128;
const DENSE = 16;

/**
 * Halves a direction at a corner. Where a half is smooth its slope must be right; a single element at a corner must
 * have a gradient between its slopes, and so must what is left when there are too many parts.
 *
 * One corner among thousands of elements would hide a wrong gradient of all others behind the gap between its slopes.
 * And where f has corners in many elements, as relu has at a vector of zeros, the cotangent adds them up with either
 * sign, so that a right gradient may lie outside the slopes of their sum.
 * @returns the first verdict that is no good, else `corner`
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
    // The gap between both sides' slopes shrinks with the step where f is smooth.
    const [gap, wider] = [near.high - near.low, far.high - far.low];
    const smooth = Math.abs(gap - wider / 4) <= room;
    const slope = (near.low + near.high) / 2;
    const bent = Math.abs(slope - (far.low + far.high) / 2);
    if (smooth) smoothParts++;
    if (smooth && Math.abs(part.analytic - slope) <= room + bent) continue;
    const between = part.analytic >= near.low - room - bent && part.analytic <= near.high + room + bent;
    // Where corners are everywhere, smaller parts show nothing new.
    if (between && seen >= DENSE && smoothParts < seen / 4) continue;
    if (to - from > 1 && todo.length < most) {
      const middle = Math.floor((from + to) / 2);
      todo.push([from, middle], [middle, to]);
    } else if (to - from > 1) {
      if (!between) return 'wrong';
    } else if (!between || !lasting(gap, wider)) {
      const { verdict, kind } = single(part);
      // One element may feed several corners, too.
      if (verdict === 'wrong' && kind === 'corner' && between) continue;
      if (verdict !== 'right' && verdict !== 'corner' && verdict !== 'edge') return verdict;
    }
  }
  return 'corner';
}

/** A corner at x itself: the gap does not change with the step. */
const lasting = (gap: number, wider: number): boolean => Math.abs(gap - wider) < gap / 100;

/** The least and the most that uᵀ·J·v can be if each output's slope lies anywhere between its slopes to both sides. */
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
