/** The reliability diagram: accuracy over confidence, and how many rows speak for it. */

import { checkOptions, needNumber, needText } from '../base/words.js';
import { numericAxis, ticksFor, type YAxisOption } from './axes.js';
import { needObject, needObjects } from './check.js';
import { type PictureOptions, TALL } from './options.js';
import { textWidth } from './render.js';
import { DIAGONAL, diagonalKey, SHARES } from './shares.js';
import { MARGIN, type Rectangle, Sheet } from './sheet.js';
import { seriesColor, THEME } from './theme.js';

/** A bin of {@link CalibrationResult}. */
export interface CalibrationBar {
  /** The confidences at both ends of the bin, in [0, 1]. */
  readonly from: number;
  readonly to: number;
  /** The number of rows. */
  readonly count: number;
  /** The mean confidence of the rows, in [0, 1], or null if there are none. */
  readonly confidence: number | null;
  /** The share of the rows that are right, in [0, 1], or null if there are none. */
  readonly accuracy: number | null;
}

/** What {@link calibrationChart} draws, as `calibration` of tapegrad/train returns it. */
export interface CalibrationResult {
  readonly bins: readonly CalibrationBar[];
  readonly expectedError: number;
  readonly maximumError: number;
}

/** Options of {@link calibrationChart}. */
export interface CalibrationChartOptions extends PictureOptions {
  /** What the bins are made of. Default `confidence`; for the probabilities of one class, say which. */
  xLabel?: string;
  /** What the heights of the bars are. Default `accuracy`. */
  yLabel?: string;
}

/**
 * A reliability diagram. Each bar is the accuracy in a bin of confidences, and a line leads from it to the diagonal, on
 * which both are equal, at the mean confidence of the bin: a bar below the diagonal is a model that is too sure. Under it
 * stand the numbers of rows in the bins.
 * @returns an SVG string
 * @throws ArgumentError for no bins, or for numbers outside [0, 1]
 * @example await calibrationChart(calibration(softmax(logits), labels))
 */
export async function calibrationChart(
  calibration: CalibrationResult,
  options: CalibrationChartOptions = {},
): Promise<string> {
  const op = 'calibrationChart';
  checkOptions(op, options, { ...TALL, xLabel: needText, yLabel: needText });
  checkCalibration(op, calibration);
  const { bins, expectedError, maximumError } = calibration;
  const { xLabel = 'confidence', yLabel = 'accuracy' } = options;
  const sheet = new Sheet(op, options);
  sheet.legend([
    { name: `${yLabel} in the bin`, color: BAR, mark: 'box' },
    { name: `gap to the ${xLabel}`, color: GAP, mark: 'line' },
    diagonalKey('calibrated'),
  ]);
  sheet.row(`${yLabel} (expected error ${rounded(expectedError)}, largest ${rounded(maximumError)})`);
  const rest = COUNTS + 3 * (THEME.textSize + 8);
  const height = options.height
    ? Math.max(80, sheet.plotHeight(xLabel) - rest)
    : Math.round(Math.max(200, sheet.width * 0.5));
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const labels = Math.max(22, textWidth(most.toLocaleString('en-US'), THEME.textSize - 1)) + 8;
  const place = { left: MARGIN + labels, top: sheet.y + 6, width: sheet.inner - labels - 12, height };
  drawBars(sheet, place, bins);
  sheet.y = place.top + height + THEME.textSize + 14;
  sheet.labelBelow(xLabel);
  sheet.y += 10;
  sheet.row('rows in the bin');
  drawCounts(sheet, { ...place, top: sheet.y + THEME.textSize, height: COUNTS }, bins, most);
  sheet.y += COUNTS + 2 * THEME.textSize + 10;
  return sheet.render(op);
}

const BAR = seriesColor(0);
const GAP = seriesColor(1);
/** The height of the lower part, in pixels. */
const COUNTS = 56;

const rounded = (error: number): string => String(Number(error.toFixed(3)));

function checkCalibration(op: string, calibration: CalibrationResult): void {
  needObject(op, 'a calibration { bins, expectedError, maximumError }', calibration);
  const { bins, expectedError, maximumError } = calibration;
  needObjects(op, 'bins', bins);
  const share = { least: 0, most: 1 };
  needNumber(op, 'expectedError', expectedError, share);
  needNumber(op, 'maximumError', maximumError, share);
  for (const [i, { from, to, count, confidence, accuracy }] of bins.entries()) {
    for (const [name, value] of Object.entries({ from, to }))
      needNumber(op, `${name} of bin ${i}`, value, share);
    needNumber(op, `count of bin ${i}`, count, { least: 0, finite: true, whole: true });
    if (count > 0)
      for (const [name, value] of Object.entries({ confidence, accuracy }))
        needNumber(op, `${name} of bin ${i}`, value, share);
  }
}

/** The outline of one bar for each bin with rows, in one list with gaps. */
function barsOf(
  bins: readonly CalibrationBar[],
  heightOf: (bin: CalibrationBar) => number,
): (number[] | '-')[] {
  return bins
    .filter(({ count }) => count > 0)
    .flatMap((bin) => {
      const inset = (bin.to - bin.from) * 0.06;
      const [left, right, height] = [bin.from + inset, bin.to - inset, heightOf(bin)];
      return [[left, 0], [left, height], [right, height], [right, 0], '-' as const];
    });
}

const AREA = { type: 'line', showSymbol: false, lineStyle: { color: BAR, width: 1.25 } } as const;

function drawBars(sheet: Sheet, place: Rectangle, bins: readonly CalibrationBar[]): void {
  const index = sheet.coordinates(place, numericAxis(SHARES, 'x'), numericAxis(SHARES, 'y'), 'outside');
  const filled = bins.filter(({ count }) => count > 0);
  sheet.draw(index, {
    ...AREA,
    data: barsOf(bins, ({ accuracy }) => accuracy!),
    areaStyle: { color: BAR, opacity: 0.3 },
  });
  sheet.draw(index, DIAGONAL);
  sheet.draw(index, {
    type: 'line',
    data: filled.flatMap(({ confidence, accuracy }) => [
      [confidence!, accuracy!],
      [confidence!, confidence!],
      '-' as const,
    ]),
    showSymbol: false,
    lineStyle: { color: GAP, width: 3 },
    z: 3,
  });
  sheet.draw(index, {
    type: 'scatter',
    data: filled.map(({ confidence, accuracy }) => [confidence!, accuracy!]),
    symbolSize: 7,
    itemStyle: { color: GAP },
    z: 4,
  });
}

/** Bars of the counts. Each has its number on top, or if these are too wide, the axis has labels. */
function drawCounts(sheet: Sheet, place: Rectangle, bins: readonly CalibrationBar[], most: number): void {
  const size = THEME.textSize - 2;
  const texts = bins.map(({ count }) => count.toLocaleString('en-US'));
  const numbered = bins.every(
    ({ from, to }, i) => textWidth(texts[i]!, size) + 3 <= (to - from) * place.width,
  );
  const yAxis = numericAxis(
    numbered ? { min: 0, max: most, interval: most } : ticksFor({}, [0, most], 2),
    'y',
  );
  const index = sheet.coordinates(
    place,
    numericAxis(SHARES, 'x'),
    numbered ? ({ ...yAxis, axisLabel: { show: false }, splitLine: { show: false } } as YAxisOption) : yAxis,
    'outside',
  );
  sheet.draw(index, {
    ...AREA,
    data: barsOf(bins, ({ count }) => count),
    areaStyle: { color: BAR, opacity: 0.3 },
  });
  if (!numbered) return;
  for (const [i, { from, to, count }] of bins.entries())
    sheet.text(
      texts[i]!,
      place.left + ((from + to) / 2) * place.width,
      place.top + place.height * (1 - count / most) - size - 3,
      { align: 'center', size },
    );
}
