/**
 * The public types of a gradient check: what a caller may ask for, and what a report says about inputs, entries and ops.
 */
import type { Dtype, Shape, Tensor } from '../../index.js';
import type { Verdict } from './verdicts.js';

/** A function whose gradient is in question: tensors in, one tensor or several out. */
export type Checkable = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

export interface GradcheckOptions {
  /** Highest derivative to check: 2 also differentiates the gradient, and so on. Default 1. */
  readonly order?: number;
  /** Of the random cotangents and directions; the report prints it. Default 0. */
  readonly seed?: number | string;
  /** Names of the inputs for the report. Default: the tensors' own names, else a, b, c, … */
  readonly names?: readonly string[];
  /**
   * `full` compares every entry of the Jacobian; `directions` compares slopes along random directions, which costs a
   * handful of evaluations whatever the size; `auto` (default) is full up to 256 inputs and 16,384 entries.
   */
  readonly mode?: 'full' | 'directions' | 'auto';
  /** How many random directions an input gets in `directions` mode. Default 3. */
  readonly directions?: number;
  /** Largest accepted |backward − differences| relative to the larger one. Default 1e-6, and 4e-3 in float32. */
  readonly relative?: number;
  /** Accepted absolute error. Default: derived from the rounding of f and from the largest slope of the same output. */
  readonly absolute?: number;
  /** Difference step for an element x is eps · max(1, |x|). Default ∛(3u): 7e-6 in float64, 6e-3 in float32. */
  readonly eps?: number;
  /** `float32` for code that cannot run in float64: errors below about 4e-3 stay invisible. Default float64. */
  readonly dtype?: Dtype;
  /** Verdicts that shall not fail the check, e.g. `['vacuous']` where a zero gradient is expected. */
  readonly allow?: readonly Verdict[];
  /** Also compare forward mode with reverse mode: ⟨u, J·v⟩ against ⟨Jᵀ·u, v⟩. Default: from order 2 on. */
  readonly jvp?: boolean;
  /** Name the op at fault when the check fails. Default true. */
  readonly blame?: boolean;
}

/** One entry of a Jacobian, or one direction, seen from both sides. */
export interface Entry {
  /** Which element of the input; empty for a scalar. In `directions` mode: the number of the direction. */
  readonly index: readonly number[];
  /** Which element of the output; null in `directions` mode, where the output is contracted with a random cotangent. */
  readonly output: readonly number[] | null;
  /** What backward() gave. */
  readonly analytic: number;
  /** What finite differences gave. */
  readonly numeric: number;
  /** |analytic − numeric| */
  readonly absolute: number;
  /** |analytic − numeric| / max(|analytic|, |numeric|); 0 where both are 0. */
  readonly relative: number;
  /** The differences' own error, estimated from two or more step sizes (Richardson). */
  readonly numericError: number;
}

/** A point where the slopes to both sides differ. */
export interface Kink extends Entry {
  readonly left: number;
  readonly right: number;
  /** `corner`: both slopes exist; `edge`: the function lives on one side only; `jump`: the value itself jumps. */
  readonly kind: 'corner' | 'edge' | 'jump';
  /**
   * The analytic value lies between the slopes; for an edge it is the slope of the side that exists. A jump is accepted
   * in the gradient of a function that has a kink there, and nowhere else.
   */
  readonly accepted: boolean;
}

/** How fast f(x + t·v) − f(x) − t·⟨∇f, v⟩ vanishes: like t² if the gradient is right, like t if it is not. */
export interface Taylor {
  /** The exponent; NaN where the remainder drowns in rounding (exact, as for a linear f) or a kink is near. */
  readonly order: number;
  readonly opinion: 'right' | 'wrong' | 'exact' | 'undecided';
}

export interface InputReport {
  readonly name: string;
  readonly position: number;
  readonly shape: Shape;
  readonly verdict: Verdict;
  /** How many entries (or directions) were compared. */
  readonly compared: number;
  /** How many input elements have a wrong entry; in `directions` mode, how many directions disagree. */
  readonly wrongElements: number;
  /** The entry that is furthest off, kinks apart; null if there was nothing to compare. */
  readonly worst: Entry | null;
  /** The wrong entries, worst first, at most five. */
  readonly failures: readonly Entry[];
  /** Every entry at a kink, whether its gradient was accepted or not. */
  readonly kinks: readonly Kink[];
  readonly taylor: Taylor | null;
  /** Recognised patterns, most telling first; empty if the gradient is right. */
  readonly diagnosis: readonly string[];
  /** Jacobians of this input, outputs × elements, row-major; null in `directions` mode. */
  readonly analytic: Float64Array | null;
  readonly numeric: Float64Array | null;
}

/** The verdict on one op of the tape, checked alone at its recorded inputs. */
export interface OpReport {
  readonly op: string;
  /** Its place on the tape, 1 for the op that ran first. */
  readonly step: number;
  readonly inputShapes: readonly Shape[];
  /** `file.ts:14`: the line of the program that called it; empty if it was called by another op's rule. */
  readonly line: string;
  readonly verdict: Verdict;
  /** The input whose rule fails; −1 if all pass. */
  readonly input: number;
  /** The derivative that fails: 1 for the rule itself, 2 for the derivative of the rule. */
  readonly order: number;
  readonly worst: Entry | null;
  readonly diagnosis: readonly string[];
}

/** One curve point of the step study: how far the central difference with this step is from the analytic slope. */
export interface StepError {
  readonly step: number;
  readonly error: number;
}
