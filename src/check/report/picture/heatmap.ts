/**
 * Draws matrices as coloured cells in plain SVG: blue below zero, vermilion above, the stronger the further from zero.
 */
import { short } from '../../../base/format.js';
import { PALETTE, THEME } from '../../../plot/index.js';

/** How many cells there are, where they are, and how large. */
export interface CellLayout {
  readonly rows: number;
  readonly columns: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** More cells a side would be smaller than the eye can tell apart. */
const MOST = 48;

/** Which entries of a large matrix are drawn: of each block, the one in which `weight` is largest. */
export interface Selection {
  readonly rows: number;
  readonly columns: number;
  /** Rows and columns of a block; 1 and 1 if every entry is drawn. */
  readonly block: readonly [number, number];
  /** Flat positions, one a cell. */
  readonly picked: readonly number[];
}

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

/** The cells of a matrix, full colour at ±range, with their numbers where these fit. What is not finite is grey. */
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
  // Neighbours of one colour shall touch, whatever the screen rounds.
  const cells = `<g shape-rendering="crispEdges">\n${boxes.join('\n')}\n</g>`;
  return [frame, cells, ...drawNumbers(values, layout, range)].join('\n');
}

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

/** The colours from −range to range as a bar, with a label beside it. */
export function drawScale(left: number, top: number, range: number, label: string): string {
  const steps = 7;
  const layout = { rows: 1, columns: steps, left, top, width: 5, height: 10 };
  const values = Array.from({ length: steps }, (_, i) => ((i - 3) / 3) * range);
  return [
    drawCells(values, layout, range),
    `<text x="${px(left + steps * layout.width + 6)}" y="${px(top + 9.5)}" font-size="12" fill="${THEME.softInk}">${label}</text>`,
  ].join('\n');
}

/** A number with a true minus sign, in as many digits as are asked for. */
export function numeral(value: number, digits: number): string {
  const plain = value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4);
  const text = plain ? short(value, digits) : value.toExponential(digits - 1);
  return text.replace('e+', 'e').replace(/-/g, '−');
}

/** A coordinate without digits that no screen shows. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);
