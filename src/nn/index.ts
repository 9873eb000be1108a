/**
 * Layers and losses as modules.
 * @module nn
 */
export * from './activation.js';
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions } from './batch-norm.js';
export { AlphaDropout, Dropout, Dropout1d, Dropout2d } from './dropout.js';
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
export {
  type ChannelNormOptions,
  GroupNorm,
  InstanceNorm2d,
  LayerNorm,
  type LayerNormOptions,
  RMSNorm,
  type RMSNormOptions,
} from './norm.js';
export { AdaptiveAvgPool2d, AvgPool2d, MaxPool2d } from './pooling.js';
export { type Layer, Sequential } from './sequential.js';
export { summary } from './summary.js';
