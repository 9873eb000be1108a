/** Line charts: curves over one horizontal axis. */
import { ArgumentError } from '../base/errors.js';
import { checkOptions } from '../base/words.js';
import { nameAxis, numericAxis, type Ticks, ticksFor } from './axes.js';
import { finiteRange, type Numbers, needFinite, needLength, needObjects, needSome } from './check.js';
import { type Axis, axisOf, type PictureOptions, TALL } from './options.js';
import { type Key, MARGIN, type Rectangle, Sheet } from './sheet.js';
import { seriesColor, THEME } from './theme.js';

/** A named curve. */
export interface Line {
  name: string;
  /** One value for each position. NaN, ±∞ and, on a log axis, numbers ≤ 0 leave a gap. */
  values: Numbers;
  /** A CSS colour. Default: the next colour of the palette. */
  color?: string;
  dashed?: boolean;
  /** Whether the values are points of their own, such as measurements, with no line from one to the next. */
  points?: boolean;
  /** Whether the curve is there to compare with: thin, grey, and not in the legend. */
  context?: boolean;
}

/** A horizontal axis, and the positions along it at which lines have values. */
export interface PositionAxis extends Axis {
  /** Ascending numbers, or names. Every line has as many values. Default: 0, 1, 2, … */
  values?: Numbers | readonly string[];
}

/** Options of {@link lineChart}. */
export interface LineChartOptions extends PictureOptions {
  x?: PositionAxis;
  y?: Axis;
}

/**
 * A line chart: curves over one horizontal axis, such as losses over steps.
 * @returns an SVG string
 * @throws ArgumentError for no lines, lines of unequal length, a line without a number that can be drawn, or two lines
 *   of one name
 * @example await lineChart([{ name: 'He', values: history.loss }], { x: { label: 'step' }, y: { label: 'loss', scale:
 *   'log' } })
 */
export async function lineChart(lines: readonly Line[], options: LineChartOptions = {}): Promise<string> {
  const op = 'lineChart';
  checkOptions(op, options, { ...TALL, x: axisOf({ values: null }), y: axisOf() });
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

/** A line whose colour is decided. @internal */
export type ColoredLine = Line & { color: string };

/** Gives each line without a colour one of the palette. Lines of one name get one colour in all panels (`among`). @internal */
export function withColors(lines: readonly Line[], among = lines): ColoredLine[] {
  const names = [...new Set(among.filter(({ context }) => !context).map(({ name }) => name))];
  return lines.map((line) => ({
    ...line,
    color: line.context ? THEME.context : (line.color ?? seriesColor(names.indexOf(line.name))),
  }));
}

/** The entries of the legend: all lines that are not there to compare with. @internal */
export function keysOf(lines: readonly ColoredLine[]): Key[] {
  return lines
    .filter(({ context }) => !context)
    .map(({ name, color, dashed = false, points }) => ({
      name,
      color,
      dashed,
      mark: points ? 'point' : 'line',
    }));
}

/** Refuses lines that no chart with these axes can show. @internal */
export function checkLines(op: string, lines: readonly Line[], x: PositionAxis, y: Axis): void {
  needSome(op, 'lines', lines);
  const names = new Set<string>();
  needObjects(op, 'lines', lines);
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

/** The values that the axis can show, with NaN in the place of the others. */
function drawable(values: Numbers, { scale }: Axis): number[] {
  return Array.from(values, (value) =>
    Number.isFinite(value) && (scale !== 'log' || value > 0) ? value : Number.NaN,
  );
}

/** The ticks of a vertical axis on which all lines fit. A linear axis contains 0. @internal */
export function verticalTicks(op: string, lines: readonly Line[], y: Axis, count: number): Ticks {
  const ranges = lines.map(({ name, values }) => finiteRange(op, name, drawable(values, y)));
  const zero = y.scale === 'log' ? [] : [0];
  const low = Math.min(...zero, ...ranges.map(([from]) => from));
  const high = Math.max(...zero, ...ranges.map(([, to]) => to));
  return ticksFor(y, [low, high], count);
}

/** The axes of lines. @internal */
export interface LineAxes {
  x: PositionAxis;
  y: Axis;
  /** The ticks of y. */
  ticks: Ticks;
  /** The number of ticks of x, roughly. */
  across: number;
}

/** Draws lines in a coordinate system that fills `place`, and returns the number of the system. @internal */
export function drawLines(
  sheet: Sheet,
  place: Rectangle,
  lines: readonly ColoredLine[],
  { x, y, ticks, across }: LineAxes,
): number {
  const positions = x.values ?? Array.from(lines[0]!.values, (_, i) => i);
  const named = typeof positions[0] === 'string';
  const index = sheet.coordinates(
    place,
    named
      ? nameAxis(positions as readonly string[])
      : numericAxis(ticksFor(x, finiteRange('plot', 'x', positions as Numbers), across), 'x'),
    numericAxis(ticks, 'y'),
  );
  for (const { values, color, dashed, points, context } of lines) {
    const drawn = drawable(values, y);
    sheet.draw(index, {
      type: 'line',
      data: drawn.map((value, i) => [
        named ? positions[i]! : coordinateOn(x, positions[i] as number),
        Number.isNaN(value) ? '-' : coordinateOn(y, value),
      ]),
      symbol: 'circle',
      symbolSize: points ? 6 : 8,
      showSymbol: points || named || drawn.filter((value) => !Number.isNaN(value)).length < 2,
      itemStyle: { color },
      lineStyle: { color, width: points ? 0 : context ? 1.25 : 2.25, type: dashed ? [7, 5] : 'solid' },
      // Points lie on top of the curves that are drawn through them.
      z: context ? 1 : points ? 3 : 2,
    });
  }
  return index;
}

/** Where a value lies on an axis. A log axis is drawn as a linear axis of the logarithms. @internal */
export function coordinateOn({ scale }: Axis, value: number): number {
  return scale === 'log' ? Math.log10(value) : value;
}
