/** The public types of a gradient check: its options, and what a report says about inputs, entries and ops. */
import type { Dtype, Shape, Tensor } from '../../core.js';
import type { Verdict } from './verdicts.js';

/** A function whose gradient is checked. It takes tensors and returns one tensor or several. */
export type Checkable = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/**
 * What {@link gradcheck} compares, and how closely. An entry is right if |gradient − difference| is at most
 * relative · max(|gradient|, |difference|) + absolute.
 */
export interface GradcheckOptions {
  /** Highest order that is checked: 1 checks the gradient, 2 also the derivative of the gradient, … Default 1. */
  readonly order?: number;
  /** Seed of the random cotangents and directions. The report prints it. Default 0. */
  readonly seed?: number | string;
  /** Names of the inputs in the report. Default: the tensors' own names, else a, b, c, … */
  readonly names?: readonly string[];
  /**
   * `full` compares every entry of the Jacobian. `directions` compares slopes along random directions, which takes a
   * few evaluations for each input, however large the input is. `auto` (default) chooses `full` up to 256 input
   * elements and 16,384 entries (4,096 if `order` is 2 or more).
   */
  readonly mode?: 'full' | 'directions' | 'auto';
  /** The number of random directions for each input in `directions` mode. Default 3. */
  readonly directions?: number;
  /** Accepted error relative to the larger of both values. Default 1e-6 in float64, 4e-3 in float32. */
  readonly relative?: number;
  /** Accepted absolute error. Default: derived from the rounding of f and the largest slope of the same output. */
  readonly absolute?: number;
  /**
   * Step of the differences: an element x moves by eps · max(1, |x|). Default ∛(3u), where u is half the distance from
   * 1 to the next larger number: 7e-6 in float64, 6e-3 in float32.
   */
  readonly eps?: number;
  /**
   * The dtype in which the function runs. `float32` is for code that cannot run in float64; it cannot show errors below
   * about 4e-3. Default float64.
   */
  readonly dtype?: Dtype;
  /** Verdicts that do not fail the check, e.g. `['vacuous']` where a zero gradient is expected. Default none. */
  readonly allow?: readonly Verdict[];
  /** Whether forward mode, ⟨u, J·v⟩, is compared with reverse mode, ⟨Jᵀ·u, v⟩. Default: true if `order` is 2 or more. */
  readonly jvp?: boolean;
  /** Whether a failing check looks for the cause: the kind of mistake, and the op that makes it. Default true. */
  readonly blame?: boolean;
}

/** One entry of a Jacobian, or the slope along one direction: from backward() and from differences. */
export interface Entry {
  /** Index of the input element, empty for a scalar. In `directions` mode: the number of the direction, from 0. */
  readonly index: readonly number[];
  /** Index of the output element. Null in `directions` mode, where a random cotangent weights all output elements. */
  readonly output: readonly number[] | null;
  /** The value from backward(). */
  readonly analytic: number;
  /** The value from finite differences. */
  readonly numeric: number;
  /** |analytic − numeric| */
  readonly absolute: number;
  /** |analytic − numeric| / max(|analytic|, |numeric|); 0 where both are 0. */
  readonly relative: number;
  /**
   * Error of `numeric`: estimated from several step sizes (Richardson's extrapolation), or, if one step size sufficed,
   * the accepted absolute error.
   */
  readonly numericError: number;
}

/** An entry whose slopes to the left and to the right of x differ. */
export interface Kink extends Entry {
  /** Slope to the left of x; NaN where the function is not finite. */
  readonly left: number;
  /** Slope to the right of x; NaN where the function is not finite. */
  readonly right: number;
  /** `corner`: both slopes exist. `edge`: the function is finite on one side only. `jump`: the value itself jumps. */
  readonly kind: 'corner' | 'edge' | 'jump';
  /**
   * Whether the gradient is accepted. At a corner it has to lie between the two slopes, at an edge it has to be the
   * slope of the side that exists. A jump is accepted only in the gradient of a function that has a kink at x.
   */
  readonly accepted: boolean;
}

/**
 * The result of a Taylor test: how fast the remainder f(x + t·v) − f(x) − t·⟨∇f, v⟩ vanishes as t shrinks. It vanishes
 * like t² if the gradient is right, and like t if it is wrong.
 */
export interface Taylor {
  /** The exponent of t. NaN where the remainder is no larger than rounding, as for a linear f, or shows no exponent. */
  readonly order: number;
  /**
   * `right`: the exponent is above 1.7. `wrong`: it lies between 0.7 and 1.3. `exact`: the remainder is no larger than
   * rounding. `undecided`: none of these.
   */
  readonly opinion: 'right' | 'wrong' | 'exact' | 'undecided';
}

/** What a check found about one input. */
export interface InputReport {
  readonly name: string;
  /** Position among the inputs of the function, from 0. */
  readonly position: number;
  readonly shape: Shape;
  readonly verdict: Verdict;
  /** The number of entries (or directions) that were compared. */
  readonly compared: number;
  /** The number of input elements with a wrong entry; in `directions` mode, the number of wrong directions. */
  readonly wrongElements: number;
  /** The failing entry with the largest error, else the right entry with the largest error; null without either. */
  readonly worst: Entry | null;
  /** The failing entries, largest error first, at most five. */
  readonly failures: readonly Entry[];
  /** Every entry at a kink, accepted or not. */
  readonly kinks: readonly Kink[];
  /** The Taylor test along a random direction; null where a kink is at x or near it. */
  readonly taylor: Taylor | null;
  /** The recognised kinds of mistake, most specific first. Empty if the gradient is right or `blame` is off. */
  readonly diagnosis: readonly string[];
  /** The Jacobian from backward(), outputs × elements of the input, row-major; null in `directions` mode. */
  readonly analytic: Float64Array | null;
  /** The Jacobian from finite differences, laid out in the same way. */
  readonly numeric: Float64Array | null;
}

/** What a check found about one op of the tape. The op is checked alone, at the inputs it had. */
export interface OpReport {
  readonly op: string;
  /** The number of the op on the tape, 1 for the op that ran first. */
  readonly step: number;
  readonly inputShapes: readonly Shape[];
  /** `src/loss.ts:14:7`, the place in the program that called the op; empty if a rule of another op called it, or if not known. */
  readonly line: string;
  readonly verdict: Verdict;
  /** Position of the input whose rule fails; −1 if none does. */
  readonly input: number;
  /** Order of the derivative that fails: 1 for the rule itself, 2 for the derivative of the rule. */
  readonly order: number;
  /** The worst entry of the input whose rule fails. */
  readonly worst: Entry | null;
  /** The recognised kinds of mistake, and what is wrong with the op as a whole. */
  readonly diagnosis: readonly string[];
}

/** The error of the central difference with one step. */
export interface StepError {
  /** The step for an element of size 1. */
  readonly step: number;
  /** |difference − gradient| */
  readonly error: number;
}
