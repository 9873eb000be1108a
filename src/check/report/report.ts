/** The outcome of a check: as data, as text and as a picture. */
import { Printed } from '../../base/printed.js';
import type { Shape } from '../../core.js';
import type { Settings } from '../terms/settings.js';
import type { InputReport, OpReport, StepError } from '../terms/types.js';
import { passes, type Verdict, worstVerdict } from '../terms/verdicts.js';
import type { TapeFindings } from '../verdict/blame.js';
import type { Findings } from '../verdict/examine.js';
import { write } from './wording.js';

/** The outcome of {@link gradcheck}: verdicts with the numbers behind them, as data, as text and as a picture. */
export class GradcheckReport extends Printed {
  /** True if every verdict is `correct`, an accepted `kink`, allowed by the options, or, from order 2 on, `vacuous`. */
  readonly ok: boolean;
  /** The worst verdict of all inputs and of the function as a whole. */
  readonly verdict: Verdict;
  /** Whether every entry of the Jacobians was compared, or slopes along random directions. */
  readonly mode: 'full' | 'directions';
  readonly seed: number | string;
  readonly dtype: 'float32' | 'float64';
  readonly outputShape: Shape;
  readonly inputs: readonly InputReport[];
  /** What is wrong with the function as a whole. */
  readonly problems: readonly string[];
  /** Every op on the tape with finite inputs, checked alone; empty if the check passed or `blame` is off. */
  readonly ops: readonly OpReport[];
  /** Places where values left the tape, `detach() at src/loss.ts:9:14`; empty if the check passed or `blame` is off. */
  readonly cuts: readonly string[];
  /** The ops at fault: those of `ops` that do not pass. */
  readonly culprits: readonly OpReport[];
  /** The report on the derivative of the gradient, for `order` 2 and up; null if that was not checked. */
  readonly next: GradcheckReport | null;
  /** The number of random directions for each input in `directions` mode. */
  readonly directions: number;
  /** The accepted relative error. */
  readonly relative: number;
  /** The step of the differences for an element of size 1. */
  readonly eps: number;
  private readonly curve: (input: number) => StepError[];

  /** @internal */
  constructor(
    readonly title: string,
    /** The derivative that was checked: 1 for the gradient. */
    readonly order: number,
    findings: Findings,
    settings: Settings,
    { ops = [], cuts = [], next = null }: Partial<TapeFindings> & { next?: GradcheckReport | null } = {},
  ) {
    super();
    const { inputs, problems } = findings;
    const allowed = (verdict: Verdict): boolean => verdict === 'correct' || settings.allow.has(verdict);
    // The second derivative of a linear function is zero, so from order 2 on a gradient of zero may pass.
    const acceptable = ({ verdict, kinks }: InputReport): boolean =>
      allowed(verdict) ||
      (verdict === 'kink' && kinks.every(({ accepted }) => accepted)) ||
      (verdict === 'vacuous' && order > 1);
    this.ok =
      inputs.every(acceptable) && problems.every(({ verdict }) => allowed(verdict)) && (next?.ok ?? true);
    this.verdict = worstVerdict([
      ...inputs.filter((input) => order === 1 || input.verdict !== 'vacuous').map(({ verdict }) => verdict),
      ...problems.map(({ verdict }) => verdict),
      ...(next ? [next.verdict] : []),
    ]);
    this.mode = findings.mode;
    this.seed = settings.seed;
    this.dtype = settings.dtype;
    this.directions = settings.directions;
    this.relative = settings.relative;
    this.eps = settings.eps;
    this.outputShape = findings.outputShape;
    this.inputs = inputs;
    this.problems = problems.map(({ message }) => message);
    this.ops = ops;
    this.cuts = cuts;
    this.culprits = ops.filter(({ verdict }) => !passes(verdict));
    this.next = next;
    this.curve = findings.stepErrors;
  }

  /** The failing entries of all inputs, at most five of each, largest error first. */
  get failures(): InputReport['failures'] {
    return this.inputs.flatMap(({ failures }) => failures).sort((a, b) => b.absolute - a.absolute);
  }

  /**
   * The error of an input's worst entry for ever smaller steps, from 0.5 down to rounding. If the gradient is right,
   * the errors form a V: they are large for wide steps, by truncation, and for narrow steps, by rounding. Runs the
   * function again.
   */
  stepErrors(input = 0): StepError[] {
    return this.curve(input);
  }

  /**
   * The probability, 0 to 1, that all random directions miss an error E whose norm is `relativeError` times the norm of
   * the Jacobian; 0 in `full` mode. The worst case is an E of rank one. Along one direction |uᵀ·E·v| is then the
   * product of two standard normals, which is below δ with probability (2/π)·δ·(1 + ln 2 − γ − ln δ) for small δ.
   */
  missProbability(relativeError = 1e-3): number {
    if (this.mode === 'full') return 0;
    const delta = this.relative / relativeError;
    if (delta >= 1) return 1;
    const one = (2 / Math.PI) * delta * (1 + Math.LN2 - 0.5772156649 - Math.log(delta));
    return Math.min(one, 1) ** this.directions;
  }

  /** The whole report as text, which consoles show too. */
  override toString(): string {
    return write(this);
  }
}
