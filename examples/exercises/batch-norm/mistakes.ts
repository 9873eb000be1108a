import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'Stretching a column changes no output',
  mistakes: [
    {
      name: 'the mean is taken for a constant',
      edit: ['.sub(throughMean)', ''],
      says: 'Moving a whole column changes no output',
    },
    {
      name: 'σ is taken for a constant',
      edit: ['.sub(throughSigma)', ''],
      says: 'Stretching a column changes no output',
    },
    {
      name: 'the division by σ is forgotten',
      edit: ['.sub(throughSigma).div(sigma)', '.sub(throughSigma)'],
      says: 'inputGradient',
    },
    {
      name: 'the variance of the batch itself is stored',
      edit: ['{ correction: 1 }', '{ correction: 0 }'],
      says: 'by the factor (n − 1)/n',
    },
    {
      name: 'momentum is the share of the old value, as in Keras',
      edit: [
        'running.mul(1 - momentum).add(batch.mul(momentum))',
        'running.mul(momentum).add(batch.mul(1 - momentum))',
      ],
      says: 'nine tenths of the old value stay',
    },
  ],
};
