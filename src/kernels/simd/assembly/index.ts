/** Everything the module exports. It has no data, no runtime and no garbage collector: addresses in, numbers out. */
export { addPatches, copyPlanes, fillRows, multiplyByPatches, multiplyPatches } from './convolve';
export { abs, clip, combine, neg, reciprocal, relu, reluGrad, select, sqrt, square } from './elementwise';
export { elu, eluSlope, leakyRelu, erf, exp, gelu, geluByTanh, geluByTanhSlope, geluSlope, log, mish, mishSlope, normalCdf, rsqrt, sigmoid, sigmoidSlope, silu, siluSlope, softplus, tanh, tanhSlope } from './functions';
export { matmul, scratchBytes, tileOnly } from './matmul';
export { adapt, descend, descendWithMomentum } from './optimise';
export { largestPlaces } from './pool';
export { addColumns, addRows, maxColumns, maxRows, minColumns, minRows } from './reduce';
export { logSoftmaxRows, softmaxRows } from './softmax';
export { deviationRows, projectRows, standardiseRows } from './standardise';
