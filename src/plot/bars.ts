/** Bar charts. The bars are horizontal, so that long names stay legible on a narrow screen. */

import { ArgumentError } from '../base/errors.js';
import { short } from '../base/format.js';
import { checkOptions } from '../base/words.js';
import { nameAxis, numericAxis, ticksFor, type XAxisOption, type YAxisOption } from './axes.js';
import { needLength, needObjects, needSome } from './check.js';
import { type Axis, axisOf, needFormat, needNames, type PictureOptions, TALL } from './options.js';
import { MARGIN, Sheet } from './sheet.js';
import { seriesColor, THEME } from './theme.js';

/** A series of bars: one value for each name. */
export interface BarSeries {
  name: string;
  /** One value for each name, or null for no bar. */
  values: readonly (number | null)[];
  /** A CSS colour. Default: the next colour of the palette. */
  color?: string;
  /** A colour for each bar, instead of `color`. */
  colors?: readonly string[];
}

/** Options of {@link barChart}. */
export interface BarChartOptions extends PictureOptions {
  /** The axis of the values. */
  x?: Omit<Axis, 'scale'>;
  /** The text at the end of a bar. Default: the value with at most four significant digits. */
  format?: (value: number) => string;
}

/**
 * A bar chart: for each name one bar from 0 to its value, or one for each of several series.
 * @returns an SVG string
 * @throws ArgumentError for no names or series, unequal lengths, or a value that is NaN or infinite (pass null)
 * @example await barChart(['zeros', 'He'], [{ name: 'accuracy', values: [0.11, 0.94] }])
 */
export async function barChart(
  names: readonly string[],
  series: readonly BarSeries[],
  options: BarChartOptions = {},
): Promise<string> {
  const op = 'barChart';
  checkOptions(op, options, { ...TALL, x: axisOf(), format: needFormat });
  needSome(op, 'names', names);
  needNames(op, 'the names', names);
  needObjects(op, 'series', series);
  for (const { name, values, colors } of series) checkSeries(op, names, name, values, colors);
  const sheet = new Sheet(op, options);
  const colors = series.map(({ color }, i) => color ?? seriesColor(i));
  if (series.length > 1)
    sheet.legend(series.map(({ name }, i) => ({ name, color: colors[i]!, mark: 'box' as const })));
  const row = 14 + 20 * series.length;
  const height = options.height ? sheet.plotHeight(options.x?.label) : names.length * row + 26;
  const heights = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const index = sheet.coordinates(
    { left: MARGIN, top: sheet.y, width: sheet.inner - 46, height },
    {
      ...numericAxis(ticksFor(options.x ?? {}, [Math.min(0, ...heights), Math.max(0, ...heights)], 4), 'x'),
      splitLine: { show: true, lineStyle: { color: THEME.gridLine } },
    } as XAxisOption,
    { ...nameAxis(names), inverse: true } as YAxisOption,
  );
  const { format = (value) => short(value) } = options;
  for (const [i, { values, colors: own }] of series.entries())
    sheet.draw(index, {
      type: 'bar',
      barMaxWidth: 20,
      barGap: '10%',
      data: values.map((value, j) => ({
        value: value ?? '-',
        itemStyle: { color: own?.[j] ?? colors[i]! },
        label: { formatter: value === null ? '' : format(value) },
      })),
      label: {
        show: true,
        position: 'right',
        color: THEME.ink,
        fontSize: THEME.textSize,
        fontFamily: THEME.font,
      },
    });
  sheet.y += height;
  sheet.labelBelow(options.x?.label);
  return sheet.render(op);
}

function checkSeries(
  op: string,
  names: readonly string[],
  name: string,
  values: readonly (number | null)[],
  colors: readonly string[] | undefined,
): void {
  needLength(op, `series "${name}"`, values.length, names.length, 'name');
  if (colors) needLength(op, `the colours of "${name}"`, colors.length, names.length, 'name');
  for (const [i, value] of values.entries())
    if (value !== null && !Number.isFinite(value))
      throw new ArgumentError(
        op,
        `series "${name}" is ${value} at "${names[i]}"; pass null for a bar that cannot be drawn`,
      );
}
