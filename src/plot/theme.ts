/** The look of every picture: type, ink, and colours that colour-blind readers and grey print keep apart. */
import { needNumber, needOneOf } from '../base/words.js';

/** Sizes and colours of every picture. Sizes are in units of the viewBox, which are pixels at full width. */
export const THEME = {
  /** The width of a picture, unless its options say another. */
  width: 680,
  font: 'Helvetica, Arial, Liberation Sans, sans-serif',
  titleSize: 16,
  textSize: 13,
  ink: '#1f2328',
  /** The colour of axis labels and legends. */
  softInk: '#4a5058',
  axis: '#8a9099',
  gridLine: '#e6e8eb',
  background: '#ffffff',
  /** The colour of lines that are there to compare with. */
  context: '#d5d8dc',
  /** The colour of a value that is NaN. */
  missing: '#b9bec5',
  /** The colour of text on a light cell or pixel, whose colour is the same on light and on dark pages. */
  cellInk: '#16191d',
} as const;

/**
 * Colours for series, in the order in which they are used: those of Okabe and Ito without the yellow, which is hard to
 * see on white.
 * @source M. Okabe and K. Ito, Color Universal Design, 2008
 */
export const PALETTE = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#595959',
  '#1f2328',
] as const;

/**
 * What takes the place of these colours on a page with a dark background: of paper, ink and lines, and of those series
 * that could not be told from the background or from each other. Colours that are not listed stay. Every text then has a
 * contrast of 4.5 or more with {@link DARK_PAPER}, every line of 3 or more.
 */
export const DARK_COLORS: Readonly<Record<string, string>> = {
  [THEME.ink]: '#e8eaed',
  [THEME.softInk]: '#b3bac2',
  [THEME.axis]: '#7d858f',
  [THEME.gridLine]: '#2d3238',
  [THEME.context]: '#464d55',
  [THEME.missing]: '#59616b',
  '#0072b2': '#3096dd',
  '#56b4e9': '#93d1f5',
  '#595959': '#84898f',
};

/** The background of a dark page, in the place of {@link THEME.background}. */
export const DARK_PAPER = '#15181c';

/** The colour of the i-th series. After the last colour, the first comes again. */
export function seriesColor(index: number): string {
  needNumber('seriesColor', 'the index', index, { least: 0, whole: true });
  return PALETTE[index % PALETTE.length]!;
}

/**
 * How a matrix or an image turns numbers into colours: `diverging` is white at 0, blue below and orange-red above,
 * `sequential` runs from white to dark blue, `gray` from white to black.
 */
export type ColorScale = 'diverging' | 'sequential' | 'gray';

/** Colours at equal distances along each scale. Both ends of the diverging scale are equally dark. */
const STOPS: Record<ColorScale, readonly string[]> = {
  diverging: ['#08519c', '#5a9bcf', '#c6dbef', '#ffffff', '#fdd0a2', '#f1803a', '#a63603'],
  sequential: ['#ffffff', '#c9dff0', '#7fb6db', '#2f7fbc', '#083d7a'],
  gray: ['#ffffff', '#000000'],
};

/** The names of the scales. */
export const SCALES: readonly string[] = Object.keys(STOPS);

/** Refuses a scale of colours that does not exist. @throws ArgumentError in the name of `op` */
export function checkColors(op: string, scale: ColorScale): void {
  needOneOf(op, 'colours', scale, SCALES);
}

/** The colours along a scale. */
export function colorStops(scale: ColorScale): readonly string[] {
  return STOPS[scale];
}

/** The colour at position t in [0, 1] of a scale: red, green and blue, 0 … 255. */
export function colorAt(scale: ColorScale, t: number): [number, number, number] {
  const stops = colorStops(scale);
  const position = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
  const below = Math.min(Math.floor(position), stops.length - 2);
  const from = channels(stops[below]!);
  const to = channels(stops[below + 1]!);
  const mix = (i: 0 | 1 | 2): number => Math.round(from[i] + (position - below) * (to[i] - from[i]));
  return [mix(0), mix(1), mix(2)];
}

/** Red, green and blue of a colour such as '#1f2328'. */
export function channels(color: string): [number, number, number] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as [number, number, number];
}
