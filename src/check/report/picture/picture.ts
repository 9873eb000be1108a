/** Draws a report: both Jacobians of an input, their difference, and the error of the differences with other steps. */
import { ArgumentError, formatShape } from '../../../base/errors.js';
import { label, ravel, sizeOf } from '../../../base/shape.js';
import { needNumber } from '../../../base/words.js';
import { barChart, escapeXml, type Line, lineChart, PALETTE, THEME } from '../../../plot/index.js';
import type { Entry, InputReport, StepError } from '../../terms/types.js';
import { needReport, type ReportContents } from '../contents.js';
import { entryLabel, orderNote } from '../wording.js';
import { type Drawing, MARGIN, nest, paragraph, rotated, text, textLine } from './drawing.js';
import {
  type CellLayout,
  drawCells,
  drawScale,
  numeral,
  px,
  reach,
  type Selection,
  select,
} from './heatmap.js';
import { reportPage } from './page.js';

/** The width of a picture that fits an upright telephone, in px. */
const COMPACT = 380;
/** The width of the content of a page on a larger screen, in px. */
const WIDE = 736;
/** Distance between two maps, in px. */
const GAP = 14;

/**
 * An SVG picture of one input: heat maps of the Jacobian from backward(), the Jacobian from differences and the error,
 * and a chart of the error over the step size. In `directions` mode there is no Jacobian, and bars show the slopes that
 * were compared. Needs the optional package `echarts`.
 * @param input position of the input in the report; default: the first input with the verdict of the report
 * @param width in px
 * @throws ArgumentError for an input that the report does not have, or without the package echarts
 */
export async function reportSvg(report: ReportContents, input?: number, width = COMPACT): Promise<string> {
  needReport('reportSvg', report);
  needNumber('reportSvg', 'width', width, { least: 100, finite: true });
  if (input === undefined) {
    const telling = report.inputs.findIndex(({ verdict }) => verdict === report.verdict);
    return reportSvg(report, Math.max(telling, 0), width);
  }
  needNumber('reportSvg', 'input', input, { least: 0, whole: true });
  const found = report.inputs[input];
  if (!found && (report.inputs.length > 0 || input !== 0))
    throw new ArgumentError(
      'reportSvg',
      `there is no input ${input}; the report has ${report.inputs.length}, counted from 0`,
    );
  const drawing: Drawing = { width, parts: [], y: MARGIN };
  textLine(drawing, headingOf(report, found), { size: THEME.textSize + 1, bold: true });
  if (found) await drawInput(drawing, report, found);
  else for (const problem of report.problems) paragraph(drawing, problem);
  return finish(drawing, report, found);
}

/**
 * A self-contained HTML page with the text of the report and the picture of every input of every order, each in two
 * widths. Needs the optional package `echarts`.
 * @throws ArgumentError without the package echarts
 */
export async function reportHtml(report: ReportContents): Promise<string> {
  needReport('reportHtml', report);
  const sections: string[] = [];
  for (let one: ReportContents | null = report; one; one = one.next)
    for (let input = 0; input < one.inputs.length; input++) sections.push(await section(one, input));
  const verdict = `<p class="verdict ${report.ok ? 'passed' : 'failed'}">${report.ok ? 'passed' : 'failed'}: ${report.verdict}</p>`;
  return reportPage(
    `gradcheck of ${report.title}: ${report.verdict}`,
    `<p class="kicker">Gradient check</p>\n<h1>Gradient of ${escapeXml(report.title)}</h1>\n${verdict}\n<pre>${escapeXml(String(report))}</pre>\n${sections.join('\n')}`,
  );
}

async function section(report: ReportContents, position: number): Promise<string> {
  const input = report.inputs[position]!;
  const heading = `${label(input)}${orderNote(report)}: ${input.verdict}`;
  const found = input.diagnosis.map((sentence) => `<li>${escapeXml(sentence)}</li>`).join('');
  return `<section>
<h2>${escapeXml(heading)}</h2>
${found && `<ul>${found}</ul>\n`}<figure><div class="wide">${await reportSvg(report, position, WIDE)}</div><div class="narrow">${await reportSvg(report, position)}</div></figure>
</section>`;
}

function headingOf({ title }: ReportContents, input?: InputReport): string {
  return input ? `Gradient of ${title} for ${label(input)}: ${input.verdict}` : `Gradient of ${title}`;
}

async function drawInput(drawing: Drawing, report: ReportContents, input: InputReport): Promise<void> {
  const { analytic, numeric } = input;
  drawing.y += 8;
  if (!analytic || !numeric) await drawDirections(drawing, input);
  else if (analytic.length === 0) paragraph(drawing, 'There are no entries, so there is nothing to draw.');
  else drawJacobians(drawing, report, input, analytic, numeric);
  if (input.verdict === 'vacuous')
    paragraph(
      drawing,
      'Both sides are zero, so there is no error to follow: any rule that gives zero here would agree.',
    );
  else if (input.compared > 0) await drawSteps(drawing, report, input);
}

function drawJacobians(
  drawing: Drawing,
  report: ReportContents,
  input: InputReport,
  analytic: Float64Array,
  numeric: Float64Array,
): void {
  const { selection, maps } = mapsOf(input, analytic, numeric);
  const slot = (drawing.width - 2 * MARGIN - AXIS - 2 * GAP) / 3;
  const cell = cellSize(selection, slot);
  const { rows, columns } = selection;
  const axis = { rows, columns, ...cell, left: MARGIN + AXIS, top: drawing.y + 22 };
  const below = axis.top + cell.height * rows;
  for (const [i, { title, values, range, scale }] of maps.entries()) {
    const layout = { ...axis, left: axis.left + i * (slot + GAP) };
    drawing.parts.push(
      text(title, layout.left, drawing.y + 12, { bold: true, color: THEME.ink }),
      drawCells(values, layout, range),
      ...columnTicks(selection, layout, below + 14),
      ...outline(selection, layout, report, input),
    );
    if (scale) drawing.parts.push(drawScale(layout.left, below + 42, range, scale));
  }
  drawing.parts.push(
    ...rowTicks(selection, axis),
    rotated(`outputs ${formatShape(report.outputShape)}`, MARGIN + 10, (axis.top + below) / 2),
    text(`inputs: elements of ${input.name}`, axis.left, below + 32),
  );
  drawing.y = below + 66;
  describeMaps(drawing, selection, input);
}

interface HeatMap {
  readonly title: string;
  readonly values: readonly number[];
  /** The |number| that is drawn in full colour. */
  readonly range: number;
  /** The label beside the colour bar; left out for a map that shares the colours of its neighbour. */
  readonly scale?: string;
}

/** The three maps: both Jacobians on one colour scale, and the first minus the second on a scale of its own. */
function mapsOf(
  { shape, verdict }: InputReport,
  analytic: Float64Array,
  numeric: Float64Array,
): { selection: Selection; maps: HeatMap[] } {
  const columns = sizeOf(shape);
  const error = analytic.map((value, at) => value - numeric[at]!);
  // An error that is NaN counts as infinite.
  const gap = (at: number): number => (Number.isNaN(error[at]!) ? Infinity : Math.abs(error[at]!));
  const selection = select(analytic.length / columns, columns, gap);
  const picked = (values: Float64Array): number[] => selection.picked.map((at) => values[at]!);
  // Slopes that are zero up to rounding must not look like large ones.
  const visible = verdict === 'vacuous' ? 0 : 1;
  const [slopes, errors] = [reach(analytic, numeric), reach(error)];
  const scale = (most: number): string =>
    most === 0 ? 'all are 0' : visible ? `±${numeral(most, 2)}` : '0 but for rounding';
  return {
    selection,
    maps: [
      { title: 'backward()', values: picked(analytic), range: slopes * visible, scale: scale(slopes) },
      { title: 'differences', values: picked(numeric), range: slopes * visible },
      { title: 'error', values: picked(error), range: errors * visible, scale: scale(errors) },
    ],
  };
}

/** Room for the name and the numbers of the vertical axis, in px. */
const AXIS = 40;

/** The size of a cell: square if possible, oblong where the map would become too high or too flat. */
function cellSize({ rows, columns }: Selection, slot: number): { width: number; height: number } {
  const width = Math.min(slot / columns, 48);
  const highest = Math.max(130, slot * 1.1);
  return { width, height: Math.min(Math.max(width, 20, 60 / rows), 60, Math.max(highest / rows, 2)) };
}

/** The numbers on an axis: every number if there is room, else the first and the last. */
function ticks(count: number, cell: number, room: number): number[] {
  return Array.from({ length: count }, (_, i) => i).filter(
    (i) => i === 0 || cell >= room || (i === count - 1 && cell * i >= room),
  );
}

function columnTicks({ columns, block }: Selection, { left, width }: CellLayout, baseline: number): string[] {
  return ticks(columns, width, 17).map((i) =>
    text(String(i * block[1]), left + (i + 0.5) * width, baseline, { anchor: 'middle', size: 11 }),
  );
}

function rowTicks({ rows, block }: Selection, { left, top, height }: CellLayout): string[] {
  return ticks(rows, height, 13).map((i) =>
    text(String(i * block[0]), left - 5, top + (i + 0.5) * height + 4, { anchor: 'end', size: 11 }),
  );
}

/** A line around the failing entry with the largest error. */
function outline(
  { picked, columns }: Selection,
  { left, top, width, height }: CellLayout,
  report: ReportContents,
  { failures, shape }: InputReport,
): string[] {
  const worst = failures[0];
  if (!worst) return [];
  const at = ravel(worst.output ?? [], report.outputShape) * sizeOf(shape) + ravel(worst.index, shape);
  const cell = picked.indexOf(at);
  if (cell < 0) return [];
  const [x, y] = [left + (cell % columns) * width, top + Math.floor(cell / columns) * height];
  return [
    `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="none" stroke="${THEME.ink}" stroke-width="1.75"/>`,
  ];
}

function describeMaps(
  drawing: Drawing,
  { block }: Selection,
  { worst, failures, name, kinks }: InputReport,
): void {
  if (kinks.length > 0)
    paragraph(
      drawing,
      `${kinks.length === 1 ? 'One entry sits' : `${kinks.length} entries sit`} on a kink, where the differences show the mean of the slopes to both sides.`,
    );
  if (block[0] * block[1] > 1)
    paragraph(
      drawing,
      `A cell stands for ${block[0]} × ${block[1]} entries and shows the one with the largest error.`,
    );
  if (worst && failures.length > 0)
    paragraph(drawing, `Outlined, the worst: ${entryLabel(name, worst)}, ${versus(worst)}.`);
}

const versus = ({ analytic, numeric }: Entry): string =>
  `backward() gave ${numeral(analytic, 4)}, differences ${numeral(numeric, 4)}`;

/** Draws bars for the slopes along the failing directions; if none fails, along the one with the largest error. */
async function drawDirections(drawing: Drawing, { worst, failures, compared }: InputReport): Promise<void> {
  const entries = (failures.length > 0 ? failures : worst ? [worst] : []).filter(
    ({ analytic, numeric }) => Number.isFinite(analytic) && Number.isFinite(numeric),
  );
  paragraph(
    drawing,
    `Random directions were checked, for which there is no Jacobian to draw. ${failures.length > 0 ? `Slopes along the failing ones of ${compared} directions` : `The slope along the one of ${compared} directions that is furthest off`}, from both sides:`,
  );
  if (entries.length === 0) {
    paragraph(drawing, 'None of them has two finite slopes.');
    return;
  }
  const chart = await barChart(
    entries.map(({ index }) => `direction ${index[0]! + 1}`),
    [
      { name: 'backward()', values: entries.map(({ analytic }) => analytic), color: PALETTE[1] },
      { name: 'differences', values: entries.map(({ numeric }) => numeric), color: PALETTE[0] },
    ],
    { width: drawing.width },
  );
  nest(drawing, chart);
}

/**
 * Draws the error over the step. Rounding raises the left end of the curve, truncation the right end. Between them the
 * curve falls below the accepted error if the gradient is right. If it is wrong, the curve is level, because no step
 * makes the error vanish.
 */
async function drawSteps(drawing: Drawing, report: ReportContents, input: InputReport): Promise<void> {
  const curve = report.stepErrors(input.position).reverse();
  drawing.y += 12;
  const subject = report.mode === 'directions' ? 'That direction' : 'The worst entry';
  textLine(
    drawing,
    `${subject}${input.kinks.length > 0 && input.failures.length === 0 ? ', kinks apart,' : ''} seen with other steps`,
    {
      bold: true,
    },
  );
  if (!curve.some(({ error }) => error > 0)) {
    paragraph(
      drawing,
      curve.length === 0
        ? 'There is no entry whose slope the differences can follow.'
        : 'With every step the differences give what backward() gives, to the last digit.',
    );
    return;
  }
  nest(drawing, await stepChart(curve, report, input, drawing.width));
  if (curve.some(({ error }) => error === 0))
    paragraph(drawing, 'Where the curve is missing, both give the same to the last digit.');
}

function stepChart(
  curve: readonly StepError[],
  { eps, relative }: ReportContents,
  { worst }: InputReport,
  width: number,
): Promise<string> {
  const errors = curve.map(({ error }) => error);
  const usual = nearest(curve, eps);
  const accepted = worst ? relative * Math.max(Math.abs(worst.analytic), Math.abs(worst.numeric)) : 0;
  const lines: Line[] = [
    { name: '|differences − backward()|', values: errors, color: PALETTE[0] },
    {
      name: `step that was used, ${numeral(eps, 1)}`,
      values: errors.map((error, i) => (i === usual ? error : Number.NaN)),
      color: PALETTE[1],
    },
    { name: 'accepted', values: errors.map(() => accepted), color: THEME.axis, dashed: true },
  ];
  return lineChart(
    lines.filter(({ values }) => Array.from(values).some((value) => value > 0)),
    {
      width,
      height: width > 500 ? 300 : 270,
      x: {
        label: '← rounding · step ÷ max(1, |x|) · truncation →',
        scale: 'log',
        values: curve.map(({ step }) => step),
      },
      y: { scale: 'log' },
    },
  );
}

function nearest(curve: readonly StepError[], step: number): number {
  const distance = (i: number): number => Math.abs(Math.log(curve[i]!.step / step));
  return curve.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0);
}

function finish({ width, parts, y }: Drawing, report: ReportContents, input?: InputReport): string {
  const height = Math.ceil(y + MARGIN);
  const description = input
    ? `Gradient of ${report.title} for ${input.name}: what backward() gives, what differences give, and the error`
    : `Gradient check of ${report.title}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="100%" style="max-width:${width}px;height:auto;display:block"` +
    ` font-family="${THEME.font}" role="img" aria-label="${escapeXml(description)}">\n` +
    `<rect width="${width}" height="${height}" fill="${THEME.background}"/>\n${parts.join('\n')}\n</svg>`
  );
}
