/** The ops that read as methods, `a.add(b)`: each one listed here is attached to Tensor by methods.ts. */
export { astype } from '../autograd/op.js';
export { broadcastTo, clone, sumTo } from '../autograd/sums.js';
export { relu, sigmoid } from './activations.js';
export { add, div, mul, neg, reciprocal, square, sub } from './arithmetic.js';
export {
  abs,
  clip,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  notEqual,
  sign,
} from './compare.js';
export { cos, exp, expm1, log, log1p, pow, rsqrt, sin, sqrt, tan, tanh } from './functions.js';
export { dot, matmul, outer } from './matmul.js';
export { mean, norm, std, variance } from './moments.js';
export {
  argMax,
  argMin,
  cumSum,
  max,
  min,
  prod,
  sum,
} from './reduce.js';
export {
  expand,
  flatten,
  permute,
  reshape,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
} from './shape.js';
export { logSoftmax, logSumExp, softmax } from './softmax.js';
