/** Writes a report as text: which input or op fails, by how much, and what the mistake looks like. */
import { formatShape } from '../../base/errors.js';
import { short } from '../../base/format.js';
import { label, sizeOf } from '../../base/shape.js';
import type { Entry, InputReport, Kink, OpReport } from '../terms/types.js';
import type { Verdict } from '../terms/verdicts.js';
import type { ReportContents } from './contents.js';

/** The whole report: a headline, each input, the ops at fault, and the report on the gradient's own derivative. */
export function write(report: ReportContents): string {
  return [
    headline(report),
    ...report.problems.map((problem) => `  ${problem}`),
    ...report.inputs.flatMap((input) => aboutInput(input, report)),
    ...aboutOps(report),
    ...(report.next && (report.ok || !report.next.ok) ? [indent(write(report.next))] : []),
  ].join('\n');
}

function headline(report: ReportContents): string {
  const how =
    report.mode === 'full'
      ? 'full Jacobian'
      : `${report.directions} random directions, which miss an error of 0.1 % of the Jacobian with probability ${probability(report.missProbability())}`;
  const bad = report.inputs.filter(({ verdict }) => verdict === report.verdict).map(({ name }) => name);
  const where = report.ok || bad.length === 0 ? '' : ` in ${bad.join(', ')}`;
  const outcome = `${report.ok ? 'passed' : 'failed'}: ${report.title} ${PHRASES[report.verdict]}${where}`;
  const blind = report.dtype === 'float32' ? '; float32 cannot show errors below about 4e-3' : '';
  return `gradcheck ${outcome}${orderNote(report)} [${how}, ${report.dtype}, seed ${report.seed}${blind}]`;
}

/** The order of the derivative that was checked; empty for the first. */
export const orderNote = ({ order }: ReportContents): string =>
  order > 1 ? ` (derivative of order ${order})` : '';

const PHRASES: Record<Verdict, string> = {
  correct: 'has the right gradient',
  wrong: 'has a wrong gradient',
  kink: 'has a kink at this point',
  vacuous: 'has a gradient of zero, which proves nothing',
  'not deterministic': 'is not deterministic',
  'not finite': 'is not finite, or its gradient is not',
  precision: 'is too imprecise to check',
};

const probability = (p: number): string => (p < 1e-12 ? '< 1e-12' : p.toExponential(0));

function aboutInput(input: InputReport, report: ReportContents): string[] {
  const { name, verdict, compared, worst, wrongElements } = input;
  const unit = report.mode === 'full' ? 'entries' : 'directions';
  const lines = [`  ${label(input)}: ${verdict}, ${compared} ${unit} compared`];
  if (verdict === 'vacuous' && report.order === 1)
    lines.push(
      '      the gradient is zero both ways, so agreement proves nothing: choose inputs or an output that respond to this input',
    );
  if (worst && verdict !== 'vacuous') lines.push(...aboutWorst(input, worst, report));
  if (verdict === 'wrong' && wrongElements > 0)
    lines.push(
      `      ${wrongElements} of ${report.mode === 'full' ? sizeOf(input.shape) : compared} ${report.mode === 'full' ? 'elements' : 'directions'} fail`,
    );
  lines.push(...input.diagnosis.map((found) => `      ${found}`));
  lines.push(...secondOpinion(input));
  lines.push(...aboutKinks(input));
  if (!report.ok && input.failures.length > 1)
    lines.push(
      '      next worst:',
      ...input.failures
        .slice(1)
        .map(
          (entry) =>
            `        ${entryLabel(name, entry)}: backward() ${number(entry.analytic)}, finite differences ${number(entry.numeric)}`,
        ),
    );
  return lines;
}

function aboutWorst(
  { name, verdict, failures }: InputReport,
  worst: Entry,
  { ok }: ReportContents,
): string[] {
  const errors = `absolute error ${worst.absolute.toExponential(1)}, relative ${worst.relative.toExponential(1)}`;
  if (ok || failures.length === 0)
    return verdict === 'correct' || verdict === 'kink'
      ? [`      worst at ${entryLabel(name, worst)}: ${errors}`]
      : [];
  const noise =
    verdict === 'precision'
      ? [
          '        too noisy to decide: the numeric error is as large as the difference; smooth the function or check in float64',
        ]
      : [];
  return [
    `      worst at ${entryLabel(name, worst)}`,
    `        backward() gave          ${number(worst.analytic)}`,
    `        finite differences gave  ${number(worst.numeric)} ± ${worst.numericError.toExponential(0)}`,
    ...(Number.isFinite(worst.absolute) ? [`        ${errors}`] : []),
    ...noise,
  ];
}

/** The name of an entry: `x[1] → output [2]`, or `direction 3 of x`. */
export function entryLabel(name: string, { index, output }: Entry): string {
  if (output === null) return `direction ${index[0]! + 1} of ${name}`;
  return `${name}${formatShape(index)} → output ${formatShape(output)}`;
}

function secondOpinion({ taylor, verdict }: InputReport): string[] {
  if (taylor === null || taylor.opinion === 'exact' || verdict === 'vacuous') return [];
  if (taylor.opinion === 'undecided') return [];
  return [
    `      second opinion: Taylor remainder of order ${taylor.order.toFixed(2)} (2 when right, 1 when wrong): ${taylor.opinion}`,
  ];
}

function aboutKinks({ kinks, name, compared }: InputReport): string[] {
  if (kinks.length === 0) return [];
  const shown = kinks.slice(0, 5).map((kink) => `        ${entryLabel(name, kink)}: ${aboutKink(kink)}`);
  const more = kinks.length > 5 ? [`        and ${kinks.length - 5} more`] : [];
  return [`      ${kinks.length} of ${compared} sit on a kink:`, ...shown, ...more];
}

function aboutKink({ kind, left, right, analytic, accepted }: Kink): string {
  if (kind === 'jump')
    return accepted
      ? 'the gradient jumps here, as it must where the function has a kink'
      : 'the function jumps here, so it has no slope';
  if (kind === 'edge')
    return `the function ends here; slope of the side that exists ${number(Number.isNaN(left) ? right : left)}, backward() gave ${number(analytic)}`;
  return `slopes ${number(left)} from the left, ${number(right)} from the right; backward() gave ${number(analytic)}, ${accepted ? 'in between' : 'outside both'}`;
}

function aboutOps({ ops, culprits, cuts, ok, next, verdict }: ReportContents): string[] {
  if (ops.length === 0 || ok) return [];
  if (culprits.length === 0 && verdict !== 'wrong') return [];
  const kinked = ops
    .filter((op) => op.verdict === 'kink')
    .map(({ op, line }) => (line ? `${op} (${line})` : op));
  if (culprits.length === 0 && kinked.length > 0)
    return [
      `  All ${ops.length} ops on the tape pass alone, ${kinked.length} of them at a kink, ${kinked.join(', ')}: where kinks of several ops meet, their rules need not add up to a slope of f. Move the inputs off the kink`,
    ];
  if (culprits.length === 0)
    return [
      `  ${ops.length === 1 ? 'The one op on the tape passes' : `All ${ops.length} ops on the tape pass`} alone: the mistake lies in what the tape did not see, a value taken out by ${cuts.length > 0 ? cuts.join(', ') : `detach(), item(), data, or noGrad(), or a hook that changes a gradient${next ? ', or a rule that computes with raw numbers' : ''}`}`,
    ];
  const right = ops.length - culprits.length;
  return [
    ...culprits.flatMap(aboutCulprit),
    ...(right > 0 ? [`  The other ${right === 1 ? 'op passes' : `${right} ops pass`}`] : []),
  ];
}

function aboutCulprit({
  op,
  step,
  line,
  input,
  inputShapes,
  worst,
  diagnosis,
  verdict,
  order,
}: OpReport): string[] {
  const which = input >= 0 ? `, the ${order > 1 ? 'derivative of the ' : ''}rule for input ${input}` : '';
  const where = line ? ` at ${line}` : '';
  const shapes = inputShapes.map(formatShape).join(', ');
  const numbers = worst
    ? [`      backward() gave ${number(worst.analytic)}, finite differences ${number(worst.numeric)}`]
    : [];
  return [
    `  Culprit: ${op}${where} (step ${step} of the tape, inputs ${shapes})${which}: ${verdict}`,
    ...numbers,
    ...diagnosis.map((found) => `      ${found}`),
  ];
}

const number = (value: number): string => short(value, 10);
const indent = (text: string): string => text.replace(/^/gm, '  ');
