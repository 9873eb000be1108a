/**
 * The entry to checking: a function and its inputs go in, a report comes out.
 *
 * Read next: {@link numeric/differences.ts}, the slopes that a gradient is compared with; {@link verdict/examine.ts}, the
 * checks one after another; {@link verdict/judge.ts}, how a verdict is reached.
 *
 * Previous: src/check/verdict/examine.ts · Next: test/ops/registry.ts
 */
import { random, type Shape, Tensor } from '../index.js';
import { normals } from './numeric/vectors.js';
import { GradcheckReport } from './report/report.js';
import { type Settings, settingsFrom } from './terms/settings.js';
import { gradientOf, listInputs, nameInputs, recorded, type Subject, subjectOf } from './terms/subject.js';
import type { Checkable, GradcheckOptions, Kink } from './terms/types.js';
import { examineOps } from './verdict/blame.js';
import { asChecked, examine, type Findings } from './verdict/examine.js';

/**
 * Compares the gradient that backward() gives with central differences, element by element of the Jacobian (or along
 * random directions for large inputs), in float64 whatever the inputs' dtype.
 *
 * ```ts
 * const report = gradcheck((x, w) => x.matmul(w).tanh(), [x, w]);
 * console.log(report.ok, String(report));
 * ```
 * Inputs are copied: neither their values nor their `.grad` change. Nothing is random that `seed` does not decide.
 * @param fn a deterministic function of the tensors; returns one tensor or several
 * @returns verdicts with evidence; {@link assertGradients} throws them instead
 * @throws ArgumentError for arguments that cannot be checked; never because a gradient is wrong
 */
export function gradcheck(
  fn: Checkable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckReport {
  const settings = settingsFrom(options);
  const list = listInputs(inputs);
  return check(subjectOf(fn, list, nameInputs(list, options.names), settings.dtype), settings);
}

/**
 * Throws a {@link GradientError} with the whole report as its message unless the gradient is right. For any test
 * runner.
 * @example assertGradients((x) => x.square().sum(), tensor([1, 2, 3]))
 */
export function assertGradients(
  fn: Checkable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckReport {
  return demand(gradcheck(fn, inputs, options));
}

/** Checks first and second derivatives: {@link gradcheck} with `order: 2`. */
export function gradgradcheck(
  fn: Checkable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): GradcheckReport {
  return gradcheck(fn, inputs, { order: 2, ...options });
}

/** What {@link assertGradients} throws. */
export class GradientError extends Error {
  override name = 'GradientError';
  constructor(readonly report: GradcheckReport) {
    super(String(report));
  }
}

/** Passes a report on if it is good. @throws GradientError if not */
export function demand(report: GradcheckReport): GradcheckReport {
  if (!report.ok) throw new GradientError(report);
  return report;
}

/** The check of a prepared subject to the order asked for, with blame if it fails. */
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

/** Where f has a kink, its gradient jumps. */
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
  return new Tensor(normals(output.data, random(seed).split(`cotangent ${order}`)), output.shape as Shape);
}
