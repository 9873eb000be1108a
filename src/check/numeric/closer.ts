/**
 * Numerical slopes of t ↦ f(x + t·v): central differences first, and where those disagree with backward(), a
 * closer look that tells a wrong gradient from a wide step, a kink, a jump or noise.
 */
import type { FloatArray } from '../../index.js';

/** f along a line: the values at distance t, and the distance that was really reached after rounding x + t. */
export type Line = (t: number) => { readonly values: FloatArray; readonly reached: number };

/** Where a closer look is taken, and with what eyes. */
export interface Place {
  readonly line: Line;
  readonly base: FloatArray;
  /** The usual step, and half the distance from 1 to the next larger number. */
  readonly eps: number;
  readonly roundoff: number;
  /** How far along the line the nearest element of x becomes zero, where domains end and kinks are; Infinity if none does. */
  readonly zero: number;
  /** The largest number inside f that an output goes by, which is what coarse rounding goes by. */
  readonly inside: (row: number) => number;
}

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
  /** The error is nothing beside the slopes nearby, or beside the rounding inside f, however small the slope itself. */
  readonly negligible?: boolean;
}

/** What becomes of an entry after it. */
export type Finding = 'right' | 'wrong' | 'corner' | 'edge' | 'jump' | 'noisy' | 'not finite';

const STEPS = 10;
/** Steps below the usual ten, for functions that bend within a tiny x; rounding silences them everywhere else. */
const FINEST = 2e-11;
/** How many steps below |x|, and how near to zero x must lie to need them. */
const INNER = 7;
const NEAR = 1e-8;

/**
 * Looks closer at all outputs along one line with ten steps, each a quarter of the last, and some finer ones to see
 * past a kink that lies beside x. For smooth functions,
 * Richardson's extrapolation as Ridders arranges it: T[k][j] combines steps so that the error falls like h²ʲ, and the
 * entry whose neighbours agree best wins; their distance is the error estimate.
 * @see C. J. F. Ridders, Accurate computation of F′(x) and F′(x)F″(x), Adv. Eng. Software 4 (1982); Numerical Recipes 5.7
 */
export function lookCloser(place: Place): Closer[] {
  const { line, base, eps, zero } = place;
  const rungs = ladder(place, FINEST);
  // Wide enough to step over a grain of coarse values, narrow enough to see no curvature: the smallest finding counts.
  const spacings = Array.from({ length: 6 }, (_, k) => (64 * eps) / 16 ** k);
  if (zero <= NEAR) spacings.push(zero / 16, zero / 256);
  const measured = spacings.map((spacing) => noiseOn(line, base.length, spacing));
  return Array.from(base, (here, m) => {
    const seen = measured.map((noise) => noise[m]!).filter((noise) => noise > 0);
    const jitter = seen.length > 0 ? Math.min(...seen) : 0;
    return judge(riseOf(rungs, m, here), jitter, place.inside(m), place.roundoff);
  });
}

/** The error of the slope of one output where f is known to be smooth: a cheaper look, without finer steps and noise. */
export function slopeError(place: Place, row: number): number {
  const rises = riseOf(ladder(place, Infinity), row, place.base[row]!);
  return judge(rises, 0, place.inside(row), place.roundoff).error;
}

/** Values at ever smaller steps: wide ones, good against rounding, to those good against curvature and nearby kinks. */
function ladder({ line, eps, zero }: Place, finest: number): Rung[] {
  const rungs: Rung[] = [];
  const climb = (h: number, fine: boolean): void => {
    const right = line(h);
    const left = line(-h);
    if (right.reached > 0 && left.reached < 0) rungs.push({ right, left, fine });
  };
  let h = eps * 4 ** 6;
  for (let k = 0; k < STEPS || h > finest; k++, h /= 4) if (h <= 0.25) climb(h, k >= STEPS);
  if (zero > NEAR || finest === Infinity) return rungs;
  for (let k = 0, inner = Math.min(h, zero / 2); k < INNER; k++, inner /= 4) climb(inner, true);
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

/** One output at one step to both sides. */
interface Rise {
  /** f(x + h) − f(x) and f(x) − f(x − h). */
  readonly up: number;
  readonly down: number;
  /** How far x moved to the right (> 0) and to the left (< 0). */
  readonly right: number;
  readonly left: number;
  /** Slopes to either side. */
  readonly after: number;
  readonly before: number;
  /** The largest |f| of the three. */
  readonly size: number;
  readonly fine: boolean;
}

const slopeOf = ({ before, after, left, right }: Rise): number => balanced(before, after, left, right);

function riseOf(rungs: readonly Rung[], m: number, here: number): Rise[] {
  return rungs.map(({ right, left, fine }) => {
    const [up, down] = [right.values[m]! - here, here - left.values[m]!];
    const size = Math.max(Math.abs(here), Math.abs(right.values[m]!), Math.abs(left.values[m]!));
    const [after, before] = [up / right.reached, -down / left.reached];
    return { up, down, right: right.reached, left: left.reached, after, before, size, fine };
  });
}

function judge(rises: readonly Rise[], jitter: number, inside: number, roundoff: number): Closer {
  const finite = rises.filter(({ after, before }) => Number.isFinite(after) && Number.isFinite(before));
  if (finite.length < 3) return oneSided(rises);
  const grain = grainOf(finite, roundoff * inside);
  const noise = ({ size, right, left }: Rise): number => {
    // What jitters by more is no noise, but a function that wiggles faster than the steps can follow.
    const known = Math.max(roundoff * size, Math.min(jitter, 1e-4 * size), grain);
    return (4 * known) / Math.min(right, -left);
  };
  const gaps = finite.map(({ after, before }) => Math.abs(after - before));
  const start = pastKink(gaps, finite.map(noise));
  const gap = gaps[finite.findLastIndex(({ fine }) => !fine)] ?? Infinity;
  const chosen = finite.slice(start);
  const clear = chosen.filter((rise) => !rise.fine || gap > 100 * noise(rise));
  const shape = kinkOf(clear, clear.map(noise));
  if (shape) return shape;
  const last = chosen.at(-1)!;
  const best = ridders(chosen, chosen.map(noise));
  const nearby = Math.max(...finite.map(({ after, before }) => Math.max(Math.abs(after), Math.abs(before))));
  const small = grain > 0 ? Math.cbrt(roundoff) * inside : 0;
  const negligible = 4 * best.error <= Math.max(1e-6 * nearby, small);
  return { ...best, left: last.before, right: last.after, kind: 'smooth', beside: start > 0, negligible };
}

/**
 * How coarse the values are where that is more than their own rounding: an op inside rounds numbers larger than the
 * result, as the 1 + e⁻ˣ of a saturated softmax does. The slopes then settle while the steps shrink, and scatter again
 * once f moves by a few grains only, down to a slope of exactly zero. 0 if nothing of the kind is seen.
 */
function grainOf(rises: readonly Rise[], rounding: number): number {
  const flat = 64 * rounding;
  const [last, before] = [rises.at(-1)!, rises.at(-2)!];
  const silent = [last.up, last.down, before.up, before.down].every((rise) => rise === 0);
  if (silent && rises.every(({ up, down }) => Math.abs(up) <= flat && Math.abs(down) <= flat)) return flat;
  const slopes = rises.map(slopeOf);
  const drift = slopes.map((slope, k) => (k === 0 ? Infinity : Math.abs(slope - slopes[k - 1]!)));
  let settled = 0;
  for (const [k, { after, before, fine }] of rises.entries()) {
    const oneWay = after * before > 0 && Math.abs(after - before) < Math.abs(slopes[k]!) / 2;
    if (!fine && oneWay && drift[k]! < Math.min(drift[settled]!, Math.abs(slopes[k]!) / 4)) settled = k;
  }
  if (settled === 0) return 0;
  const scatter = rises.map(({ right }, k) => (k > settled ? drift[k]! * right : 0));
  const grain = Math.max(...scatter);
  return grain <= 256 * rounding ? grain : 0;
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
function ridders(rises: readonly Rise[], noise: readonly number[]): { slope: number; error: number } {
  const slopes = rises.map(slopeOf);
  const drift = slopes.map((slope, k) => (k === 0 ? Infinity : Math.abs(slope - slopes[k - 1]!)));
  const finest = rises.at(-1)!;
  const gap = Math.abs(finest.after - finest.before) + (rises.length > 1 ? drift.at(-1)! : 0);
  let best = { slope: slopes.at(-1)!, error: gap + noise.at(-1)! };
  let above: number[] = [];
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
function kinkOf(rises: readonly Rise[], noise: readonly number[]): Closer | null {
  const [lefts, rights] = [rises.map(({ before }) => before), rises.map(({ after }) => after)];
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
function oneSided(rises: readonly Rise[]): Closer {
  const best = (side: 'after' | 'before'): readonly number[] => {
    const finite = rises.filter((rise) => !rise.fine && Number.isFinite(rise[side]));
    return finite.length >= 3 ? finite.map((rise) => rise[side]) : [];
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

export function largest(values: FloatArray): number {
  let top = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > top) top = size;
  }
  return top;
}
