/**
 * Verifying gradients: is what backward() computes the derivative of what forward computes?
 * @module check
 */
export {
  type Arbitrary,
  arbitraries,
  type ShapeOptions,
  type TensorArbitraries,
  type ValueOptions,
} from './arbitraries.js';
export { type Aspect, type Checked, type CheckOpOptions, checkOp, type OpCheck } from './checkop.js';
export { assertGradients, demand, GradientError, gradcheck, gradgradcheck } from './gradcheck.js';
export { checkModule } from './module.js';
export { type GradientPropertyOptions, gradientProperty } from './property.js';
export { GradcheckReport } from './report.js';
export { literal, reproduction } from './reproduction.js';
export type {
  Checkable,
  Entry,
  GradcheckOptions,
  InputReport,
  Kink,
  OpReport,
  StepError,
  Taylor,
  Verdict,
} from './types.js';
