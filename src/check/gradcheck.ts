/**
 * The entry to checking: takes a function and its inputs, and returns a report.
 *
 * Previous: src/check/verdict/examine.ts · Next: src/kernels/reference/matmul.ts
 */
import { checkOptions } from '../base/words.js';
import { randn, random, TapegradError, type Tensor } from '../core.js';
import { needReport } from './report/contents.js';
import { GradcheckReport } from './report/report.js';
import { OPTIONS, type Settings, settingsFrom } from './terms/settings.js';
import { gradientOf, listInputs, nameInputs, recorded, type Subject, subjectOf } from './terms/subject.js';
import type { Checkable, GradcheckOptions, Kink } from './terms/types.js';
import { examineOps } from './verdict/blame.js';
import { asChecked, examine, type Findings } from './verdict/examine.js';

/**
 * Checks that backward() gives the derivative of a function. Compares each entry of the Jacobian ∂fₘ/∂xₙ with the
 * central difference (fₘ(x + h·eₙ) − fₘ(x − h·eₙ)) / 2h, and for large inputs slopes uᵀ·J·v along random directions v.
 * The function runs in float64 whatever the dtype of the inputs, unless the option `dtype` says otherwise. Inputs may
 * have any shape.
 *
 * ```ts
 * const report = gradcheck((x, w) => x.matmul(w).tanh(), [x, w]);
 * console.log(report.ok, String(report));
 * ```
 * The inputs are copied, so that neither their values nor their `.grad` change. The option `seed` decides everything
 * that is random.
 * @param fn a deterministic function of the tensors; returns one tensor or several
 * @returns a report, also if the gradient is wrong; {@link assertGradients} throws instead
 * @throws ArgumentError for arguments that cannot be checked
 * @see Numerical Recipes, 3rd ed., 5.7, for the step; C. J. F. Ridders, Accurate computation of F′(x) and F′(x)F″(x),
 * Adv. Eng. Software 4 (1982), for the closer look where both sides differ
 */
export function gradcheck(
  fn: Checkable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckReport {
  return checkFunction('gradcheck', fn, inputs, options);
}

/** {@link gradcheck} on behalf of `op`, the public function that was called. */
export function checkFunction(
  op: string,
  fn: Checkable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckReport {
  const settings = settingsFrom(op, options);
  const list = listInputs(op, inputs);
  return check(subjectOf(op, fn, list, nameInputs(list, options.names), settings.dtype), settings);
}

/**
 * Checks like {@link gradcheck}, and throws if the gradient is not right. Works in any test runner.
 * @returns the report of a check that passed
 * @throws GradientError with the whole report as its message
 * @throws ArgumentError for arguments that cannot be checked
 * @example assertGradients((x) => x.square().sum(), tensor([1, 2, 3]))
 */
export function assertGradients(
  fn: Checkable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckReport {
  return demand(checkFunction('assertGradients', fn, inputs, options));
}

/** Checks first and second derivatives: {@link gradcheck} with `order: 2`. @throws ArgumentError as gradcheck does */
export function gradgradcheck(
  fn: Checkable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckReport {
  checkOptions('gradgradcheck', options, OPTIONS);
  return checkFunction('gradgradcheck', fn, inputs, { ...options, order: options.order ?? 2 });
}

/** The error that {@link assertGradients} throws. Its message is the whole report. */
export class GradientError extends TapegradError {
  static {
    GradientError.prototype.name = 'GradientError';
  }
  /** The report as data. Consoles and test runners, which print the message, do not list this field again. */
  declare readonly report: GradcheckReport;

  constructor(report: GradcheckReport) {
    super(String(report), 'gradcheck');
    Object.defineProperty(this, 'report', { value: report });
  }
}

/** Returns a report that passed. @throws GradientError for a report that failed */
export function demand(report: GradcheckReport): GradcheckReport {
  needReport('demand', report);
  if (!report.ok) throw new GradientError(report);
  return report;
}

/** Checks a subject up to the order of the settings, and looks for the op at fault if the check fails. */
export function check(subject: Subject, settings: Settings): GradcheckReport {
  return asChecked(settings, () => checkOrder(subject, settings, 1));
}

function checkOrder(subject: Subject, settings: Settings, order: number, kinked = false): GradcheckReport {
  const found = examine(subject, settings);
  const findings = kinked ? acceptJumps(found) : found;
  const alone = new GradcheckReport(subject.title, order, findings, settings);
  if (!alone.ok) return withBlame(subject, settings, order, findings);
  if (order >= settings.order) return alone;
  const next = checkOrder(
    gradientOf(subject, cotangentFor(subject, settings, order)),
    settings,
    order + 1,
    findings.inputs.some(({ kinks }) => kinks.length > 0),
  );
  if (next.ok || order > 1) return new GradcheckReport(subject.title, order, findings, settings, { next });
  return withBlame(subject, settings, order, findings, next);
}

/** Accepts all jumps: where a function has a kink, its gradient jumps. */
function acceptJumps(findings: Findings): Findings {
  const accepted = (kink: Kink): Kink => (kink.kind === 'jump' ? { ...kink, accepted: true } : kink);
  return {
    ...findings,
    inputs: findings.inputs.map((input) => ({ ...input, kinks: input.kinks.map(accepted) })),
  };
}

function withBlame(
  subject: Subject,
  settings: Settings,
  order: number,
  findings: Findings,
  next: GradcheckReport | null = null,
): GradcheckReport {
  const canBlame = settings.blame && order === 1 && findings.inputs.length > 0;
  const blame = canBlame ? examineOps(subject, { ...settings, order: next ? 2 : 1 }) : {};
  return new GradcheckReport(subject.title, order, findings, settings, { ...blame, next });
}

function cotangentFor(subject: Subject, { seed }: Settings, order: number): Tensor {
  const output = recorded(subject.run);
  return randn(output.shape, random(seed).split(`cotangent ${order}`), { dtype: output.dtype });
}
