/** The picture of a search for a learning rate. */

import { ArgumentError } from '../base/errors.js';
import { checkOptions, needNumber, needText } from '../base/words.js';
import { ticksFor } from './axes.js';
import { finiteRange, type Numbers, needLength, needObject } from './check.js';
import { checkLines, coordinateOn, drawLines, type Line, withColors } from './lines.js';
import { type PictureOptions, TALL } from './options.js';
import { textLines } from './render.js';
import { MARGIN, Sheet } from './sheet.js';
import { seriesColor, THEME } from './theme.js';

/** What {@link learningRateChart} draws: the loss at growing learning rates. */
export interface LearningRateSearch {
  /** The learning rate of each step, ascending and above 0. */
  readonly rates: Numbers;
  /** The loss of each step. */
  readonly losses: Numbers;
  /** The smoothed loss of each step. */
  readonly smoothed: Numbers;
  /** The rate to train with, or null if there is none. */
  readonly suggestion: number | null;
  /** Why this rate, or why none: a sentence that is printed under the chart. */
  readonly reason: string;
}

/**
 * The loss over the learning rate, on a logarithmic axis: that of each step pale, smoothed as a line, and a dashed line at
 * the suggested rate. A loss that explodes leaves the picture at its upper edge.
 * @returns an SVG string
 * @throws ArgumentError for no rates, unequal numbers of values, or a rate that is not above 0
 */
export async function learningRateChart(
  found: LearningRateSearch,
  options: PictureOptions = {},
): Promise<string> {
  const op = 'learningRateChart';
  checkOptions(op, options, TALL);
  const { smoothed, losses, suggestion, reason } = checkSearch(op, found);
  const x = { values: found.rates, scale: 'log' } as const;
  const lines: Line[] = [
    { name: 'loss of a step', values: losses, context: true },
    { name: 'smoothed', values: smoothed },
  ];
  checkLines(op, lines, x, {});
  const sheet = new Sheet(op, options);
  sheet.legend([
    { name: 'loss of a step', color: THEME.context, mark: 'line' },
    { name: 'smoothed', color: seriesColor(0), mark: 'line' },
    ...(suggestion === null ? [] : [markKey(suggestion)]),
  ]);
  sheet.row('loss');
  const notes = textLines(reason, THEME.textSize, sheet.inner);
  const height = sheet.plotHeight(X_LABEL) - (options.height ? notes.length * (THEME.textSize + 5) : 0);
  const place = { left: MARGIN, top: sheet.y, width: sheet.inner - 8, height };
  const ticks = ticksFor({}, lossRange(smoothed), 5);
  const index = drawLines(sheet, place, withColors(lines), {
    x,
    y: {},
    ticks,
    across: sheet.width > 500 ? 10 : 4,
  });
  if (suggestion !== null)
    sheet.draw(index, {
      type: 'line',
      data: [ticks.min, ticks.max].map((loss) => [coordinateOn(x, suggestion), loss]),
      showSymbol: false,
      lineStyle: { color: MARK, width: 2, type: [7, 5] },
      z: 3,
    });
  sheet.y += height;
  sheet.labelBelow(X_LABEL);
  sheet.y += 6;
  for (const line of notes) sheet.row(line);
  return sheet.render(op);
}

/**
 * The losses at both ends of the vertical axis: 0 or the least loss, and as much above the first as the least lies below it,
 * but at least half of the first. A loss of a thousand would flatten all that matters.
 */
function lossRange(smoothed: Numbers): [number, number] {
  const [least, most] = finiteRange('learningRateChart', 'smoothed', smoothed);
  const first = Array.from(smoothed).find(Number.isFinite)!;
  const reach = Math.max(first - least, Math.abs(first) / 2);
  return [Math.min(0, least), reach > 0 ? Math.min(most, first + reach) : most];
}

const X_LABEL = 'learning rate';
const MARK = seriesColor(1);

const markKey = (suggestion: number) =>
  ({
    name: `suggestion: ${Number(suggestion.toPrecision(2))}`,
    color: MARK,
    dashed: true,
    mark: 'line',
  }) as const;

/** The result of a search, if a picture can show it. */
function checkSearch(op: string, found: LearningRateSearch): LearningRateSearch {
  needObject(op, 'what was found { rates, losses, smoothed, suggestion, reason }', found);
  const { rates, losses, smoothed, suggestion, reason } = found;
  for (const [name, values] of Object.entries({ rates, losses, smoothed }))
    if (typeof values !== 'object' || typeof values?.length !== 'number')
      throw new ArgumentError(op, `expected ${name} as a list of numbers`);
  for (let i = 0; i < rates.length; i++)
    needNumber(op, `rate ${i}`, rates[i], { above: rates[i - 1] ?? 0, finite: true });
  needLength(op, 'losses', losses.length, rates.length, 'rate');
  needLength(op, 'smoothed', smoothed.length, rates.length, 'rate');
  if (suggestion !== null) needNumber(op, 'suggestion', suggestion, { above: 0, finite: true });
  needText(op, 'reason', reason);
  return found;
}
