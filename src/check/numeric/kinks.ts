/** Recognises kinks from slopes at ever smaller steps: a corner or a jump at x, a kink beside x, an end of the domain. */
import type { Difference, SlopeEstimate } from './samples.js';

/**
 * The first step that is too small to reach a kink beside x: the gap between both sides' slopes stayed as the steps
 * shrank, and suddenly is gone. 0 if there is no such step, or no two of them.
 */
export function pastKink(gaps: readonly number[], noise: readonly number[]): number {
  for (let k = gaps.length - 2; k >= 3; k--) {
    const [farther, far, near, gap] = [gaps[k - 3]!, gaps[k - 2]!, gaps[k - 1]!, gaps[k]!];
    const stayed = near > far / 2 || far > farther / 2;
    if (stayed && near > 50 * noise[k]! && gap < near / 8) return k;
  }
  return 0;
}

/**
 * At a corner the gap between the slopes of both sides stays as the step shrinks, at a jump the slopes grow like 1/h,
 * and where f is smooth the gap shrinks like h. Judged by the steps whose noise is well below the gap.
 */
export function kinkOf(differences: readonly Difference[], noise: readonly number[]): SlopeEstimate | null {
  const [lefts, rights] = [differences.map(({ before }) => before), differences.map(({ after }) => after)];
  const clear: number[] = [];
  for (let k = 0; k < noise.length; k++)
    if (
      Math.abs(rights[k]! - lefts[k]!) > 50 * noise[k]! ||
      Math.abs(rights[k]! + lefts[k]!) > 100 * noise[k]!
    )
      clear.push(k);
  const last = clear.at(-1);
  // All the way down: a kink that smaller steps no longer see lies beside x, not at it.
  if (last === undefined || last !== noise.length - 1 || clear.length < 3) return null;
  const [c, b, a] = [last, last - 1, last - 2] as const;
  const [left, right] = [lefts[c]!, rights[c]!];
  const growth = (s: readonly number[]): number =>
    Math.min(Math.abs(s[c]! / s[b]!), Math.abs(s[b]! / s[a]!)) || 0;
  // Of a jump it is the steeper side that grows; of a corner just beside x the flatter one may.
  const height = growth(Math.abs(left) > Math.abs(right) ? lefts : rights);
  const settle = { slope: (left + right) / 2, left, right };
  if (height > 3.5 && height < 4.5) return { ...settle, error: Infinity, kind: 'jump' };
  const gaps = [a, b, c].map((k) => rights[k]! - lefts[k]!);
  const tiny = 1e-4 * Math.max(Math.abs(left), Math.abs(right));
  if (Math.abs(gaps[2]!) <= Math.max(tiny, 50 * noise[c]!)) return null;
  const steady = Math.min(gaps[2]! / gaps[1]!, gaps[1]! / gaps[0]!);
  if (!(steady > 0.7)) return null;
  // One extrapolation removes the curvature of each side; what it changed bounds what is left.
  const [l, r] = [lefts, rights].map((s) => s[c]! + (s[c]! - s[b]!) / 3) as [number, number];
  const error = Math.abs(l - left) + Math.abs(r - right) + 2 * noise[c]!;
  return { slope: (l + r) / 2, error, left: l, right: r, kind: 'corner' };
}

/** The function ends here: only one side is finite, and its slope has to do. */
export function oneSided(differences: readonly Difference[]): SlopeEstimate {
  const best = (side: 'after' | 'before'): readonly number[] => {
    const finite = differences.filter((difference) => !difference.fine && Number.isFinite(difference[side]));
    return finite.length >= 3 ? finite.map((difference) => difference[side]) : [];
  };
  const [right, left] = [best('after'), best('before')];
  const side = right.length >= left.length ? right : left;
  const last = side.at(-1) ?? Number.NaN;
  const before = side.at(-2) ?? Number.NaN;
  return {
    slope: last,
    error: Math.abs(last - before),
    left: side === left ? last : Number.NaN,
    right: side === right ? last : Number.NaN,
    kind: 'edge',
  };
}
