/**
 * Pictures of a report of `tapegrad/check`, which the optional package echarts draws.
 * @module check/picture
 */
export type { ReportContents } from './report/contents.js';
export { reportHtml, reportSvg } from './report/picture/picture.js';
