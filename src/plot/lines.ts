/** Line charts: curves over a common horizontal axis. */
import { ArgumentError } from '../base/errors.js';
import { nameAxis, numericAxis, type Ticks, ticksFor } from './axes.js';
import { finiteRange, type Numbers, needFinite, needLength, needSome } from './check.js';
import type { Axis, PictureOptions } from './options.js';
import { type Key, MARGIN, type Rectangle, Sheet } from './sheet.js';
import { seriesColor, THEME } from './theme.js';

/** A named curve. */
export interface Line {
  name: string;
  /** One value a position. NaN, ±∞ and, on a log axis, numbers ≤ 0 leave a gap. */
  values: Numbers;
  /** Default: the next colour of the palette. */
  color?: string;
  dashed?: boolean;
  /** Thin and grey, to compare with; not in the legend. */
  context?: boolean;
}

/** A horizontal axis with the positions of the values along it. */
export interface PositionAxis extends Axis {
  /** Ascending numbers, or names; every line has as many values. Default: 0, 1, 2, … */
  values?: Numbers | readonly string[];
}

export interface LineChartOptions extends PictureOptions {
  x?: PositionAxis;
  y?: Axis;
}

/**
 * Curves over a common horizontal axis, such as losses over steps.
 * @returns an SVG string
 * @throws ArgumentError for no lines, lines of unequal length, a line without a number that can be drawn, or two of
 *   one name
 * @example await lineChart([{ name: 'He', values: history.loss }], { x: { label: 'step' }, y: { label: 'loss', scale: 'log' } })
 */
export async function lineChart(lines: readonly Line[], options: LineChartOptions = {}): Promise<string> {
  const op = 'lineChart';
  const { x = {}, y = {} } = options;
  const sheet = new Sheet(op, options);
  checkLines(op, lines, x, y);
  const colored = withColors(lines);
  if (lines.length > 1) sheet.legend(keysOf(colored));
  sheet.row(y.label);
  const height = sheet.plotHeight(x.label);
  const across = sheet.width > 500 ? 5 : 4;
  const place = { left: MARGIN, top: sheet.y, width: sheet.inner - 8, height };
  drawLines(sheet, place, colored, { x, y, ticks: verticalTicks(op, lines, y, 5), across });
  sheet.y += height;
  sheet.labelBelow(x.label);
  return sheet.render(op);
}

export type ColoredLine = Line & { color: string };

/** Hands out the palette's colours to lines that have none; lines of one name have one colour in all panels. */
export function withColors(lines: readonly Line[], among = lines): ColoredLine[] {
  const names = [...new Set(among.filter(({ context }) => !context).map(({ name }) => name))];
  return lines.map((line) => ({
    ...line,
    color: line.context ? THEME.context : (line.color ?? seriesColor(names.indexOf(line.name))),
  }));
}

export function keysOf(lines: readonly ColoredLine[]): Key[] {
  return lines
    .filter(({ context }) => !context)
    .map(({ name, color, dashed = false }) => ({ name, color, dashed, mark: 'line' }));
}

export function checkLines(op: string, lines: readonly Line[], x: PositionAxis, y: Axis): void {
  needSome(op, 'lines', lines);
  const names = new Set<string>();
  for (const { name, values } of lines) {
    if (names.has(name)) throw new ArgumentError(op, `two lines are called "${name}"`);
    names.add(name);
    needSome(op, `values in line "${name}"`, values);
    if (x.values) needLength(op, `line "${name}"`, values.length, x.values.length, 'position on the x axis');
    else
      needLength(
        op,
        `line "${name}"`,
        values.length,
        lines[0]!.values.length,
        `value of "${lines[0]!.name}"`,
      );
    finiteRange(op, `line "${name}"${y.scale === 'log' ? ' on a log axis' : ''}`, drawable(values, y));
  }
  if (!x.values || typeof x.values[0] === 'string') return;
  needFinite(op, 'x.values', x.values as Numbers);
  if (x.scale === 'log' && Array.from(x.values as Numbers).some((value) => value <= 0))
    throw new ArgumentError(op, 'a log axis needs positions above 0; pass x.values without 0');
}

/** The values that have a place on the axis; NaN for the others. */
function drawable(values: Numbers, { scale }: Axis): number[] {
  return Array.from(values, (value) =>
    Number.isFinite(value) && (scale !== 'log' || value > 0) ? value : Number.NaN,
  );
}

/** Ticks of a vertical axis that all lines fit; a linear one shows 0. */
export function verticalTicks(op: string, lines: readonly Line[], y: Axis, count: number): Ticks {
  const ranges = lines.map(({ name, values }) => finiteRange(op, name, drawable(values, y)));
  const zero = y.scale === 'log' ? [] : [0];
  const low = Math.min(...zero, ...ranges.map(([from]) => from));
  const high = Math.max(...zero, ...ranges.map(([, to]) => to));
  return ticksFor(y, [low, high], count);
}

export interface LineAxes {
  x: PositionAxis;
  y: Axis;
  /** Those of y. */
  ticks: Ticks;
  /** About how many ticks x gets. */
  across: number;
}

export function drawLines(
  sheet: Sheet,
  place: Rectangle,
  lines: readonly ColoredLine[],
  { x, y, ticks, across }: LineAxes,
): void {
  const positions = x.values ?? Array.from(lines[0]!.values, (_, i) => i);
  const named = typeof positions[0] === 'string';
  const index = sheet.coordinates(
    place,
    named
      ? nameAxis(positions as readonly string[])
      : numericAxis(ticksFor(x, finiteRange('plot', 'x', positions as Numbers), across), 'x'),
    numericAxis(ticks, 'y'),
  );
  for (const { values, color, dashed, context } of lines) {
    const points = drawable(values, y);
    sheet.draw(index, {
      type: 'line',
      data: points.map((value, i) => [
        named ? positions[i]! : coordinateOn(x, positions[i] as number),
        Number.isNaN(value) ? '-' : coordinateOn(y, value),
      ]),
      symbol: 'circle',
      symbolSize: 8,
      showSymbol: named || points.filter((value) => !Number.isNaN(value)).length < 2,
      itemStyle: { color },
      lineStyle: { color, width: context ? 1.25 : 2.25, type: dashed ? [7, 5] : 'solid' },
      z: context ? 1 : 2,
    });
  }
}

/** Log axes are drawn as linear ones of the logarithms. */
function coordinateOn({ scale }: Axis, value: number): number {
  return scale === 'log' ? Math.log10(value) : value;
}
