/**
 * Imported for its effect: charts of this process are drawn by ECharts as one file. As a program imports it, it has 600
 * files, at each of which the TypeScript loader of the tests looks, and that takes two seconds.
 */
import { createRequire } from 'node:module';
import { setDrawingPackage } from '../../src/plot/index.js';

setDrawingPackage('echarts', createRequire(import.meta.url)('echarts'));
