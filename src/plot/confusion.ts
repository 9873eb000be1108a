/** The picture of a confusion matrix. */

import { checkOptions, needFlag, needNumber, needText } from '../base/words.js';
import { type Numbers, needLength, needObject, needObjects } from './check.js';
import { legibleOn } from './images.js';
import { needNames, PICTURE, type PictureOptions } from './options.js';
import { pixelImage } from './png.js';
import { cutText, textWidth } from './render.js';
import { MARGIN, type Rectangle, Sheet } from './sheet.js';
import { colorStops, THEME } from './theme.js';

/** What {@link confusionChart} draws, as `confusionMatrix` of tapegrad/train returns it. */
export interface ConfusionCounts {
  /** `counts[t][p]`: how often class p was predicted where class t was meant. */
  readonly counts: readonly Numbers[];
}

/** Options of {@link confusionChart}. */
export interface ConfusionChartOptions extends Omit<PictureOptions, 'height'> {
  /** One name for each class. A long name is cut. Default: 0, 1, 2, … */
  classes?: readonly string[];
  /** Whether the cells show shares of their row in percent, instead of counts. Default false. */
  normalize?: boolean;
  /** What the columns stand for. Default `predicted class`. */
  xLabel?: string;
  /** What the rows stand for. Default `true class`. */
  yLabel?: string;
}

/**
 * A confusion matrix: one row for each true class, one column for each predicted class, in order. The colour of a cell is
 * its share of the row, so that rare classes are as visible as frequent ones, on a scale of square roots, so that a few
 * mistakes are seen beside all that is right. A class without rows is grey. Where the cells are too small for numbers, the
 * colours stand alone.
 * @returns an SVG string
 * @throws ArgumentError for no classes, a matrix that is not square, a count that is no whole number ≥ 0, or too few or too
 *   many names
 * @example await confusionChart(confusionMatrix(logits, labels), { classes: ['cat', 'dog'] })
 */
export async function confusionChart(
  matrix: ConfusionCounts,
  options: ConfusionChartOptions = {},
): Promise<string> {
  const op = 'confusionChart';
  checkOptions(op, options, {
    ...PICTURE,
    classes: needNames,
    normalize: needFlag,
    xLabel: needText,
    yLabel: needText,
  });
  const counts = squareOf(op, matrix);
  const names = options.classes ?? counts.map((_, i) => String(i));
  needLength(op, 'classes', names.length, counts.length, 'class');
  const { normalize = false, xLabel = 'predicted class', yLabel = 'true class' } = options;
  const sheet = new Sheet(op, options);
  sheet.row(normalize ? `${yLabel}, % of the row` : yLabel);
  const shares = counts.map(sharesOf);
  const grid = layOut(sheet, names);
  sheet.image(
    pixelImage(shares.flat().map(Math.sqrt), { height: names.length, width: names.length }, SCALE),
    grid.place,
  );
  drawLines(sheet, grid);
  drawNumbers(sheet, grid, counts, shares, normalize);
  drawNames(sheet, grid, names);
  sheet.text(xLabel, grid.place.left + grid.place.width / 2, sheet.y, { align: 'center' });
  sheet.y += THEME.textSize + 8;
  drawKeys(sheet, shares);
  return sheet.render(op);
}

/** The colours of the square roots of shares. */
const SCALE = { colors: 'sequential', low: 0, high: 1 } as const;

/** The counts as lists, if they are those of a square matrix. */
function squareOf(op: string, matrix: ConfusionCounts): number[][] {
  needObject(op, 'a confusion matrix { counts }', matrix);
  needObjects(op, 'rows of counts', matrix.counts);
  for (const [t, row] of matrix.counts.entries()) {
    needLength(op, `row ${t}`, row.length, matrix.counts.length, 'class');
    for (let p = 0; p < row.length; p++)
      needNumber(op, `the count of class ${t} taken for ${p}`, row[p], {
        least: 0,
        finite: true,
        whole: true,
      });
  }
  return matrix.counts.map((row) => Array.from(row));
}

/** The share of each count in its row, or NaN in a row without any. */
function sharesOf(row: readonly number[]): number[] {
  const all = row.reduce((sum, count) => sum + count, 0);
  return row.map((count) => count / all);
}

/** Where the cells are. */
interface Grid {
  readonly place: Rectangle;
  readonly cell: { readonly width: number; readonly height: number };
}

/** Cells are square, unless that would make them too low for the names of the rows. */
function layOut(sheet: Sheet, names: readonly string[]): Grid {
  const widest = widestOf(names, THEME.textSize);
  const left = MARGIN + Math.min(widest, sheet.inner * MOST_NAME) + 8;
  const width = Math.min((sheet.width - MARGIN - left) / names.length, 64);
  const height = Math.max(width, 15);
  return {
    place: { left, top: sheet.y, width: width * names.length, height: height * names.length },
    cell: { width, height },
  };
}

/** The width of the widest text. */
function widestOf(texts: readonly string[], size: number): number {
  return texts.reduce((widest, text) => Math.max(widest, textWidth(text, size)), 0);
}

/** The share of the width of the picture that the names of the rows may take. */
const MOST_NAME = 0.3;

/** The width in pixels from which a cell has lines around it. */
const ROOMY = 22;

/** Thin lines between cells that are large enough, and around all of them. */
function drawLines(sheet: Sheet, { place, cell }: Grid): void {
  sheet.frame(place);
  if (cell.width < ROOMY) return;
  for (let at = place.left; at < place.left + place.width - 1; at += cell.width)
    sheet.frame({ ...place, left: at, width: cell.width });
  for (let at = place.top; at < place.top + place.height - 1; at += cell.height)
    sheet.frame({ ...place, top: at, height: cell.height });
}

/** The size in pixels below which a number is not legible. */
const SMALLEST_TEXT = 8;

/** The number in each cell, if the longest of them fits into a cell. A zero is pale, or left out in small cells. */
function drawNumbers(
  sheet: Sheet,
  { place, cell }: Grid,
  counts: readonly (readonly number[])[],
  shares: readonly (readonly number[])[],
  normalize: boolean,
): void {
  if (cell.width - 4 < textWidth('0', SMALLEST_TEXT)) return;
  const texts = counts.map((row, t) =>
    row.map((count, p) => (normalize ? percent(shares[t]![p]!) : count.toLocaleString('en-US'))),
  );
  const size = Math.min(THEME.textSize, cell.height * 0.55, (cell.width - 4) / widestOf(texts.flat(), 1));
  if (size < SMALLEST_TEXT) return;
  for (const [t, row] of texts.entries())
    for (const [p, text] of row.entries()) {
      const share = shares[t]![p]!;
      if (Number.isNaN(share) || (share === 0 && cell.width < ROOMY)) continue;
      sheet.text(text, place.left + (p + 0.5) * cell.width, place.top + (t + 0.5) * cell.height - size / 2, {
        align: 'center',
        size,
        color: share === 0 ? THEME.missing : legibleOn(Math.sqrt(share), SCALE),
      });
    }
}

/** A share in percent with at most one decimal: 100, 99.6, 0.4. What is not 0 and would be rounded to it is `<0.1`. */
function percent(share: number): string {
  return share > 0 && share < 0.0005 ? '<0.1' : String(Number((100 * share).toFixed(1)));
}

/** The names of the rows at their left, and those of the columns under them, upright where they are too long. */
function drawNames(sheet: Sheet, { place, cell }: Grid, names: readonly string[]): void {
  const { textSize } = THEME;
  const room = place.left - MARGIN - 7.5; // half a pixel more than the longest name, for rounding
  const size = Math.min(textSize, cell.height * 0.8);
  for (const [i, name] of names.entries())
    sheet.text(cutText(name, size, room), place.left - 8, place.top + (i + 0.5) * cell.height - size / 2, {
      align: 'right',
      size,
    });
  sheet.y += place.height + 5;
  const middle = (i: number): number => place.left + (i + 0.5) * cell.width;
  if (names.every((name) => textWidth(name, textSize) <= cell.width - 4)) {
    for (const [i, name] of names.entries()) sheet.text(name, middle(i), sheet.y, { align: 'center' });
    sheet.y += textSize + 6;
  } else {
    const upright = Math.min(textSize, Math.max(10, cell.width * 0.8));
    // Where columns are narrower than a line of text, only every second or third is named.
    const stride = Math.ceil((upright + 1) / cell.width);
    const shown = names.map((name) => cutText(name, upright, 110));
    for (const [i, name] of shown.entries())
      if (i % stride === 0) sheet.text(name, middle(i), sheet.y, { upwards: true, size: upright });
    sheet.y += widestOf(shown, upright) + 8;
  }
}

/** What the colours mean. Half of the scale is the root of a quarter. */
function drawKeys(sheet: Sheet, shares: readonly (readonly number[])[]): void {
  sheet.y += 4;
  const bar = { left: MARGIN, top: sheet.y, width: 160, height: 11 };
  sheet.box(bar, colorStops(SCALE.colors), THEME.axis);
  sheet.text('% of the row', bar.left + bar.width + 10, sheet.y - 1);
  sheet.y += bar.height + 4;
  const size = THEME.textSize - 1;
  sheet.text('0', bar.left, sheet.y, { size });
  sheet.text('25', bar.left + bar.width / 2, sheet.y, { size, align: 'center' });
  sheet.text('100', bar.left + bar.width, sheet.y, { size, align: 'right' });
  sheet.y += size + 6;
  if (shares.some(([share]) => Number.isNaN(share)))
    sheet.legend([{ name: 'a class without rows', color: THEME.missing, mark: 'box' }]);
}
