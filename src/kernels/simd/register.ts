/** Hands the SIMD kernels to the dispatcher, where this JavaScript engine can run them. The one import that does so is in index.ts. */
import { type FastKernels, offerFastKernels } from '../dispatch.js';
import { binary, cheap, dear, grad, reluGrad, shaped, where } from './elementwise.js';
import type { Simd } from './exports.js';
import { matmul } from './matmul.js';
import { simd } from './module.js';
import { adapt, descend, descendWithMomentum } from './optimise.js';
import { extreme, softmax, sum } from './rows.js';

/** Without rest parameters, which would make a list at every call of an op. */
const on = (simd: Simd): FastKernels => ({
  simd,
  cheap: (name, x) => cheap(simd, name, x),
  dear: (name, x) => dear(simd, name, x),
  shaped: (name, x, p, q) => shaped(simd, name, x, p, q),
  binary: (name, a, b) => binary(simd, name, a, b),
  grad: (slope, g, x) => grad(simd, slope, g, x),
  reluGrad: (g, y) => reluGrad(simd, g, y),
  where: (condition, a, b) => where(simd, condition, a, b),
  sum: (x, axes, keepdims, divisor) => sum(simd, x, axes, keepdims, divisor),
  extreme: (which, x, axes, keepdims) => extreme(simd, which, x, axes, keepdims),
  softmax: (name, x) => softmax(simd, name, x),
  matmul: (a, b, transposeA, transposeB, bias) => matmul(simd, a, b, transposeA, transposeB, bias),
  descend: (...call) => descend(simd, ...call),
  descendWithMomentum: (...call) => descendWithMomentum(simd, ...call),
  adapt: (...call) => adapt(simd, ...call),
});

if (simd) offerFastKernels(on(simd));
