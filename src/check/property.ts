/**
 * Gradient checks at generated inputs. A test hands its own fast-check in, an optional package.
 * @module check/property
 */
export {
  type Arbitrary,
  arbitraries,
  type ShapeOptions,
  type TensorArbitraries,
  type ValueOptions,
} from './generate/arbitraries.js';
export { type GradientPropertyOptions, gradientProperty } from './generate/property.js';
