/**
 * Draws matrices as coloured cells in SVG: blue below zero, vermilion above. The further a number is from zero, the
 * stronger is the colour.
 */
import { short } from '../../../base/format.js';
import { PALETTE, THEME } from '../../../plot/index.js';

/** The cells of a map: how many there are, where the first is, and how large one is, in px. */
export interface CellLayout {
  readonly rows: number;
  readonly columns: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The largest number of cells a side. More would be too small to see. */
const MOST = 48;

/** The entries of a large matrix that are drawn, one for each block. `rows` and `columns` count the cells. */
export interface Selection {
  readonly rows: number;
  readonly columns: number;
  /** Rows and columns of a block: 1 and 1 if every entry is drawn. */
  readonly block: readonly [number, number];
  /** The position of the entry in the matrix, for each cell. */
  readonly picked: readonly number[];
}

/** Divides a matrix into blocks and selects from each the entry with the largest weight. */
export function select(rows: number, columns: number, weight: (at: number) => number): Selection {
  const block = [Math.ceil(rows / MOST), Math.ceil(columns / MOST)] as const;
  const [down, across] = [Math.ceil(rows / block[0]), Math.ceil(columns / block[1])];
  const picked = new Array<number>(down * across).fill(-1);
  for (let m = 0; m < rows; m++)
    for (let n = 0; n < columns; n++) {
      const cell = Math.floor(m / block[0]) * across + Math.floor(n / block[1]);
      const at = m * columns + n;
      if (picked[cell]! < 0 || weight(at) > weight(picked[cell]!)) picked[cell] = at;
    }
  return { rows: down, columns: across, block, picked };
}

/** The largest finite |value|; 0 if there is none. */
export function reach(...lists: readonly ArrayLike<number>[]): number {
  let most = 0;
  for (const list of lists)
    for (let i = 0; i < list.length; i++)
      if (Number.isFinite(list[i]!)) most = Math.max(most, Math.abs(list[i]!));
  return most;
}

/**
 * Draws the cells of a matrix, with their numbers where these fit. Colours are full at ±range; numbers that are not
 * finite are grey.
 * @param values one for each cell, row-major
 */
export function drawCells(values: ArrayLike<number>, layout: CellLayout, range: number): string {
  const { rows, columns, left, top, width, height } = layout;
  const frame = `<rect x="${px(left)}" y="${px(top)}" width="${px(width * columns)}" height="${px(height * rows)}" fill="#ffffff" stroke="${THEME.axis}" stroke-width="0.75"/>`;
  const boxes: string[] = [];
  for (let at = 0; at < rows * columns; at++) {
    const fill = fillOf(values[at]!, range);
    if (fill)
      boxes.push(
        `<rect x="${px(left + (at % columns) * width)}" y="${px(top + Math.floor(at / columns) * height)}" width="${px(width)}" height="${px(height)}" ${fill}/>`,
      );
  }
  // Without crispEdges, rounding to pixels would leave gaps between cells of one colour.
  const cells = `<g shape-rendering="crispEdges">\n${boxes.join('\n')}\n</g>`;
  return [frame, cells, ...drawNumbers(values, layout, range)].join('\n');
}

/** Text size of the numbers in cells, in px. */
const NUMBER_SIZE = 11;

function drawNumbers(values: ArrayLike<number>, layout: CellLayout, range: number): string[] {
  const { rows, columns, left, top, width, height } = layout;
  const texts = Array.from({ length: rows * columns }, (_, at) => numeral(values[at]!, 2));
  const longest = Math.max(...texts.map(({ length }) => length));
  if (height < NUMBER_SIZE + 3 || longest * NUMBER_SIZE * 0.56 > width - 3) return [];
  return texts.map((text, at) => {
    const dark = Math.abs(values[at]!) > 0.62 * range;
    const x = left + ((at % columns) + 0.5) * width;
    const y = top + (Math.floor(at / columns) + 0.5) * height + NUMBER_SIZE * 0.36;
    return `<text x="${px(x)}" y="${px(y)}" font-size="${NUMBER_SIZE}" text-anchor="middle" fill="${dark ? '#ffffff' : THEME.ink}">${text}</text>`;
  });
}

function fillOf(value: number, range: number): string | null {
  if (!Number.isFinite(value)) return `fill="${THEME.missing}"`;
  const strength = range === 0 ? 0 : Math.round((Math.abs(value) / range) * 100) / 100;
  if (strength === 0) return null;
  return `fill="${value < 0 ? PALETTE[0] : PALETTE[1]}"${strength < 1 ? ` fill-opacity="${strength}"` : ''}`;
}

/** Draws the colours from −range to range as a bar, with a label beside it. */
export function drawScale(left: number, top: number, range: number, label: string): string {
  const steps = 7;
  const layout = { rows: 1, columns: steps, left, top, width: 5, height: 10 };
  const values = Array.from({ length: steps }, (_, i) => ((i - 3) / 3) * range);
  return [
    drawCells(values, layout, range),
    `<text x="${px(left + steps * layout.width + 6)}" y="${px(top + 9.5)}" font-size="12" fill="${THEME.softInk}">${label}</text>`,
  ].join('\n');
}

/** A number with so many significant digits and a typographic minus sign; in powers of ten if it is large or small. */
export function numeral(value: number, digits: number): string {
  const plain = value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4);
  const text = plain ? short(value, digits) : value.toExponential(digits - 1);
  return text.replace('e+', 'e').replace(/-/g, '−');
}

/** A coordinate, rounded to hundredths of a px. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);
