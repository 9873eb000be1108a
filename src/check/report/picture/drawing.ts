/**
 * Puts text and charts below each other on one sheet of SVG.
 */
import { escapeXml, THEME } from '../../../plot/index.js';
import { px } from './heatmap.js';

/** Distance between the picture's edge and its content. */
export const MARGIN = 8;

/** What is drawn, from top to bottom; `y` is where the next piece goes. */
export interface Drawing {
  readonly width: number;
  readonly parts: string[];
  y: number;
}

/** Puts a picture of the same width below what is there. */
export function nest(drawing: Drawing, svg: string): void {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!;
  const inside = svg.slice(svg.indexOf('>') + 1);
  drawing.parts.push(
    `<svg x="0" y="${px(drawing.y)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${inside}`,
  );
  drawing.y += Number(height);
}

export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly color?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

export function text(content: string, x: number, baseline: number, style: TextStyle = {}): string {
  const { size: points = THEME.textSize - 1, bold = false, color = THEME.softInk, anchor = 'start' } = style;
  return `<text x="${px(x)}" y="${px(baseline)}" font-size="${points}"${bold ? ' font-weight="600"' : ''} text-anchor="${anchor}" fill="${color}">${escapeXml(content)}</text>`;
}

export function rotated(content: string, x: number, y: number): string {
  return `<g transform="translate(${px(x)} ${px(y)}) rotate(-90)">${text(content, 0, 0, { anchor: 'middle' })}</g>`;
}

/** A line of text that ends where the picture does. */
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

/** Width of a letter in units of the type size, on average. */
const LETTER = 0.49;

/** Sentences, broken into lines between words. */
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
