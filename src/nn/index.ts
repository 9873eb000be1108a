/**
 * Layers and losses as modules.
 * @module nn
 */

export type { NameMap } from '../base/names.js';
export * from './activation.js';
export {
  type AttendOptions,
  type AttentionMask,
  MultiheadAttention,
  type MultiheadAttentionOptions,
} from './attention.js';
export { BatchNorm1d, BatchNorm2d, type BatchNormOptions } from './batch-norm.js';
export { GRUCell, LSTMCell, RNNCell } from './cells.js';
export {
  Conv1d,
  type Conv1dLayerOptions,
  Conv2d,
  type Conv2dLayerOptions,
  ConvTranspose2d,
  type ConvTranspose2dLayerOptions,
} from './convolution.js';
export { AlphaDropout, Dropout, Dropout1d, Dropout2d } from './dropout.js';
export { Embedding, type EmbeddingOptions } from './embedding.js';
export { Linear, type LinearOptions } from './linear.js';
export * from './loss.js';
export { lsuvInit } from './lsuv.js';
export {
  type AnyModule,
  Buffer,
  type LoadOptions,
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
export { sinusoidalPositions } from './positions.js';
export type { CellOptions, CellWeights, LSTMCellOptions, LSTMState, RNNCellOptions } from './recurrence.js';
export {
  GRU,
  type GRUOptions,
  LSTM,
  type LSTMOptions,
  type Recurred,
  RNN,
  type RNNOptions,
  type StackOptions,
} from './recurrent.js';
export { type Layer, Sequential } from './sequential.js';
export { summary } from './summary.js';
export { TransformerEncoderLayer, type TransformerEncoderLayerOptions } from './transformer.js';
