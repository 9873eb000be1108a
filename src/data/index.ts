/**
 * Datasets: files of images, small sets to draw, and batches of both.
 * @module data
 */
export { type IdxArray, type IdxData, parseIdx } from './idx.js';
export {
  type Batch,
  DataLoader,
  type Labelled,
  type Labels,
  type LoaderOptions,
  type LoaderState,
} from './loader.js';
export { ImageSet } from './images.js';
export { loadMnist } from './mnist.js';
export { readBytes, readIdx } from './read.js';
export { circles, moons, spiral, type ToyOptions, type ToySet, xor } from './toy.js';
