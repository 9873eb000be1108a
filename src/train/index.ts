/**
 * A training loop, a metric, and progress on the terminal.
 * @module train
 */
export {
  type Callback,
  History,
  type Series,
  type Stepper,
  type TrainEvent,
  type TrainOptions,
  train,
  trainStep,
} from './loop.js';
export { accuracy } from './metrics.js';
export { type Progress, type ProgressOptions, progress } from './progress.js';
