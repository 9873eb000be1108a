/**
 * Numerical slopes of t ↦ f(x + t·v): central differences first, and where those disagree with backward(), a
 * closer look that tells a wrong gradient from a wide step, a kink, a jump or noise.
 */
import type { FloatArray } from '../index.js';

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
function balanced(before: number, after: number, left: number, right: number): number {
  return (right * before - left * after) / (right - left);
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
  /** A kink lies beside x, within reach of the wider steps; the slope is that of x's own side. */
  readonly beside?: boolean;
}

const STEPS = 10;
/** Steps below the usual ten, for functions that bend within a tiny x; rounding silences them everywhere else. */
const FINEST = 2e-11;

/**
 * Looks closer at all outputs along one line with ten steps, each a quarter of the last, and some finer ones to see
 * past a kink that lies beside x. For smooth functions,
 * Richardson's extrapolation as Ridders arranges it: T[k][j] combines steps so that the error falls like h²ʲ, and the
 * entry whose neighbours agree best wins; their distance is the error estimate.
 * @see C. J. F. Ridders, Accurate computation of F′(x) and F′(x)F″(x), Adv. Eng. Software 4 (1982); Numerical Recipes 5.7
 */
export function lookCloser(line: Line, base: FloatArray, eps: number, roundoff: number): Closer[] {
  const rungs = ladder(line, eps, FINEST);
  // Wide enough to step over a grain of coarse values, narrow enough to see no curvature: the smallest finding counts.
  const spacings = Array.from({ length: 6 }, (_, k) => (64 * eps) / 16 ** k);
  const measured = spacings.map((spacing) => noiseOn(line, base.length, spacing));
  return Array.from(base, (here, m) => {
    const seen = measured.map((noise) => noise[m]!).filter((noise) => noise > 0);
    return judge(rungs, m, here, roundoff, seen.length > 0 ? Math.min(...seen) : 0);
  });
}

/** The error of the slope of one output where f is known to be smooth: a cheaper look, without finer steps and noise. */
export function slopeError(line: Line, here: number, row: number, eps: number, roundoff: number): number {
  return judge(ladder(line, eps, Infinity), row, here, roundoff, 0).error;
}

/** Values at ever smaller steps: wide ones, good against rounding, to those good against curvature and nearby kinks. */
function ladder(line: Line, eps: number, finest: number): Rung[] {
  const rungs: Rung[] = [];
  for (let k = 0, h = eps * 4 ** 6; k < STEPS || h > finest; k++, h /= 4) {
    if (h > 0.25) continue;
    const right = line(h);
    const left = line(-h);
    if (right.reached > 0 && left.reached < 0) rungs.push({ right, left, fine: k >= STEPS });
  }
  return rungs;
}

/**
 * How far the values of f jitter about a smooth curve, which is more than rounding where f computes with fewer digits
 * inside: from fourth differences of values at equal distances, in which what is smooth cancels. All points lie on one
 * side, since a kink at x is not noise. 0 if most neighbours are equal: then f is flat, or a staircase.
 * @see J. J. Moré and S. M. Wild, Estimating computational noise, SIAM J. Sci. Comput. 33 (2011), eq. 2.4
 */
function noiseOn(line: Line, outputs: number, spacing: number): Float64Array {
  const points = Array.from({ length: 8 }, (_, k) => line((k + 1) * spacing).values);
  return Float64Array.from({ length: outputs }, (_, m) => {
    let row = points.map((values) => values[m]!);
    const distinct = row.filter((value, k) => k > 0 && value !== row[k - 1]).length;
    if (distinct < row.length / 2) return 0;
    for (let order = 1; order <= 4; order++) row = row.slice(1).map((value, k) => value - row[k]!);
    const square = row.reduce((sum, value) => sum + value * value, 0) / row.length;
    return Math.sqrt(square / 70);
  });
}

interface Rung {
  readonly right: ReturnType<Line>;
  readonly left: ReturnType<Line>;
  /** Below the usual steps. */
  readonly fine: boolean;
}

function judge(rungs: readonly Rung[], m: number, here: number, roundoff: number, jitter: number): Closer {
  const after = ({ right }: Rung): number => (right.values[m]! - here) / right.reached;
  const before = ({ left }: Rung): number => (left.values[m]! - here) / left.reached;
  const noise = ({ right, left }: Rung): number => {
    const size = Math.max(Math.abs(here), Math.abs(right.values[m]!), Math.abs(left.values[m]!));
    // What jitters by more is no noise, but a function that wiggles faster than the steps can follow.
    const known = Math.max(roundoff * size, Math.min(jitter, 1e-4 * size));
    return (4 * known) / Math.min(right.reached, -left.reached);
  };
  const usual = rungs.filter(({ fine }) => !fine);
  const finite = rungs.filter((rung) => Number.isFinite(after(rung)) && Number.isFinite(before(rung)));
  const coarse = finite.filter(({ fine }) => !fine);
  if (coarse.length < 3) return oneSided(usual.map(after), usual.map(before));
  const start = pastKink(
    finite.map((rung) => Math.abs(after(rung) - before(rung))),
    finite.map(noise),
  );
  const gap = Math.abs(after(coarse.at(-1)!) - before(coarse.at(-1)!));
  const clear = finite.filter((rung) => !rung.fine || gap > 100 * noise(rung));
  const shape = start > 0 ? null : kinkOf(clear.map(before), clear.map(after), clear.map(noise));
  if (shape) return shape;
  const chosen = finite.slice(start);
  const slopes = chosen.map((rung) =>
    balanced(before(rung), after(rung), rung.left.reached, rung.right.reached),
  );
  const last = chosen.at(-1)!;
  const best = ridders(slopes, chosen.map(noise));
  return { ...best, left: before(last), right: after(last), kind: 'smooth', beside: start > 0 };
}

/**
 * The first step that is too small to reach a kink beside x: the gap between both sides' slopes stayed as the steps
 * shrank, and suddenly is gone. 0 if there is no such step, or no two of them.
 */
function pastKink(gaps: readonly number[], noise: readonly number[]): number {
  for (let k = gaps.length - 2; k >= 3; k--) {
    const [farther, far, near, gap] = [gaps[k - 3]!, gaps[k - 2]!, gaps[k - 1]!, gaps[k]!];
    const stayed = near > far / 2 || far > farther / 2;
    if (stayed && near > 50 * noise[k]! && gap < near / 8) return k;
  }
  return 0;
}

/**
 * Richardson's table over steps that shrink by 4, so by 16 in h². An entry counts only if all finer steps bear it
 * out: wide ones that reach across a pole or a wiggle may agree with each other, too.
 */
function ridders(slopes: readonly number[], noise: readonly number[]): { slope: number; error: number } {
  let best = { slope: slopes.at(-1)!, error: Infinity };
  let above: number[] = [];
  const drift = slopes.map((slope, k) => (k === 0 ? Infinity : Math.abs(slope - slopes[k - 1]!)));
  for (let k = 0; k < slopes.length; k++) {
    const row = [slopes[k]!];
    for (let j = 1, factor = 16; j <= Math.min(k, 4); j++, factor *= 16) {
      const slope = row[j - 1]! + (row[j - 1]! - above[j - 1]!) / (factor - 1);
      row.push(slope);
      const error = Math.max(Math.abs(slope - row[j - 1]!), Math.abs(slope - above[j - 1]!)) + noise[k]!;
      const borneOut = (finer: number, i: number): boolean =>
        i <= k || Math.abs(finer - slope) <= 4 * (error + noise[i]!) + drift[i]!;
      if (error < best.error && slopes.every(borneOut)) best = { slope, error };
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
