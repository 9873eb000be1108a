/** Histograms. */

import { checkOptions, needText, numberIn } from '../base/words.js';
import { exact, numericAxis, ticksFor } from './axes.js';
import { finiteRange, type Numbers, needCount, needFinite, needSome } from './check.js';
import { type Axis, axisOf, type PictureOptions, TALL } from './options.js';
import { MARGIN, type Rectangle, Sheet } from './sheet.js';
import { seriesColor } from './theme.js';

/** Options of {@link histogram}. */
export interface HistogramOptions extends PictureOptions {
  /** The number of bins of equal width, ≥ 1. Default 30. */
  bins?: number;
  /** The axis of the values. With `min` and `max`, the bins lie between these. */
  x?: Axis;
  /** A CSS colour. Default: the first colour of the palette. */
  color?: string;
}

/**
 * A histogram: the share of the values, in percent, that falls into each of several bins of equal width. If all values
 * are equal, there is one bin around them.
 * @returns an SVG string
 * @throws ArgumentError for no values, or NaN or ±∞ among them
 * @example await histogram(layer.weight.data, { title: 'Weights at the start', x: { label: 'weight' } })
 */
export async function histogram(values: Numbers, options: HistogramOptions = {}): Promise<string> {
  const op = 'histogram';
  checkOptions(op, options, {
    ...TALL,
    bins: numberIn({ least: 1, whole: true }),
    x: axisOf(),
    color: needText,
  });
  const { bins = 30, x = {}, color = seriesColor(0) } = options;
  const sheet = new Sheet(op, options);
  needCount(op, 'bins', bins);
  checkValues(op, 'the data', values);
  sheet.row('share of the values, %');
  const height = sheet.plotHeight(x.label);
  const place = { left: MARGIN, top: sheet.y, width: sheet.inner, height };
  drawHistogram(sheet, place, { values, color }, { bins, x });
  sheet.y += height;
  sheet.labelBelow(x.label);
  return sheet.render(op);
}

/** Refuses values that no histogram can show. @internal */
export function checkValues(op: string, what: string, values: Numbers): void {
  needSome(op, `values in ${what}`, values);
  needFinite(op, what, values);
}

/**
 * The edges of the bins, one more than there are bins, and the share of all values in each bin, in percent. If the axis
 * has a `min` and a `max`, the bins lie between these, and values beyond them are in no bin.
 */
function binned(values: Numbers, bins: number, axis: Axis): { edges: number[]; shares: number[] } {
  const [least, most] = finiteRange('histogram', 'the data', values);
  const [low, high] = [axis.min ?? least, axis.max ?? most];
  if (!(low < high)) {
    const half = Math.abs(low) / 10 || 1;
    return { edges: [low - half, low + half].map(exact), shares: [100] };
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins);
  const shares = new Array<number>(bins).fill(0);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low || value > high) continue;
    const bin = Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins));
    shares[bin]! += 100 / values.length;
  }
  return { edges, shares };
}

/** Draws the outline of the bins as one curve with steps, and fills it. @internal */
export function drawHistogram(
  sheet: Sheet,
  place: Rectangle,
  { values, color = seriesColor(0) }: { values: Numbers; color?: string },
  { bins, x }: { bins: number; x: Axis },
): void {
  const { edges, shares } = binned(values, bins, x);
  const [from, to] = [edges[0]!, edges.at(-1)!];
  const half = (to - from) / 2;
  const around = { min: exact(from - half), max: exact(to + half), interval: exact(2 * half) };
  const alone = shares.length === 1;
  const index = sheet.coordinates(
    place,
    numericAxis(alone ? around : ticksFor({}, [from, to], 3), 'x'),
    numericAxis(ticksFor({}, [0, Math.max(...shares)], alone ? 2 : 3), 'y'),
  );
  sheet.draw(index, {
    type: 'line',
    step: 'end',
    symbol: 'none',
    data: [
      [edges[0]!, 0],
      ...shares.map((share, i) => [edges[i]!, share]),
      [edges.at(-1)!, shares.at(-1)!],
      [edges.at(-1)!, 0],
    ],
    lineStyle: { color, width: 1.5 },
    areaStyle: { color, opacity: 0.35 },
  });
}
