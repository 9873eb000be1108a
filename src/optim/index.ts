/**
 * Optimisers, schedules of their learning rates, limits on gradients, and minimisation to many digits.
 * @module optim
 */
export { Adadelta, type AdadeltaOptions } from './adadelta.js';
export { AdaGrad, type AdaGradOptions } from './adagrad.js';
export { Adam, type AdamOptions, AdamW } from './adam.js';
export { Adamax, type AdamaxOptions } from './adamax.js';
export type { Bounds, Limit } from './bounds.js';
export { clipGradNorm, clipGradValue } from './clip.js';
export { decayGroups, type NamedParameters } from './decay.js';
export type { StopReason } from './descent.js';
export { Lion, type LionOptions } from './lion.js';
export {
  type MinimizeOptions,
  type MinimizeProgress,
  type Minimum,
  minimize,
  type TensorsOf,
} from './minimize.js';
export { NAdam, type NAdamOptions } from './nadam.js';
export { type Group, Optimizer, type ParameterGroup } from './optimizer.js';
export { RAdam, type RAdamOptions } from './radam.js';
export { RMSprop, type RMSpropOptions } from './rmsprop.js';
export type { SavedParameter } from './saved-state.js';
export {
  cosine,
  cosineRestarts,
  exponential,
  type LearningRate,
  linear,
  multiStep,
  oneCycle,
  polynomial,
  type Schedule,
  sequence,
  stepDecay,
  warmUp,
} from './schedules.js';
export { SGD, type SGDOptions } from './sgd.js';
export { type StandardErrors, type StandardErrorsOptions, standardErrors } from './standard-errors.js';
export { type AnyUpdateRule, type AtRate, State, type UpdateRule } from './update.js';
