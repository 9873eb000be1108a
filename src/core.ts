/**
 * The core: everything that `tapegrad` exports except the SIMD kernels and their threads. A program that imports this
 * entry point in place of `tapegrad` computes with the reference kernels and is smaller. Both entry points share one
 * Tensor and one tape, and layers, optimisers, the checker and the other entry points work with either.
 * @module core
 */
import './methods.js';

export { type BackwardOptions, backward } from './autograd/backward.js';
export { checkpoint } from './autograd/checkpoint.js';
export {
  type Cut,
  type Hook,
  Node,
  type Op,
  type Rule,
  type Saved,
  type Source,
  Tensor,
} from './autograd/graph.js';
export { type Observer, observe } from './autograd/observe.js';
export { apply, astype, defineOp, type OpDefinition, type Vjp } from './autograd/op.js';
export { isRecording, noGrad } from './autograd/record.js';
export { broadcastTo, clone, sumTo } from './autograd/sums.js';
export type { Dtype, FloatArray, NDArray, NestedArray } from './base/array.js';
export {
  AnomalyError,
  ArgumentError,
  GraphError,
  ShapeError,
  TapegradError,
} from './base/errors.js';
export type { SavedTensor } from './base/json.js';
export { setLint } from './base/lint.js';
export { type Rng, random } from './base/random.js';
export type { Shape } from './base/shape.js';
export type { Broadcast, CanBroadcast, CanMatMul, MatMul, Reduced } from './base/shape-types.js';
export { userLine } from './base/site.js';
export * from './functional.js';
export { detectAnomaly } from './inspect/anomaly.js';
export {
  explain,
  explainGrad,
  type GradExplanation,
  replay,
  type TapeStep,
  tapeOf,
} from './inspect/explain.js';
export * from './ops/activations.js';
export * from './ops/arithmetic.js';
export {
  type Attended,
  type AttentionOptions,
  type MaskInput,
  scaledDotProductAttention,
} from './ops/attention.js';
export * from './ops/class-loss.js';
export * from './ops/compare.js';
export {
  type Conv1dOptions,
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  convTranspose2d,
} from './ops/convolution.js';
export * from './ops/create.js';
export * from './ops/einsum.js';
export { embedding } from './ops/embedding.js';
export * from './ops/functions.js';
export * from './ops/gated.js';
export {
  diagonal,
  gather,
  type IndexInput,
  indexSelect,
  oneHot,
  scatterAdd,
  takeAlongAxis,
  tril,
  triu,
} from './ops/indexing.js';
export * from './ops/logarithms.js';
export * from './ops/loss.js';
export * from './ops/matmul.js';
export { mean, type NormOptions, norm, std, type VarianceOptions, variance } from './ops/moments.js';
export {
  groupNorm,
  instanceNorm,
  layerNorm,
  type NormalisationOptions,
  rmsNorm,
} from './ops/normalisation.js';
export type { Broadcasted, Fits, Operand } from './ops/operand.js';
export { fold, type PerAxis, unfold, type WindowOptions } from './ops/patches.js';
export * from './ops/plane.js';
export {
  type AvgPoolOptions,
  adaptiveAvgPool2d,
  avgPool2d,
  type MaxPoolOptions,
  maxPool2d,
} from './ops/pooling.js';
export * from './ops/rearrange.js';
export * from './ops/reduce.js';
export * from './ops/replace.js';
export * from './ops/rounding.js';
export * from './ops/scan.js';
export * from './ops/shape.js';
export * from './ops/similarity.js';
export * from './ops/softmax.js';
export * from './ops/sorting.js';
