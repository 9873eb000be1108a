/**
 * A closer look at slopes where central differences and backward() disagree. It distinguishes a wrong gradient from a
 * step that is too wide, a kink, a jump and noise.
 */
import { cbrt } from '../../base/elementary/index.js';
import { kinkOf, oneSided, pastKink } from './kinks.js';
import { grainOf, noiseOn } from './noise.js';
import {
  type Difference,
  differencesOf,
  driftOf,
  FINEST,
  NEAR,
  type Neighbourhood,
  type SlopeEstimate,
  sampleSteps,
  slopeOf,
} from './samples.js';

/**
 * Estimates the slopes of all outputs in one direction from ten steps, each a quarter of the step before, and from some
 * finer steps that see past a kink beside x. Where f is smooth, the estimate is Richardson's extrapolation in the
 * arrangement of Ridders: T[k][j] combines steps so that the error falls like h²ʲ. The entry that agrees best with its
 * neighbours is the slope, and its distance from them is the error.
 * @see C. J. F. Ridders, Accurate computation of F′(x) and F′(x)F″(x), Adv. Eng. Software 4 (1982)
 * @see Numerical Recipes, 3rd ed., 5.7
 */
export function lookCloser(neighbourhood: Neighbourhood): SlopeEstimate[] {
  const { perturbed, base, eps, zero } = neighbourhood;
  const samples = sampleSteps(neighbourhood, FINEST);
  // Wide spacings step over the grain of coarse values, narrow ones see no curvature. The smallest noise found counts.
  const spacings = Array.from({ length: 6 }, (_, k) => (64 * eps) / 16 ** k);
  if (zero <= NEAR) spacings.push(zero / 16, zero / 256);
  const measured = spacings.map((spacing) => noiseOn(perturbed, base.length, spacing));
  return Array.from(base, (here, m) => {
    const seen = measured.map((noise) => noise[m]!).filter((noise) => noise > 0);
    const jitter = seen.length > 0 ? Math.min(...seen) : 0;
    return estimateSlope(
      differencesOf(samples, m, here),
      jitter,
      neighbourhood.inside(m),
      neighbourhood.roundoff,
    );
  });
}

/** The error of the slope of one output where f is known to be smooth. It is cheaper: without finer steps and noise. */
export function slopeError(neighbourhood: Neighbourhood, row: number): number {
  const differences = differencesOf(sampleSteps(neighbourhood, Infinity), row, neighbourhood.base[row]!);
  return estimateSlope(differences, 0, neighbourhood.inside(row), neighbourhood.roundoff).error;
}

/** The slope of one output from its differences: at a kink by the kind of kink, elsewhere by extrapolation. */
function estimateSlope(
  differences: readonly Difference[],
  jitter: number,
  inside: number,
  roundoff: number,
): SlopeEstimate {
  const finite = differences.filter(({ after, before }) => Number.isFinite(after) && Number.isFinite(before));
  if (finite.length < 3) return oneSided(differences);
  const grain = grainOf(finite, roundoff * inside);
  const noise = ({ size, right, left }: Difference): number => {
    // If the values jitter by more, the function wiggles faster than the steps can follow, and the jitter is not noise.
    const known = Math.max(roundoff * size, Math.min(jitter, 1e-4 * size), grain);
    return (4 * known) / Math.min(right, -left);
  };
  const gaps = finite.map(({ after, before }) => Math.abs(after - before));
  const start = pastKink(gaps, finite.map(noise));
  const gap = gaps[finite.findLastIndex(({ fine }) => !fine)] ?? Infinity;
  const chosen = finite.slice(start);
  const clear = chosen.filter((difference) => !difference.fine || gap > 100 * noise(difference));
  const shape = kinkOf(clear, clear.map(noise));
  if (shape) return shape;
  const last = chosen.at(-1)!;
  const best = ridders(chosen, chosen.map(noise));
  const nearby = Math.max(...finite.map(({ after, before }) => Math.max(Math.abs(after), Math.abs(before))));
  const small = grain > 0 ? cbrt(roundoff) * inside : 0;
  const negligible = 4 * best.error <= Math.max(1e-6 * nearby, small);
  return { ...best, left: last.before, right: last.after, kind: 'smooth', beside: start > 0, negligible };
}

/**
 * The slope from Richardson's table, for steps that shrink by 4 and so by 16 in h². An entry counts only if all finer
 * steps confirm it, because wide steps that reach across a pole or a wiggle may also agree with each other.
 */
function ridders(
  differences: readonly Difference[],
  noise: readonly number[],
): { slope: number; error: number } {
  const slopes = differences.map(slopeOf);
  const drift = driftOf(slopes);
  const finest = differences.at(-1)!;
  const gap = Math.abs(finest.after - finest.before) + (differences.length > 1 ? drift.at(-1)! : 0);
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
