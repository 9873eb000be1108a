/**
 * The outcome of a check, as data and as a message to read.
 */
import type { Shape } from '../../index.js';
import type { Settings } from '../terms/settings.js';
import type { InputReport, OpReport, StepError } from '../terms/types.js';
import { passes, type Verdict, worstVerdict } from '../terms/verdicts.js';
import type { TapeFindings } from '../verdict/blame.js';
import type { Findings } from '../verdict/examine.js';
import { write } from './wording.js';

/** The outcome of {@link gradcheck}. */
export class GradcheckReport {
  /** True if every verdict is `correct`, an accepted `kink`, or allowed by the options. */
  readonly ok: boolean;
  /** The worst verdict of all inputs and of the function as a whole. */
  readonly verdict: Verdict;
  readonly mode: 'full' | 'directions';
  readonly seed: number | string;
  readonly dtype: 'float32' | 'float64';
  readonly outputShape: Shape;
  readonly inputs: readonly InputReport[];
  /** What is wrong with the function as a whole. */
  readonly problems: readonly string[];
  /** Every op on the tape with finite inputs, examined alone; empty if the check passed or `blame` is off. */
  readonly ops: readonly OpReport[];
  /** Where values left the tape, `detach() at loss.ts:9`; empty if the check passed or `blame` is off. */
  readonly cuts: readonly string[];
  /** The ops at fault. */
  readonly culprits: readonly OpReport[];
  /** The report on the gradient's own derivative, for `order` 2 and up. */
  readonly next: GradcheckReport | null;
  readonly directions: number;
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
    const { inputs, problems } = findings;
    const allowed = (verdict: Verdict): boolean => verdict === 'correct' || settings.allow.has(verdict);
    // A linear function's second derivative is zero: from order 2 on that proves what it should.
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

  /** The wrong entries of all inputs, worst first. */
  get failures(): InputReport['failures'] {
    return this.inputs.flatMap(({ failures }) => failures).sort((a, b) => b.absolute - a.absolute);
  }

  /**
   * The error of an input's worst entry over ever smaller steps: the V of truncation against rounding.
   * Runs the function again.
   */
  stepErrors(input = 0): StepError[] {
    return this.curve(input);
  }

  /**
   * The probability that `directions` random directions all miss an error whose norm is `relativeError` times the
   * Jacobian's; 0 for a full Jacobian. For one direction |uᵀEv| of a rank-one E, the worst case, is the product of two
   * standard normals, which is below δ with probability (2/π)·δ·(1 + ln 2 − γ − ln δ) for small δ.
   */
  missProbability(relativeError = 1e-3): number {
    if (this.mode === 'full') return 0;
    const delta = this.relative / relativeError;
    if (delta >= 1) return 1;
    const one = (2 / Math.PI) * delta * (1 + Math.LN2 - 0.5772156649 - Math.log(delta));
    return Math.min(one, 1) ** this.directions;
  }

  /** The whole report to read. */
  toString(): string {
    return write(this);
  }

  /**
   * Analytic and numeric Jacobian of an input as heat maps, their difference beside them, and the error as a function
   * of the step size, as an SVG picture. Needs the optional package `echarts`.
   */
  async toSvg(input = this.inputs.findIndex(({ verdict }) => verdict === this.verdict)): Promise<string> {
    return (await import('./picture/picture.js')).reportSvg(this, Math.max(input, 0));
  }

  /** A self-contained page with the text of the report and the picture of every input. */
  async toHtml(): Promise<string> {
    return (await import('./picture/picture.js')).reportHtml(this);
  }
}
