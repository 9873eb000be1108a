/**
 * Datasets: files of images, tables, small sets to draw, and batches of them.
 *
 * What reads a file takes a path and returns a promise: `readBytes`, `readIdx`, `loadMnist` and `loadFashionMnist`. `parseIdx`
 * takes bytes that were read already, such as those of `fetch`, and returns the array itself.
 * @module data
 */
export { flipImages, type ImageOptions, shiftImages } from './augment.js';
export type { Columns, Dataset, Labelled, Labels, Rows, Taken } from './columns.js';
export { type IdxArray, type IdxData, parseIdx } from './idx.js';
export { ImageSet } from './images.js';
export {
  type Batch,
  DataLoader,
  type LoaderOptions,
  type LoaderState,
  type TransformOption,
} from './loader.js';
export {
  DIGIT_CLASSES,
  FASHION_CLASSES,
  loadFashionMnist,
  loadMnist,
  type MnistOptions,
  type TrainAndTest,
} from './mnist.js';
export { Normalizer, type NormalizerOptions } from './normalizer.js';
export { readBytes, readIdx } from './read.js';
export { type Part, randomSplit, type SplitOptions, subset } from './split.js';
export { type Table, type TableOptions, tableDataset } from './table.js';
export type { Names } from './table-cells.js';
export type { Cell, TableRows } from './table-rows.js';
export { circles, moons, spiral, type ToyOptions, type ToySet, xor } from './toy.js';
export { type ClassWeightsOptions, classWeights } from './weights.js';
