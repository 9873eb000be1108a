/**
 * Pictures of a report of `tapegrad/check`, which the optional package echarts draws.
 * @module check/picture
 */
export { reportHtml, reportSvg } from './report/picture/picture.js';
