/** How every picture looks: type, ink, and colours that stay apart for colour-blind eyes and in grey print. */
import { needOneOf } from '../base/words.js';

/** Sizes are in units of the viewBox: pixels, where the picture is shown at its full width. */
export const THEME = {
  /** Width of a picture that is not told its own. */
  width: 680,
  font: 'Helvetica, Arial, Liberation Sans, sans-serif',
  titleSize: 16,
  textSize: 13,
  ink: '#1f2328',
  /** Axis labels and legends. */
  softInk: '#4a5058',
  axis: '#8a9099',
  gridLine: '#e6e8eb',
  background: '#ffffff',
  /** Lines that are there to compare with, not to be read. */
  context: '#d5d8dc',
  /** A value that is not a number. */
  missing: '#b9bec5',
} as const;

/**
 * Colours for series, in the order in which they are handed out. Okabe and Ito's set without its yellow, which
 * vanishes on white.
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

/** The colour of the i-th series; starts again after the last. */
export function seriesColor(index: number): string {
  return PALETTE[index % PALETTE.length]!;
}

/**
 * How a matrix or an image turns numbers into colours: `diverging` is white at 0, blue below and orange-red above,
 * `sequential` runs from white to dark blue, `gray` from white to black.
 */
export type ColorScale = 'diverging' | 'sequential' | 'gray';

/** Colours at equal distances along each scale. The outer diverging ones are as dark as each other. */
const STOPS: Record<ColorScale, readonly string[]> = {
  diverging: ['#08519c', '#5a9bcf', '#c6dbef', '#ffffff', '#fdd0a2', '#f1803a', '#a63603'],
  sequential: ['#ffffff', '#c9dff0', '#7fb6db', '#2f7fbc', '#083d7a'],
  gray: ['#ffffff', '#000000'],
};

/** The colours a scale runs through. @throws ArgumentError for a scale that does not exist */
export function colorStops(scale: ColorScale): readonly string[] {
  needOneOf('plot', 'colours', scale, Object.keys(STOPS));
  return STOPS[scale];
}

/** Red, green and blue, 0 … 255, at position t in [0, 1] of a scale. */
export function colorAt(scale: ColorScale, t: number): [number, number, number] {
  const stops = colorStops(scale);
  const position = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
  const below = Math.min(Math.floor(position), stops.length - 2);
  const from = channels(stops[below]!);
  const to = channels(stops[below + 1]!);
  const mix = (i: 0 | 1 | 2): number => Math.round(from[i] + (position - below) * (to[i] - from[i]));
  return [mix(0), mix(1), mix(2)];
}

/** '#1f2328' as three numbers. */
export function channels(color: string): [number, number, number] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as [number, number, number];
}
