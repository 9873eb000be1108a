/**
 * Training loops, metrics and progress.
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
