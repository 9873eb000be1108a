/**
 * Layers and losses as modules.
 * @module nn
 */
export * from './activation.js';
export {
  Conv1d,
  type Conv1dLayerOptions,
  Conv2d,
  type Conv2dLayerOptions,
  ConvTranspose2d,
  type ConvTranspose2dLayerOptions,
} from './convolution.js';
export { Dropout } from './dropout.js';
export { Linear, type LinearOptions } from './linear.js';
export * from './loss.js';
export { lsuvInit } from './lsuv.js';
export {
  type AnyModule,
  Buffer,
  Module,
  Parameter,
  type ParameterOptions,
  type SavedState,
  type StateDict,
} from './module.js';
export { type Layer, Sequential } from './sequential.js';
export { summary } from './summary.js';
