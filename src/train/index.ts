/**
 * A training loop, a metric, and progress on the terminal.
 * @module train
 */
export { History, type HistoryState, type Series } from './history.js';
export { type Callback, type TrainEvent, type TrainOptions, train } from './loop.js';
export { accuracy } from './metrics.js';
export { type Progress, type ProgressOptions, progress } from './progress.js';
export { type Stepper, trainStep } from './update.js';
