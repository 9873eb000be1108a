/** Pictures of matrices and of images, in which colours stand for numbers. */

import { ArgumentError } from '../base/errors.js';
import { short } from '../base/format.js';
import { checkOptions, needFlag, needText, numberIn, oneOf } from '../base/words.js';
import { finiteRange, type Numbers, needCount, needLength, needObjects, needSome } from './check.js';
import { needFormat, needNames, PICTURE, type PictureOptions } from './options.js';
import { pixelImage, positionOf } from './png.js';
import { textWidth } from './render.js';
import { MARGIN, Sheet } from './sheet.js';
import { type ColorScale, checkColors, colorAt, colorStops, SCALES, THEME } from './theme.js';

/** An image of grey values or weights. */
export interface GridImage {
  /** height · width values, row by row. */
  pixels: Numbers;
  height: number;
  width: number;
  /** Printed under the image. */
  label?: string;
}

/** Options of {@link imageGrid}. */
export interface ImageGridOptions extends Omit<PictureOptions, 'height'> {
  /** The number of images in a row. Default: as many as fit at a width of 56 pixels each. */
  columns?: number;
  /** Default gray, from white for 0, or for the smallest value if that is below 0, to black for the largest. */
  colors?: ColorScale;
  /**
   * With `shared`, one colour means one value in all images; with `each`, every image uses all colours. Default shared.
   */
  scale?: 'shared' | 'each';
  /** Whether the scale of the colours is drawn under the images. Default: if the scale is shared. */
  legend?: boolean;
}

/**
 * Images side by side: digits, first-layer weights, filters. NaN is drawn in grey.
 * @returns an SVG string
 * @throws ArgumentError for no images, or pixels that do not fill height × width
 * @example await imageGrid([{ pixels: weights, height: 28, width: 28 }], { colors: 'diverging' })
 */
export async function imageGrid(
  images: readonly GridImage[],
  options: ImageGridOptions = {},
): Promise<string> {
  const op = 'imageGrid';
  checkOptions(op, options, {
    ...PICTURE,
    columns: numberIn({ least: 1, whole: true }),
    colors: oneOf(SCALES),
    scale: oneOf(['shared', 'each']),
    legend: needFlag,
  });
  needObjects(op, 'images', images);
  for (const [i, image] of images.entries()) checkImage(op, i, image);
  const sheet = new Sheet(op, options);
  const { colors = 'gray', scale = 'shared', legend = scale === 'shared' } = options;
  checkColors(op, colors);
  const columns = options.columns ?? Math.max(1, Math.floor(sheet.inner / 56));
  needCount(op, 'columns', columns);
  const all = colorRange(
    op,
    images.flatMap(({ pixels }) => finiteRangeOrNone(pixels)),
    colors,
  );
  const gap = 6;
  const tile = (sheet.inner - (columns - 1) * gap) / columns;
  const aspect = Math.max(...images.map(({ height, width }) => height / width));
  const rowHeight = tile * aspect + gap + (images.some(({ label }) => label) ? THEME.textSize + 4 : 0);
  for (const [i, image] of images.entries()) {
    const left = MARGIN + (i % columns) * (tile + gap);
    const top = sheet.y + Math.floor(i / columns) * rowHeight;
    const range = scale === 'shared' ? all : colorRange(op, finiteRangeOrNone(image.pixels), colors);
    const place = { left, top, width: tile, height: (tile * image.height) / image.width };
    sheet.image(pixelImage(image.pixels, image, { colors, ...range }), place);
    if (colors !== 'gray') sheet.frame(place);
    if (image.label)
      sheet.text(image.label, left + tile / 2, top + tile * aspect + 3, {
        align: 'center',
        size: THEME.textSize - 1,
      });
  }
  sheet.y += Math.ceil(images.length / columns) * rowHeight;
  if (legend) drawScale(sheet, colors, all);
  return sheet.render(op);
}

function checkImage(op: string, i: number, { pixels, height, width }: GridImage): void {
  needSome(op, `pixels in image ${i}`, pixels);
  needCount(op, `the height of image ${i}`, height);
  needCount(op, `the width of image ${i}`, width);
  needLength(op, `image ${i} of ${height} × ${width}`, pixels.length, height * width, 'pixel');
}

/** The smallest and the largest finite value, or an empty list if there is none. */
function finiteRangeOrNone(values: Numbers): number[] {
  const finite = Array.from(values).filter(Number.isFinite);
  return finite.length === 0 ? [] : finiteRange('plot', 'the image', finite);
}

interface Range {
  low: number;
  high: number;
}

/**
 * The values at the two ends of a scale: −r and r if it diverges, else 0 or the smallest value if negative, and the
 * largest.
 */
function colorRange(op: string, extremes: readonly number[], colors: ColorScale): Range {
  if (extremes.length === 0) return { low: 0, high: 1 };
  const [least, most] = finiteRange(op, 'the values', extremes);
  if (colors !== 'diverging') return { low: Math.min(0, least), high: most };
  const reach = Math.max(Math.abs(least), Math.abs(most));
  return { low: -reach, high: reach };
}

/** Draws a bar with the colours of the scale, and the values at its ends. */
function drawScale(sheet: Sheet, colors: ColorScale, { low, high }: Range): void {
  sheet.y += 6;
  if (low === high) {
    sheet.row(`all values are ${shortNumber(low)}`);
    return;
  }
  const [from, to] = [shortNumber(low), shortNumber(high)];
  const bar = Math.min(160, sheet.inner / 2);
  const left = MARGIN + textWidth(from, THEME.textSize) + 8;
  sheet.text(from, left - 8, sheet.y, { align: 'right' });
  sheet.box({ left, top: sheet.y, width: bar, height: 11 }, colorStops(colors), THEME.axis);
  sheet.text(to, left + bar + 8, sheet.y);
  sheet.y += THEME.textSize + 4;
}

/** At most three significant digits, with a true minus sign. */
function shortNumber(value: number): string {
  return short(value, 3).replace('-', '−');
}

/** Options of {@link heatMap}. */
export interface HeatMapOptions extends Omit<PictureOptions, 'height'> {
  /** Default diverging if there is a negative value, else sequential. */
  colors?: ColorScale;
  /** One name for each row. */
  rowNames?: readonly string[];
  /** One name for each column. */
  columnNames?: readonly string[];
  /** What the columns stand for, such as `predicted class`. */
  xLabel?: string;
  /** What the rows stand for, such as `true class`. */
  yLabel?: string;
  /** Whether each cell shows its number. Default: up to 150 cells. */
  showValues?: boolean;
  /** The text in a cell. Default: its number with at most three significant digits. */
  format?: (value: number) => string;
}

/**
 * A matrix as coloured cells, such as a confusion matrix or an attention map. NaN is drawn in grey.
 * @returns an SVG string
 * @throws ArgumentError for no rows, rows of unequal length, or too few or too many names
 * @example await heatMap([[1, 0], [0.2, 0.8]], { rowNames: ['cat', 'dog'] })
 */
export async function heatMap(matrix: readonly Numbers[], options: HeatMapOptions = {}): Promise<string> {
  const op = 'heatMap';
  checkOptions(op, options, {
    ...PICTURE,
    colors: oneOf(SCALES),
    rowNames: needNames,
    columnNames: needNames,
    xLabel: needText,
    yLabel: needText,
    showValues: needFlag,
    format: needFormat,
  });
  needObjects(op, 'rows', matrix);
  needSome(op, 'columns in row 0', matrix[0]!);
  const columns = matrix[0]!.length;
  for (const [i, row] of matrix.entries()) needLength(op, `row ${i}`, row.length, columns, 'column');
  const { rowNames, columnNames } = options;
  if (rowNames) needLength(op, 'rowNames', rowNames.length, matrix.length, 'row');
  if (columnNames) needLength(op, 'columnNames', columnNames.length, columns, 'column');
  const values = matrix.flatMap((row) => Array.from(row));
  const extremes = finiteRangeOrNone(values);
  if (extremes.length === 0) throw new ArgumentError(op, 'the matrix holds no finite number');
  const colors = options.colors ?? (extremes[0]! < 0 ? 'diverging' : 'sequential');
  checkColors(op, colors);
  const range = colorRange(op, extremes, colors);
  const sheet = new Sheet(op, options);
  sheet.row(options.yLabel);
  drawCells(sheet, values, { rows: matrix.length, columns }, { colors, ...range }, options);
  drawScale(sheet, colors, range);
  return sheet.render(op);
}

function drawCells(
  sheet: Sheet,
  values: readonly number[],
  { rows, columns }: { rows: number; columns: number },
  scale: Range & { colors: ColorScale },
  options: HeatMapOptions,
): void {
  const {
    rowNames = [],
    columnNames = [],
    showValues = values.length <= 150,
    format = shortNumber,
  } = options;
  const names = Math.max(0, ...rowNames.map((name) => textWidth(name, THEME.textSize) + 8));
  const left = MARGIN + names;
  const cell = Math.min((sheet.width - MARGIN - left) / columns, 64);
  const place = { left, top: sheet.y, width: cell * columns, height: cell * rows };
  sheet.image(pixelImage(values, { height: rows, width: columns }, scale), place);
  const size = Math.min(THEME.textSize, cell * 0.36);
  if (showValues)
    for (const [i, value] of values.entries())
      sheet.text(
        format(value),
        left + ((i % columns) + 0.5) * cell,
        sheet.y + (Math.floor(i / columns) + 0.5) * cell - size / 2,
        {
          align: 'center',
          size,
          color: legibleOn(value, scale),
        },
      );
  for (const [i, name] of rowNames.entries())
    sheet.text(name, left - 8, sheet.y + (i + 0.5) * cell - THEME.textSize / 2, { align: 'right' });
  sheet.y += place.height + 4;
  for (const [i, name] of columnNames.entries())
    sheet.text(name, left + (i + 0.5) * cell, sheet.y, { align: 'center' });
  if (columnNames.length > 0) sheet.y += THEME.textSize + 6;
  if (options.xLabel) sheet.text(options.xLabel, left + place.width / 2, sheet.y, { align: 'center' });
  if (options.xLabel) sheet.y += THEME.textSize + 8;
}

/** The colour of the number in a cell: dark on a light cell, white on a dark one. @internal */
export function legibleOn(value: number, { colors, low, high }: Range & { colors: ColorScale }): string {
  if (Number.isNaN(value)) return THEME.cellInk;
  const [red, green, blue] = colorAt(colors, positionOf(value, { colors, low, high }));
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? THEME.cellInk : '#ffffff';
}
