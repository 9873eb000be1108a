/** Places text and charts below each other in one SVG drawing. */
import { escapeXml, THEME } from '../../../plot/index.js';
import { px } from './heatmap.js';

/** Distance between the edge of a drawing and its content, in px. */
export const MARGIN = 8;

/** A drawing that grows from top to bottom. The next part goes to `y`. Lengths are in px. */
export interface Drawing {
  readonly width: number;
  readonly parts: string[];
  y: number;
}

/** Places an SVG picture of the same width below the parts so far. */
export function nest(drawing: Drawing, svg: string): void {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!;
  const inside = svg.slice(svg.indexOf('>') + 1);
  drawing.parts.push(
    `<svg x="0" y="${px(drawing.y)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${inside}`,
  );
  drawing.y += Number(height);
}

/** How text is set: size in px, weight, colour, and which point of the text its position means. */
export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly color?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

/** Text at a point. */
export function text(content: string, x: number, baseline: number, style: TextStyle = {}): string {
  const { size: points = THEME.textSize - 1, bold = false, color = THEME.softInk, anchor = 'start' } = style;
  return `<text x="${px(x)}" y="${px(baseline)}" font-size="${points}"${bold ? ' font-weight="600"' : ''} text-anchor="${anchor}" fill="${color}">${escapeXml(content)}</text>`;
}

/** Text that is turned by 90° to the left and centred at a point. */
export function rotated(content: string, x: number, y: number): string {
  return `<g transform="translate(${px(x)} ${px(y)}) rotate(-90)">${text(content, 0, 0, { anchor: 'middle' })}</g>`;
}

/** Adds a line of text below the parts so far, cut off at the width of the drawing. */
export function textLine(drawing: Drawing, content: string, style: TextStyle = {}): void {
  const { size: points = THEME.textSize, bold } = style;
  const most = Math.floor((drawing.width - 2 * MARGIN) / (points * LETTER));
  const shown = content.length > most ? `${content.slice(0, most - 1)}…` : content;
  drawing.parts.push(
    text(shown, MARGIN, drawing.y + points, {
      ...style,
      size: points,
      color: bold ? THEME.ink : THEME.softInk,
    }),
  );
  drawing.y += points + 7;
}

/** Average width of a letter, relative to the size of the text. */
const LETTER = 0.49;

/** Adds sentences below the parts so far, broken into lines between words. */
export function paragraph(drawing: Drawing, sentences: string): void {
  const most = Math.floor((drawing.width - 2 * MARGIN) / (THEME.textSize * LETTER));
  let row = '';
  for (const word of sentences.split(' ')) {
    if (row && row.length + 1 + word.length > most) {
      textLine(drawing, row);
      row = '';
    }
    row += row ? ` ${word}` : word;
  }
  textLine(drawing, row);
}
