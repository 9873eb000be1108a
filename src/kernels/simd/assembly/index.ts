/** Everything the module exports. It has no data, no runtime and no garbage collector: addresses in, numbers out. */
export { addPatches, copyPlanes, fillRows, multiplyByPatches, multiplyPatches } from './convolve';
export { add, div, mul, relu, reluGrad, sqrt, square, sub } from './elementwise';
export { apply } from './functions';
export { matmul, scratchBytes, tileOnly } from './matmul';
export { adapt, descend, descendWithMomentum } from './optimise';
export { maxColumns, maxRows, minColumns, minRows, sumColumns, sumRows } from './reduce';
export { logSoftmaxRows, softmaxRows } from './softmax';
