/**
 * Initialisers for weights. Each strategy is one function, which returns an {@link Initializer}.
 * @module init
 */
export {
  constant,
  eye,
  type NormalOptions,
  normal,
  ones,
  sparse,
  type TruncatedNormalOptions,
  truncatedNormal,
  truncatedStd,
  uniform,
  zeros,
} from './basic.js';
export { type ConvShape, convFans, convTransposeFans, embeddingFans, type Fans, linearFans } from './fans.js';
export { type GainOptions, gain, NONLINEARITIES, type Nonlinearity, secondMoment } from './gain.js';
export { type Initializer, initializer } from './initializer.js';
export { type LsuvLayer, type LsuvOptions, type LsuvReport, lsuv } from './lsuv.js';
export { orthogonal } from './orthogonal.js';
export * from './variance.js';
