/** Values of f at ever smaller steps to both sides of x: what the closer look measures, and the estimate it returns. */
import type { FloatArray } from '../../index.js';
import type { Kink } from '../terms/types.js';
import { balanced, type Perturbed } from './differences.js';

/** What a closer look needs to know about f near x in one direction. */
export interface Neighbourhood {
  readonly perturbed: Perturbed;
  readonly base: FloatArray;
  /** The usual step, and half the distance from 1 to the next larger number. */
  readonly eps: number;
  readonly roundoff: number;
  /** The distance at which the nearest element of x becomes zero, where domains end and kinks are; Infinity if none does. */
  readonly zero: number;
  /** The largest number inside f that an output goes by, which is what coarse rounding goes by. */
  readonly inside: (row: number) => number;
}

/** All outputs at one step to both sides. */
export interface SampledStep {
  readonly right: ReturnType<Perturbed>;
  readonly left: ReturnType<Perturbed>;
  /** Below the usual steps. */
  readonly fine: boolean;
}

/** One output at one step to both sides. */
export interface Difference {
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

/** What a closer look at one output found. */
export interface SlopeEstimate {
  /** The best estimate of the slope (for a corner: the mean of both sides). */
  readonly slope: number;
  /** How far off that may be. */
  readonly error: number;
  /** Slopes to either side; NaN where the function is not finite there. */
  readonly left: number;
  readonly right: number;
  readonly kind: 'smooth' | Kink['kind'];
  /** A kink lies beside x, within reach of the wider steps; the slope is that of x's own side. */
  readonly beside?: boolean;
  /** The error is nothing beside the slopes nearby, or beside the rounding inside f, however small the slope itself. */
  readonly negligible?: boolean;
}

/** How many usual steps there are. */
const STEPS = 10;

/** Steps below the usual ten, for functions that bend within a tiny x; rounding silences them everywhere else. */
export const FINEST = 2e-11;

/** How many steps below |x| there are. */
const INNER = 7;

/** How near to zero x must lie to need them. */
export const NEAR = 1e-8;

/** Values at ever smaller steps: wide ones, good against rounding, to those good against curvature and nearby kinks. */
export function sampleSteps({ perturbed, eps, zero }: Neighbourhood, finest: number): SampledStep[] {
  const samples: SampledStep[] = [];
  const sampleAt = (h: number, fine: boolean): void => {
    const right = perturbed(h);
    const left = perturbed(-h);
    if (right.reached > 0 && left.reached < 0) samples.push({ right, left, fine });
  };
  let h = eps * 4 ** 6;
  for (let k = 0; k < STEPS || h > finest; k++, h /= 4) if (h <= 0.25) sampleAt(h, k >= STEPS);
  if (zero > NEAR || finest === Infinity) return samples;
  for (let k = 0, inner = Math.min(h, zero / 2); k < INNER; k++, inner /= 4) sampleAt(inner, true);
  return samples;
}

/** The central difference of one output at one step. */
export const slopeOf = ({ before, after, left, right }: Difference): number =>
  balanced(before, after, left, right);

/** How far each slope is from the one before; Infinity for the first. */
export const driftOf = (slopes: readonly number[]): number[] =>
  slopes.map((slope, k) => (k === 0 ? Infinity : Math.abs(slope - slopes[k - 1]!)));

/** Output m at every sampled step; `here` is its value at x. */
export function differencesOf(samples: readonly SampledStep[], m: number, here: number): Difference[] {
  return samples.map(({ right, left, fine }) => {
    const [up, down] = [right.values[m]! - here, here - left.values[m]!];
    const size = Math.max(Math.abs(here), Math.abs(right.values[m]!), Math.abs(left.values[m]!));
    const [after, before] = [up / right.reached, -down / left.reached];
    return { up, down, right: right.reached, left: left.reached, after, before, size, fine };
  });
}
