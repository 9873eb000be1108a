/**
 * Checks gradients: compares what backward() computes with finite differences of the function itself.
 * @module check
 */
export { type Aspect, type Checked, type CheckOpOptions, checkOp, type OpCheck } from './checkop.js';
export { literal, reproduction } from './generate/reproduction.js';
export { assertGradients, demand, GradientError, gradcheck, gradgradcheck } from './gradcheck.js';
export { checkModule } from './module.js';
export { GradcheckReport } from './report/report.js';
export type {
  Checkable,
  Entry,
  GradcheckOptions,
  InputReport,
  Kink,
  OpReport,
  StepError,
  Taylor,
} from './terms/types.js';
export type { Verdict } from './terms/verdicts.js';
