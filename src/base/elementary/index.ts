/** The elementary functions, with the same bits in every JavaScript engine. */
export { acos, asin, atan, atan2 } from './arcs.js';
export { cos, sin, tan } from './circular.js';
export { productError, quotientError, sumError } from './exact.js';
export { cosh, exp, exp2, expm1, sinh, tanh } from './exponential.js';
export { log, log1p, log2, log10 } from './logarithm.js';
export { cbrt, pow } from './power.js';
