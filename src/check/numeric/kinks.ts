/** Recognises kinks from slopes at ever smaller steps: a corner, jump or edge at x, and a kink beside x. */
import type { Difference, SlopeEstimate } from './samples.js';

/**
 * The position of the first step that is too small to reach a kink beside x. Up to that step the gap between the slopes
 * to both sides stays as the steps shrink; at that step the gap is gone. 0 if there is no such step.
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
 * The slope at a corner or a jump at x; null where f is smooth. As the step h shrinks, the gap between the slopes to
 * both sides stays at a corner and shrinks like h where f is smooth, and at a jump the slopes grow like 1/h. Only steps
 * whose noise is well below the gap count.
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
  // The smallest step has to show the kink, too. If it does not, the kink lies beside x.
  if (last === undefined || last !== noise.length - 1 || clear.length < 3) return null;
  const [c, b, a] = [last, last - 1, last - 2] as const;
  const [left, right] = [lefts[c]!, rights[c]!];
  const growth = (s: readonly number[]): number =>
    Math.min(Math.abs(s[c]! / s[b]!), Math.abs(s[b]! / s[a]!)) || 0;
  // At a jump the slope of the steeper side grows. At a corner just beside x the slope of the flatter side may grow.
  const height = growth(Math.abs(left) > Math.abs(right) ? lefts : rights);
  const settle = { slope: (left + right) / 2, left, right };
  if (height > 3.5 && height < 4.5) return { ...settle, error: Infinity, kind: 'jump' };
  const gaps = [a, b, c].map((k) => rights[k]! - lefts[k]!);
  const tiny = 1e-4 * Math.max(Math.abs(left), Math.abs(right));
  if (Math.abs(gaps[2]!) <= Math.max(tiny, 50 * noise[c]!)) return null;
  const steady = Math.min(gaps[2]! / gaps[1]!, gaps[1]! / gaps[0]!);
  if (!(steady > 0.7)) return null;
  // One extrapolation removes the curvature of each side. The error left is at most the change that it made.
  const [l, r] = [lefts, rights].map((s) => s[c]! + (s[c]! - s[b]!) / 3) as [number, number];
  const error = Math.abs(l - left) + Math.abs(r - right) + 2 * noise[c]!;
  return { slope: (l + r) / 2, error, left: l, right: r, kind: 'corner' };
}

/** The slope at an edge of the domain, where f is finite on one side only: the slope of that side. */
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
