/**
 * A training loop and what stands around it: early stopping, the best and the averaged weights, learning rates that wait
 * for a plateau or are looked for, predictions, metrics, models frozen and copied, and progress on the terminal.
 * @module train
 */
export type { Mode, WatchOptions } from './best.js';
export { cloneModule } from './clone.js';
export {
  EarlyStopping,
  type EarlyStoppingOptions,
  type EarlyStoppingState,
  earlyStopping,
} from './early-stopping.js';
export { MovingAverage, type MovingAverageOptions, type MovingAverageState } from './ema.js';
export { type Chosen, freeze, unfreeze } from './freeze.js';
export { History, type HistoryState, type Series } from './history.js';
export { KeepBest, type KeepBestState, keepBest } from './keep-best.js';
export { type Callback, type TrainEvent, type TrainOptions, train } from './loop.js';
export { accuracy, topKAccuracy } from './metrics/accuracy.js';
export {
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
  calibration,
} from './metrics/calibration.js';
export {
  type ClassReport,
  type ClassScores,
  type ConfusionMatrix,
  type ConfusionMatrixOptions,
  confusionMatrix,
} from './metrics/confusion.js';
export {
  averagePrecision,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocAuc,
  rocCurve,
} from './metrics/curves.js';
export { meanAbsoluteError, r2Score, rootMeanSquaredError } from './metrics/regression.js';
export {
  type PlateauOptions,
  type PlateauState,
  type Rated,
  ReduceOnPlateau,
  reduceOnPlateau,
} from './plateau.js';
export { type PredictInput, type PredictOptions, predict } from './predict.js';
export { type Progress, type ProgressOptions, progress } from './progress.js';
export {
  findLearningRate,
  type RangeTest,
  type RangeTestOptions,
  type TestedOptimizer,
} from './range-test.js';
export { type Stepper, trainStep } from './update.js';
