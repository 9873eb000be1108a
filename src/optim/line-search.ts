/**
 * Line searches: how far to go along a direction d. With φ(α) = f(x + αd) the step α is long enough and not too long if
 *
 *     φ(α) ≤ φ(0) + c₁αφ′(0)     sufficient decrease: the value falls at least by a share of what the slope promises
 *     |φ′(α)| ≤ c₂|φ′(0)|        curvature: the slope there is flatter
 *
 * These are the strong Wolfe conditions, here with c₁ = 10⁻⁴ and c₂ = 0.9. The second one gives L-BFGS a pair with
 * sᵀy > 0.
 *
 * Source: Nocedal and Wright, Numerical Optimization, second edition, 2006, sections 3.1 and 3.5
 *
 * Previous: src/optim/lbfgs.ts · Next: src/optim/bounds.ts
 */
import { powerNear } from './magnitude.js';
import type { Point } from './objective.js';

const C1 = 1e-4;
const C2 = 0.9;

/** A step that was tried. A place where f or its gradient is NaN or infinite has the value ∞, so it counts as too far. */
export interface Trial {
  /** α */
  readonly step: number;
  /** φ(α) */
  readonly value: number;
  /** φ′(α) = ∇f(x + αd)ᵀd */
  readonly slope: number;
  /** By how much the slope at x lets f change:   ∇f(x)ᵀ(x(α) − x), which is αφ′(0) along a line */
  readonly promised: number;
  readonly point: Point;
}

/** What a search needs to know. The direction is scaled so that α = 1 is the step to try first. */
export interface Search {
  /** φ at α = 0 */
  readonly start: Trial;
  /** Tries the step α. */
  readonly at: (step: number) => Trial;
  /** The longest step that is allowed; may be ∞. */
  readonly most: number;
  /** How many steps may be tried. */
  readonly tries: number;
  /**
   * How exactly values are known. Near a minimum values differ by less than their rounding errors, while slopes still have
   * digits. There slopes decide, after Hager and Zhang 2005, A new conjugate gradient method, section 4.
   */
  readonly rounding: number;
}

/** Whether the decrease that is asked for where so much is promised is smaller than the rounding errors of values. */
export const isUnseen = (promised: number, rounding: number): boolean => C1 * promised <= rounding;

/** Whether a step has brought a sufficient decrease, or one that cannot be told from it. */
function decreases({ start, rounding }: Search, { value, promised }: Trial): boolean {
  if (!(promised < 0)) return false;
  return value <= start.value + (isUnseen(-promised, rounding) ? rounding : C1 * promised);
}

const isFlat = ({ start }: Search, { slope }: Trial): boolean => Math.abs(slope) <= -C2 * start.slope;

/**
 * A step that fulfils the strong Wolfe conditions, by Algorithm 3.5: longer and longer steps are tried until a good one is
 * found, or two steps with one between them.
 * @returns the trial; one that only decreases f if the tries run out, or if `most` is reached; null if none does; and
 *   whether f fell and fell as far as was tried
 */
export function strongWolfe(search: Search): { found: Trial | null; endless: boolean } {
  const { start, at, most, tries, rounding } = search;
  let before = start;
  let step = Math.min(1, most);
  for (let left = tries; left > 0; left--) {
    const here = at(step);
    const higher = before !== start && here.value >= before.value + rounding;
    if (!decreases(search, here) || higher) return ended(zoom(search, before, here, left - 1));
    if (isFlat(search, here) || step === most) return ended(here);
    if (here.slope >= 0) return ended(zoom(search, here, before, left - 1));
    step = Math.min(most, longer(before, here));
    before = here;
  }
  return { found: before === start ? null : before, endless: true };
}

const ended = (found: Trial | null) => ({ found, endless: false });

/**
 * Narrows an interval that holds good steps, by Algorithm 3.6. `low` is the best step so far; the slope at `low` falls
 * towards `high`.
 */
function zoom(search: Search, low: Trial, high: Trial, tries: number): Trial | null {
  for (; tries > 0 && low.step !== high.step; tries--) {
    const here = search.at(between(low, high));
    if (!decreases(search, here) || here.value >= low.value + search.rounding) high = here;
    else {
      if (isFlat(search, here)) return here;
      if (here.slope * (high.step - low.step) >= 0) high = low;
      low = here;
    }
  }
  return low === search.start ? null : low;
}

/** Where the cubic with the values and slopes of two trials is least (3.59); NaN where it has no minimum. */
function leastOfCubic(a: Trial, b: Trial): number {
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.step - b.step);
  // √(d1² − φ′(a)φ′(b)), where the slopes may be so large that their products overflow.
  const unit = powerNear(Math.max(Math.abs(d1), Math.abs(a.slope), Math.abs(b.slope)));
  const inner = (d1 / unit) * (d1 / unit) - (a.slope / unit) * (b.slope / unit);
  const d2 = Math.sign(b.step - a.step) * unit * Math.sqrt(inner);
  return b.step - (b.step - a.step) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
}

/** A step between two: at the minimum of the cubic, but a tenth of the interval away from both ends. */
function between(low: Trial, high: Trial): number {
  const width = high.step - low.step;
  if (high.value === Infinity) return low.step + 0.1 * width;
  const share = (leastOfCubic(low, high) - low.step) / width;
  return low.step + (Number.isNaN(share) ? 0.5 : Math.min(Math.max(share, 0.1), 0.9)) * width;
}

/** A longer step: at the minimum of the cubic, but twice to ten times as long. */
function longer(before: Trial, here: Trial): number {
  const step = leastOfCubic(before, here);
  return here.step * (step > here.step ? Math.min(Math.max(step / here.step, 2), 10) : 10);
}

/**
 * A step with a sufficient decrease (Algorithm 3.1): shorter and shorter steps are tried. This needs no slope at the trial,
 * so it also serves along a path with corners.
 * @returns null if no step decreases f
 */
export function backtrack(search: Search): Trial | null {
  let step = 1;
  for (let left = search.tries; left > 0; left--) {
    const here = search.at(step);
    if (decreases(search, here)) return here;
    step *= shorter(here, search.start);
  }
  return null;
}

/** By which factor to shorten: to the minimum of the parabola with φ(0), the promise and φ(α), but to a tenth to a half. */
function shorter({ value, promised }: Trial, start: Trial): number {
  const share = -promised / (2 * (value - start.value - promised));
  return Math.min(Math.max(share || 0, 0.1), 0.5);
}
