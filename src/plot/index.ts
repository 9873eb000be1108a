/**
 * Pictures as SVG strings: charts of what was measured, and the tape itself. Charts are drawn by the optional package
 * echarts, tapes by the optional package @viz-js/viz; neither needs a browser. The same numbers give the same string.
 * @module plot
 */

export { type BarChartOptions, type BarSeries, barChart } from './bars.js';
export type { Numbers } from './check.js';
export { type HistogramOptions, histogram } from './histogram.js';
export {
  type GridImage,
  type HeatMapOptions,
  heatMap,
  type ImageGridOptions,
  imageGrid,
} from './images.js';
export { type Line, type LineChartOptions, lineChart, type PositionAxis } from './lines.js';
export {
  type HistogramPanel,
  type LinePanel,
  type Panel,
  type PanelText,
  type SmallMultiplesOptions,
  smallMultiples,
} from './multiples.js';
export type { Axis, PictureOptions } from './options.js';
export { escapeXml, type PageOptions, page } from './page.js';
export { tapeDot, tapeSvg } from './tape.js';
export { type ColorScale, PALETTE, seriesColor, THEME } from './theme.js';
