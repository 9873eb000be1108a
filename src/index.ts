/**
 * tapegrad: tensors, the tape, and every op. Layers, initialisers, optimisers, gradient checks, data, training and
 * pictures are entry points of their own.
 * @module tapegrad
 */
import './methods.js';

export { detectAnomaly } from './anomaly.js';
export type { Dtype, FloatArray, NDArray } from './base/array.js';
export {
  AnomalyError,
  ArgumentError,
  GraphError,
  ShapeError,
  TapegradError,
} from './base/errors.js';
export { setLint } from './base/lint.js';
export { type Rng, random } from './base/random.js';
export type { Shape } from './base/shape.js';
export type { Broadcast, CanBroadcast, CanMatMul, MatMul, Reduced } from './base/shape-types.js';
export { userLine } from './base/site.js';
export * from './create.js';
export { explain, explainGrad, type GradExplanation, replay, type TapeStep, tapeOf } from './explain.js';
export * from './functional.js';
export { setThreads, threads } from './kernels/simd/threads.js';
export { type Observer, observe } from './observe.js';
export { apply, defineOp, type Op, type OpDefinition, type OpKind, type Vjp } from './op.js';
export * from './ops/activations.js';
export * from './ops/arithmetic.js';
export * from './ops/cast.js';
export * from './ops/compare.js';
export * from './ops/einsum.js';
export * from './ops/functions.js';
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
export * from './ops/loss.js';
export * from './ops/matmul.js';
export type { Broadcasted, Fits, Operand } from './ops/operand.js';
export * from './ops/reduce.js';
export * from './ops/shape.js';
export * from './ops/softmax.js';
export { isRecording, noGrad } from './recording.js';
export {
  type BackwardOptions,
  backward,
  type Hook,
  Node,
  type Saved,
  type Source,
} from './tape.js';
export { type Cut, type NestedArray, Tensor } from './tensor.js';
