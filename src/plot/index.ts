/**
 * Pictures as SVG strings: charts of numbers, pictures of a tape, and pages for both. The optional package echarts
 * draws the charts, the optional package @viz-js/viz the tapes, and neither needs a browser. Equal numbers give equal
 * strings.
 * @module plot
 */

export { type BarChartOptions, type BarSeries, barChart } from './bars.js';
export {
  type CalibrationBar,
  type CalibrationChartOptions,
  type CalibrationResult,
  calibrationChart,
} from './calibration.js';
export type { Numbers } from './check.js';
export { type ConfusionChartOptions, type ConfusionCounts, confusionChart } from './confusion.js';
export { type HistogramOptions, histogram } from './histogram.js';
export {
  type GridImage,
  type HeatMapOptions,
  heatMap,
  type ImageGridOptions,
  imageGrid,
} from './images.js';
export { type LearningRateSearch, learningRateChart } from './learning-rate.js';
export { type Line, type LineChartOptions, lineChart, type PositionAxis } from './lines.js';
export {
  type HistogramPanel,
  type LinePanel,
  type Panel,
  type PanelText,
  type SmallMultiplesOptions,
  smallMultiples,
} from './multiples.js';
export { type DrawingPackage, setDrawingPackage } from './optional.js';
export type { Axis, PictureOptions } from './options.js';
export { escapeXml, type PageOptions, page } from './page.js';
export { type PrecisionRecallLine, precisionRecallChart, type RocLine, rocChart } from './shares.js';
export { tapeDot, tapeSvg } from './tape.js';
export { type ColorScale, PALETTE, seriesColor, THEME } from './theme.js';
