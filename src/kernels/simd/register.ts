/** Hands the SIMD kernels to the dispatcher, where this JavaScript engine can run them. The one import that does so is in index.ts. */
import { type FastKernels, offerFastKernels } from '../dispatch.js';
import { binary, cheap, dear, reluGrad } from './elementwise.js';
import { matmul } from './matmul.js';
import { type Simd, simd } from './module.js';
import { adapt, descend, descendWithMomentum } from './optimise.js';
import { extreme, softmax, sum } from './rows.js';

const on = (simd: Simd): FastKernels => ({
  cheap: (...call) => cheap(simd, ...call),
  dear: (...call) => dear(simd, ...call),
  binary: (...call) => binary(simd, ...call),
  reluGrad: (...call) => reluGrad(simd, ...call),
  sum: (...call) => sum(simd, ...call),
  extreme: (...call) => extreme(simd, ...call),
  softmax: (...call) => softmax(simd, ...call),
  matmul: (...call) => matmul(simd, ...call),
  descend: (...call) => descend(simd, ...call),
  descendWithMomentum: (...call) => descendWithMomentum(simd, ...call),
  adapt: (...call) => adapt(simd, ...call),
});

if (simd) offerFastKernels(on(simd));
