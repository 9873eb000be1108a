/** Mistakes in normalisation, and in the dropouts beside it. */
import type { Planted } from '../planted.js';

const kernel = { file: 'kernels/reference/standardise.ts', test: 'ops/values/normalisation.test.ts' };
const batchNorm = { file: 'nn/batch-norm.ts', test: 'nn/batch-norm.test.ts' };

export const NORMALISATION: readonly Planted[] = [
  {
    mistake: 'the gradient of batch norm lacks the term of the mean',
    ...kernel,
    right: 'g.data[at]! - mean - y.data[at]! * slope',
    wrong: 'g.data[at]! - y.data[at]! * slope',
    test: 'nn/batch-norm.test.ts',
  },
  {
    mistake: 'the gradient of batch norm takes the deviation for a constant',
    ...kernel,
    right: 'g.data[at]! - mean - y.data[at]! * slope',
    wrong: 'g.data[at]! - mean',
    test: 'nn/batch-norm.test.ts',
  },
  {
    mistake: 'layer norm in one pass, E[x²] − E[x]² in float32',
    ...kernel,
    right: `const distance = x[start + offsets[i]!]! * scale - first - mean;
    squares += distance * distance;
  }`,
    wrong: `squares = Math.fround(squares + x[start + offsets[i]!]! ** 2);
  }
  squares -= offsets.length * (first + mean) ** 2;`,
  },
  {
    mistake: 'layer norm overflows: squares in float32',
    ...kernel,
    right: 'squares += distance * distance;',
    wrong: 'squares += Math.fround(distance * distance);',
  },
  {
    mistake: 'layer norm divides by n − 1',
    ...kernel,
    right: 'squares / offsets.length + eps',
    wrong: 'squares / (offsets.length - 1) + eps',
  },
  {
    mistake: 'layer norm adds ε outside the root',
    ...kernel,
    right: 'Math.sqrt(squares / offsets.length + eps * scale * scale)',
    wrong: 'Math.sqrt(squares / offsets.length) + eps * scale',
  },
  {
    mistake: 'batch norm stores the biased variance',
    ...batchNorm,
    right: 'n / (n - 1)',
    wrong: '1',
  },
  {
    mistake: 'the momentum of batch norm is that of Keras',
    ...batchNorm,
    right: '(1 - share) * old + share * batch',
    wrong: 'share * old + (1 - share) * batch',
  },
  {
    mistake: 'batch norm evaluates by the batch',
    ...batchNorm,
    right: 'this.training || !this.runningMean ?',
    wrong: 'this.training || this.runningMean ?',
  },
  {
    mistake: 'the cumulative mean of batch norm counts one batch too many',
    ...batchNorm,
    right: '1 / seen',
    wrong: '1 / (seen + 1)',
  },
  {
    mistake: 'group norm takes each channel by itself',
    file: 'ops/normalisation.ts',
    right: '[images, groups, (channels / groups) * sizeOf(inner)]',
    wrong: '[images, channels, sizeOf(inner)]',
    test: 'ops/values/normalisation.test.ts',
  },
  {
    mistake: 'dropout of channels drops pixels',
    file: 'nn/dropout.ts',
    right: 'sizeOf(x.shape.slice(2))',
    wrong: '1',
    test: 'nn/dropout.test.ts',
  },
  {
    mistake: 'alpha dropout forgets the shift',
    file: 'ops/dropout.ts',
    right: '-scale * p * SATURATED',
    wrong: '0',
    test: 'nn/dropout.test.ts',
  },
];
