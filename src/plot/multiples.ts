/** Small multiples: several line charts or histograms in one picture. */

import { checkOptions, numberIn } from '../base/words.js';
import { type Numbers, needCount, needObjects } from './check.js';
import { checkValues, drawHistogram } from './histogram.js';
import {
  checkLines,
  drawLines,
  keysOf,
  type Line,
  type PositionAxis,
  verticalTicks,
  withColors,
} from './lines.js';
import { type Axis, axisOf, PICTURE, type PictureOptions } from './options.js';
import { MARGIN, Sheet } from './sheet.js';
import { THEME } from './theme.js';

/** One chart of {@link smallMultiples}: curves, or the histogram of some values. */
export type Panel = LinePanel | HistogramPanel;

/** The text above a panel. */
export interface PanelText {
  title: string;
  /** A line in small type under the title. */
  note?: string;
}

/** A panel with curves. */
export interface LinePanel extends PanelText {
  lines: readonly Line[];
}

/** A panel with the histogram of some values. */
export interface HistogramPanel extends PanelText {
  values: Numbers;
  /** A CSS colour. Default: the first colour of the palette. */
  color?: string;
}

/** Options of {@link smallMultiples}. */
export interface SmallMultiplesOptions extends Omit<PictureOptions, 'height'> {
  /** The number of panels in a row. Default: as many as fit at a width of 160 pixels each. */
  columns?: number;
  /** The height of a panel with its tick labels, in pixels. Default: two thirds of its width. */
  panelHeight?: number;
  /**
   * The horizontal axis, labelled once for all panels. A histogram has a range of x of its own, unless the axis has a
   * min and a max.
   */
  x?: PositionAxis;
  /** The vertical axis, labelled once. Panels with lines share one range of y; a histogram has one of its own. */
  y?: Axis;
  /** The number of bins of each histogram. Default 30. */
  bins?: number;
}

/**
 * Several small charts side by side. They are easier to compare than many curves in one chart.
 * @returns an SVG string
 * @throws ArgumentError for no panels, and for whatever {@link lineChart} and {@link histogram} refuse
 */
export async function smallMultiples(
  panels: readonly Panel[],
  options: SmallMultiplesOptions = {},
): Promise<string> {
  const op = 'smallMultiples';
  checkOptions(op, options, {
    ...PICTURE,
    columns: numberIn({ least: 1, whole: true }),
    panelHeight: numberIn({ above: 0, finite: true }),
    x: axisOf({ values: null }),
    y: axisOf(),
    bins: numberIn({ least: 1, whole: true }),
  });
  needObjects(op, 'panels', panels);
  const sheet = new Sheet(op, options);
  const columns = Math.min(options.columns ?? Math.max(1, Math.floor(sheet.inner / 160)), panels.length);
  needCount(op, 'columns', columns);
  for (const panel of panels)
    if ('lines' in panel) checkLines(op, panel.lines, options.x ?? {}, options.y ?? {});
    else checkValues(op, panel.title, panel.values);
  const keys = keysOf(withColors(linesOf(panels)));
  const distinct = keys.filter(({ name }, i) => keys.findIndex((key) => key.name === name) === i);
  // A legend is needed only if panels share lines. Else the titles of the panels name the lines.
  const shared = distinct.length < keys.length || panels.length === 1;
  if (distinct.length > 1 && shared) sheet.legend(distinct);
  sheet.row(options.y?.label);
  sheet.y += 4;
  drawPanels(op, sheet, panels, columns, options);
  sheet.labelBelow(options.x?.label);
  return sheet.render(op);
}

const GAP = 14;

function linesOf(panels: readonly Panel[]): Line[] {
  return panels.flatMap((panel) => ('lines' in panel ? panel.lines : []));
}

function drawPanels(
  op: string,
  sheet: Sheet,
  panels: readonly Panel[],
  columns: number,
  { x = {}, y = {}, bins = 30, panelHeight }: SmallMultiplesOptions,
): void {
  const width = (sheet.inner - (columns - 1) * GAP) / columns;
  const height = panelHeight ?? Math.round((width * 2) / 3);
  const lines = linesOf(panels);
  const ticks = verticalTicks(op, lines, y, 4);
  const text = THEME.textSize + 6 + (panels.some(({ note }) => note) ? THEME.textSize + 4 : 0);
  for (const [i, panel] of panels.entries()) {
    const left = MARGIN + (i % columns) * (width + GAP);
    const top = sheet.y + Math.floor(i / columns) * (text + height + GAP);
    sheet.text(panel.title, left, top, { bold: true, color: THEME.ink });
    if (panel.note) sheet.text(panel.note, left, top + THEME.textSize + 4, { size: THEME.textSize - 1 });
    const place = { left, top: top + text, width, height };
    if ('lines' in panel) drawLines(sheet, place, withColors(panel.lines, lines), { x, y, ticks, across: 2 });
    else drawHistogram(sheet, place, panel, { bins, x });
  }
  sheet.y += Math.ceil(panels.length / columns) * (text + height + GAP) - GAP + 4;
}
