/**
 * Numerical slopes of t ↦ f(x + t·v): central differences first, and where those disagree with backward(), a
 * closer look that tells a wrong gradient from a wide step, a kink, a jump or noise.
 */
import type { FloatArray } from '../index.js';

/** f along a line: the values at distance t, and the distance that was really reached after rounding x + t. */
export type Line = (t: number) => { readonly values: FloatArray; readonly reached: number };

/** (f(x+h) − f(x−h)) / 2h for every output, with the bend (f(x+h) − 2f(x) + f(x−h)) / h: the gap between both sides' slopes. */
export interface Central {
  readonly slope: Float64Array;
  readonly bend: Float64Array;
}

export function central(line: Line, base: FloatArray, h: number): Central {
  const right = line(h);
  const left = line(-h);
  const width = right.reached - left.reached;
  const slope = new Float64Array(base.length);
  const bend = new Float64Array(base.length);
  for (let m = 0; m < base.length; m++) {
    const up = right.values[m]!;
    const down = left.values[m]!;
    slope[m] = (up - down) / width;
    bend[m] = (2 * (up - 2 * base[m]! + down)) / width;
  }
  return { slope, bend };
}

/** What a close look at one output of a line found. */
export interface Closer {
  /** The best estimate of the slope (for a corner: the mean of both sides). */
  readonly slope: number;
  /** How far off that may be. */
  readonly error: number;
  /** Slopes to either side; NaN where the function is not finite there. */
  readonly left: number;
  readonly right: number;
  readonly kind: 'smooth' | 'corner' | 'edge' | 'jump';
}

const STEPS = 10;

/**
 * Looks closer at all outputs along one line with ten steps, each a quarter of the last. For smooth functions,
 * Richardson's extrapolation as Ridders arranges it: T[k][j] combines steps so that the error falls like h²ʲ, and the
 * entry whose neighbours agree best wins; their distance is the error estimate.
 * @see C. J. F. Ridders, Accurate computation of F′(x) and F′(x)F″(x), Adv. Eng. Software 4 (1982); Numerical Recipes 5.7
 */
export function lookCloser(line: Line, base: FloatArray, eps: number, roundoff: number): Closer[] {
  const rungs: Rung[] = [];
  // From wide steps, good against rounding, to steps below the usual one, good against curvature and nearby kinks.
  for (let k = 0, h = eps * 4 ** 6; k < STEPS; k++, h /= 4) {
    if (h > 0.25) continue;
    const right = line(h);
    const left = line(-h);
    if (right.reached > 0 && left.reached < 0) rungs.push({ right, left });
  }
  return Array.from(base, (here, m) => judge(rungs, m, here, roundoff));
}

interface Rung {
  readonly right: ReturnType<Line>;
  readonly left: ReturnType<Line>;
}

function judge(rungs: readonly Rung[], m: number, here: number, roundoff: number): Closer {
  const rights = rungs.map(({ right }) => (right.values[m]! - here) / right.reached);
  const lefts = rungs.map(({ left }) => (left.values[m]! - here) / left.reached);
  const finite = rungs
    .map((_, k) => k)
    .filter((k) => Number.isFinite(rights[k]!) && Number.isFinite(lefts[k]!));
  if (finite.length < 3) return oneSided(rights, lefts);
  const noise = finite.map((k) => {
    const { right, left } = rungs[k]!;
    const size = Math.max(Math.abs(here), Math.abs(right.values[m]!), Math.abs(left.values[m]!));
    return (4 * roundoff * size) / Math.min(right.reached, -left.reached);
  });
  const side = (slopes: readonly number[]): number[] => finite.map((k) => slopes[k]!);
  const shape = kinkOf(side(lefts), side(rights), noise);
  if (shape) return shape;
  const slopes = finite.map((k) => {
    const { right, left } = rungs[k]!;
    return (right.values[m]! - left.values[m]!) / (right.reached - left.reached);
  });
  const { slope, error } = ridders(slopes, noise);
  return { slope, error, left: lefts[finite.at(-1)!]!, right: rights[finite.at(-1)!]!, kind: 'smooth' };
}

/** Richardson's table over steps that shrink by 4, so by 16 in h². */
function ridders(slopes: readonly number[], noise: readonly number[]): { slope: number; error: number } {
  let best = { slope: slopes[0]!, error: Infinity };
  let above: number[] = [];
  for (let k = 0; k < slopes.length; k++) {
    const row = [slopes[k]!];
    for (let j = 1, factor = 16; j <= Math.min(k, 4); j++, factor *= 16) {
      const value = row[j - 1]! + (row[j - 1]! - above[j - 1]!) / (factor - 1);
      row.push(value);
      const error = Math.max(Math.abs(value - row[j - 1]!), Math.abs(value - above[j - 1]!)) + noise[k]!;
      if (error < best.error) best = { slope: value, error };
    }
    above = row;
  }
  return best;
}

/**
 * At a corner the gap between the slopes of both sides stays as the step shrinks, at a jump the slopes grow like 1/h,
 * and where f is smooth the gap shrinks like h. Judged by the steps whose noise is well below the gap.
 */
function kinkOf(
  lefts: readonly number[],
  rights: readonly number[],
  noise: readonly number[],
): Closer | null {
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
  const height = Math.max(growth(lefts), growth(rights));
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
function oneSided(rights: readonly number[], lefts: readonly number[]): Closer {
  const best = (slopes: readonly number[]): readonly number[] => {
    const finite = slopes.filter(Number.isFinite);
    return finite.length >= 3 ? finite : [];
  };
  const right = best(rights);
  const left = best(lefts);
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
