/**
 * Draws charts with ECharts, as SVG strings and without a browser. What ECharts adds for browsers (hover styles, hit
 * areas, ids with a counter) is removed, so that equal numbers give equal strings, and several pictures fit into one
 * page.
 */
import type { EChartsOption } from 'echarts';
import { fingerprint } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import { drawingPackage } from './optional.js';
import type { PictureOptions } from './options.js';
import { escapeXml } from './page.js';
import { THEME } from './theme.js';

/** The width of a picture. @throws ArgumentError for a width or height below 100 pixels */
export function pictureWidth(op: string, { width = THEME.width, height }: PictureOptions): number {
  for (const [name, size] of Object.entries({ width, height }))
    if (size !== undefined && !(Number.isFinite(size) && size >= 100))
      throw new ArgumentError(op, `${name} is a number of pixels ≥ 100, got ${shown(size)}`);
  return width;
}

/** Draws an option of ECharts as an SVG string, which is as wide as its place and at most `width` pixels. */
export async function renderSvg(
  option: EChartsOption,
  { width, height, label }: { width: number; height: number; label: string },
): Promise<string> {
  const { init } = await drawingPackage<typeof import('echarts')>('plot', 'charts are drawn by', 'echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: THEME.background,
      textStyle: { fontFamily: THEME.font, fontSize: THEME.textSize, color: THEME.softInk },
      ...option,
    });
    return standalone(chart.renderToSVGString(), { width, height, label });
  } finally {
    chart.dispose();
  }
}

/** The SVG of ECharts without what only a browser needs, with a label for screen readers. */
function standalone(
  svg: string,
  { width, height, label }: { width: number; height: number; label: string },
): string {
  const body = svg
    .slice(svg.indexOf('>') + 1, svg.lastIndexOf('</svg>'))
    .replace(/<style\s*>[\s\S]*?<\/style>/g, '')
    .replace(/<path [^>]*fill="(?:none|rgb\(0,0,0\))"[^>]*><\/path>\n?/g, (path) =>
      /stroke="/.test(path) && !/stroke-width="0"/.test(path) ? path : '',
    )
    .replace(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/<image /g, '<image preserveAspectRatio="none" style="image-rendering:pixelated" ')
    .replace(/\n+/g, '\n');
  const named = body.replace(/\bzr\d+-(?=\w)/g, `p${idOf(body.replace(/\bzr\d+-/g, ''))}-`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${width} ${height}"` +
    ` width="100%" style="max-width:${width}px;height:auto;display:block" role="img" aria-label="${escapeXml(label)}">` +
    `${named.trimEnd()}\n</svg>`
  );
}

/** Eight hexadecimal digits that depend on the text alone, so that the ids of different pictures differ. */
function idOf(text: string): string {
  const codes = Array.from(text, (character) => character.codePointAt(0)!);
  return (fingerprint(codes) >>> 0).toString(16).padStart(8, '0');
}

/** The width of a line of text in pixels, roughly, since no browser measures it. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text)
    width += /[ .,:;'|!()[\]filjt·]/.test(character) ? 0.28 : /[A-Zmw%]/.test(character) ? 0.72 : 0.55;
  return width * size;
}

/** A text that is at most so many pixels wide: itself, or its beginning and an ellipsis. */
export function cutText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}

/** A text in lines that are at most so many pixels wide, broken between words. */
export function textLines(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
