/** Everything the module exports. It has no data, no runtime and no garbage collector: addresses in, numbers out. */
export { add, div, mul, relu, reluGrad, sqrt, square, sub } from './elementwise';
export { erf, exp, log, sigmoid, tanh } from './functions';
export { matmul, scratchBytes, tileOnly } from './matmul';
export { sumColumns, sumRows } from './reduce';
export { logSoftmaxRows, softmaxRows } from './softmax';
