/** Samples f at ever smaller steps to both sides of x. The closer look estimates slopes from these samples. */
import type { FloatArray } from '../../core.js';
import type { Kink } from '../terms/types.js';
import { balanced, type Perturbed } from './differences.js';

/** What a closer look needs to know about f near x in one direction. */
export interface Neighbourhood {
  readonly perturbed: Perturbed;
  readonly base: FloatArray;
  /** The step of the central differences. */
  readonly eps: number;
  /** Half the distance from 1 to the next larger number. */
  readonly roundoff: number;
  /**
   * The distance at which the nearest element of x becomes zero; Infinity if none does. Many domains end at zero, and
   * many kinks lie there.
   */
  readonly zero: number;
  /** The size of the largest number inside f that an output depends on, to which coarse rounding is proportional. */
  readonly inside: (row: number) => number;
}

/** The values of all outputs at one step to both sides. */
export interface SampledStep {
  readonly right: ReturnType<Perturbed>;
  readonly left: ReturnType<Perturbed>;
  /** Whether the step is smaller than the usual ten. */
  readonly fine: boolean;
}

/** The differences of one output at one step to both sides. */
export interface Difference {
  /** f(x + h) − f(x) */
  readonly up: number;
  /** f(x) − f(x − h) */
  readonly down: number;
  /** The distance that x moved to the right, > 0. */
  readonly right: number;
  /** The distance that x moved to the left, < 0. */
  readonly left: number;
  /** The slope to the right of x. */
  readonly after: number;
  /** The slope to the left of x. */
  readonly before: number;
  /** The largest of |f(x − h)|, |f(x)| and |f(x + h)|. */
  readonly size: number;
  /** Whether the step is smaller than the usual ten. */
  readonly fine: boolean;
}

/** What a closer look at one output finds. */
export interface SlopeEstimate {
  /** The best estimate of the slope; at a corner, the mean of the slopes to both sides. */
  readonly slope: number;
  /** The estimated error of the slope. */
  readonly error: number;
  /** The slope to the left of x; NaN where the function is not finite. */
  readonly left: number;
  /** The slope to the right of x; NaN where the function is not finite. */
  readonly right: number;
  readonly kind: 'smooth' | Kink['kind'];
  /** Whether a kink lies beside x, within reach of the wider steps. The slope is that of the side on which x lies. */
  readonly beside?: boolean;
  /** Whether the error is small compared with slopes nearby or the rounding inside f, if not with the slope itself. */
  readonly negligible?: boolean;
}

/** The number of usual steps. */
const STEPS = 10;

/**
 * The size down to which finer steps follow the usual ten. Functions that bend within a tiny distance need them; for
 * all others rounding hides what they would show.
 */
export const FINEST = 2e-11;

/** The number of steps below |x|. */
const INNER = 7;

/** The largest |x| that needs steps below |x|. */
export const NEAR = 1e-8;

/**
 * Samples f at ever smaller steps. Rounding disturbs wide steps least; curvature and nearby kinks disturb narrow steps
 * least.
 * @param finest the size down to which finer steps follow the usual ten; Infinity for none
 */
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

/** The distance of each slope from the slope before it; Infinity for the first. */
export const driftOf = (slopes: readonly number[]): number[] =>
  slopes.map((slope, k) => (k === 0 ? Infinity : Math.abs(slope - slopes[k - 1]!)));

/** The differences of output m at every sampled step; `here` is its value at x. */
export function differencesOf(samples: readonly SampledStep[], m: number, here: number): Difference[] {
  return samples.map(({ right, left, fine }) => {
    const [up, down] = [right.values[m]! - here, here - left.values[m]!];
    const size = Math.max(Math.abs(here), Math.abs(right.values[m]!), Math.abs(left.values[m]!));
    const [after, before] = [up / right.reached, -down / left.reached];
    return { up, down, right: right.reached, left: left.reached, after, before, size, fine };
  });
}
