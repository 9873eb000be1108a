/** Charts whose axes both run from 0 to 1: precision over recall, and the receiver operating characteristic. */

import { checkOptions } from '../base/words.js';
import { numericAxis } from './axes.js';
import { type Numbers, needLength, needObjects, needShares } from './check.js';
import { type PictureOptions, TALL } from './options.js';
import { MARGIN, Sheet } from './sheet.js';
import { seriesColor, THEME } from './theme.js';

/** A curve of {@link precisionRecallChart}, as `precisionRecallCurve` of tapegrad/train returns it. */
export interface PrecisionRecallLine {
  /** Printed in the legend of several curves. */
  name?: string;
  readonly precision: Numbers;
  /** One value for each precision, in order, ascending or descending. */
  readonly recall: Numbers;
  /** A CSS colour. Default: the next colour of the palette. */
  color?: string;
}

/** A curve of {@link rocChart}, as `rocCurve` of tapegrad/train returns it. */
export interface RocLine {
  /** Printed in the legend of several curves. */
  name?: string;
  readonly truePositiveRate: Numbers;
  /** One value for each true positive rate, in order. */
  readonly falsePositiveRate: Numbers;
  /** A CSS colour. Default: the next colour of the palette. */
  color?: string;
}

/**
 * Precision over recall, one curve for each model. Between two points a curve keeps the precision of the higher recall,
 * since no threshold gives what lies on a straight line.
 * @returns an SVG string
 * @throws ArgumentError for no curves, unequal numbers of values, or a value outside [0, 1]
 * @example await precisionRecallChart([{ name: 'He', ...precisionRecallCurve(scores, labels) }])
 */
export async function precisionRecallChart(
  curves: readonly PrecisionRecallLine[],
  options: PictureOptions = {},
): Promise<string> {
  const op = 'precisionRecallChart';
  checkOptions(op, options, TALL);
  needObjects(op, 'curves', curves);
  const paths = curves.map(({ name, color, precision, recall }, i) => {
    const points = pointsOf(op, i, { recall, precision });
    if (points[0]![0] > points.at(-1)![0]) points.reverse();
    return { name, color, points: stepped(points) };
  });
  return drawPaths(op, paths, options, { x: 'recall', y: 'precision' });
}

/**
 * The receiver operating characteristic, one curve for each model: the true positive rate over the false positive rate. The
 * dashed diagonal is chance.
 * @returns an SVG string
 * @throws ArgumentError for no curves, unequal numbers of values, or a value outside [0, 1]
 * @example await rocChart([{ name: 'He', ...rocCurve(scores, labels) }])
 */
export async function rocChart(curves: readonly RocLine[], options: PictureOptions = {}): Promise<string> {
  const op = 'rocChart';
  checkOptions(op, options, TALL);
  needObjects(op, 'curves', curves);
  const paths = curves.map(({ name, color, falsePositiveRate, truePositiveRate }, i) => ({
    name,
    color,
    points: pointsOf(op, i, { falsePositiveRate, truePositiveRate }),
  }));
  return drawPaths(op, paths, options, {
    x: 'false positive rate',
    y: 'true positive rate',
    diagonal: 'chance',
  });
}

/** A point in a chart: x and y. */
type Point = readonly [number, number];

/** The points of curve i, from its values of x and of y. */
function pointsOf(op: string, i: number, values: Readonly<Record<string, Numbers>>): Point[] {
  const [[xName, xs], [yName, ys]] = Object.entries(values) as [[string, Numbers], [string, Numbers]];
  needShares(op, `the ${xName} of curve ${i}`, xs);
  needShares(op, `the ${yName} of curve ${i}`, ys);
  needLength(op, `the ${yName} of curve ${i}`, ys.length, xs.length, xName);
  return Array.from(xs, (x, at) => [x, ys[at]!] as const);
}

/**
 * Points of ascending recall with a corner before each: first up or down to its precision, then across to its recall. A
 * point at recall 0 has no width.
 */
function stepped(points: readonly Point[]): Point[] {
  return points
    .filter(([recall]) => recall > 0)
    .flatMap(([x, y], i, all): Point[] => [
      [all[i - 1]?.[0] ?? 0, y],
      [x, y],
    ]);
}

/** Leaves out points that are less than half a pixel from the last one that is drawn; the last point stays. */
function thinned(points: readonly Point[], { width, height }: { width: number; height: number }): Point[] {
  const kept: Point[] = [];
  for (const [i, [x, y]] of points.entries()) {
    const [px, py] = kept.at(-1) ?? [-1, -1];
    const far = Math.abs(x - px) * width >= 0.5 || Math.abs(y - py) * height >= 0.5;
    if (far || i === points.length - 1) kept.push([x, y]);
  }
  return kept;
}

/** The ticks of an axis of shares. */
export const SHARES = { min: 0, max: 1, interval: 0.2 } as const;

/** A series that draws the diagonal, on which both axes have one value. */
export const DIAGONAL = {
  type: 'line',
  data: [
    [0, 0],
    [1, 1],
  ],
  showSymbol: false,
  lineStyle: { color: THEME.axis, width: 1.5, type: [6, 4] },
  z: 1,
} as { type: 'line' };

interface Path {
  readonly name: string | undefined;
  readonly color: string | undefined;
  readonly points: readonly Point[];
}

function drawPaths(
  op: string,
  paths: readonly Path[],
  options: PictureOptions,
  { x, y, diagonal }: { x: string; y: string; diagonal?: string },
): Promise<string> {
  const sheet = new Sheet(op, options);
  const colors = paths.map(({ color }, i) => color ?? seriesColor(i));
  const keys = paths.flatMap(({ name }, i) =>
    name === undefined ? [] : [{ name, color: colors[i]!, mark: 'line' as const }],
  );
  if (diagonal) keys.push(diagonalKey(diagonal));
  if (keys.length > 0) sheet.legend(keys);
  sheet.row(y);
  const height = options.height ? sheet.plotHeight(x) : Math.round(sheet.width * 0.62);
  const place = { left: MARGIN, top: sheet.y, width: sheet.inner - 8, height };
  const index = sheet.coordinates(place, numericAxis(SHARES, 'x'), numericAxis(SHARES, 'y'));
  if (diagonal) sheet.draw(index, DIAGONAL);
  for (const [i, { points }] of paths.entries())
    sheet.draw(index, {
      type: 'line',
      data: thinned(points, place).map(([a, b]) => [a, b]),
      showSymbol: false,
      lineStyle: { color: colors[i]!, width: 2.25, join: 'round' },
      z: 2,
    });
  sheet.y += height;
  sheet.labelBelow(x);
  return sheet.render(op);
}

/** The entry of the legend for {@link DIAGONAL}. */
export const diagonalKey = (name: string) => ({
  name,
  color: THEME.axis,
  dashed: true,
  mark: 'line' as const,
});
