/**
 * tapegrad: tensors, the tape, and every op. Layers, initialisers, optimisers, gradient checks, data, training and
 * pictures are entry points of their own.
 * @module tapegrad
 */
import './full-methods.js';
import './kernels/simd/register.js';

export * from './core.js';
export { setThreads, threads } from './kernels/simd/threads.js';
export { type Kernels, kernels } from './kernels/simd/which.js';
