/**
 * Optimisers, and limits on gradients.
 * @module optim
 */
export { AdaGrad, type AdaGradOptions } from './adagrad.js';
export { Adam, type AdamOptions, AdamW } from './adam.js';
export { clipGradNorm, clipGradValue } from './clip.js';
export { type Group, Optimizer, type ParameterGroup, type SavedParameter } from './optimizer.js';
export { RMSprop, type RMSpropOptions } from './rmsprop.js';
export { SGD, type SGDOptions } from './sgd.js';
export { type AnyUpdateRule, State, type UpdateRule } from './update.js';
