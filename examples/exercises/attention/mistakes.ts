import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'the first weight is 0.982',
  mistakes: [
    {
      name: 'the products are not scaled',
      edit: ['.mul(1 / Math.sqrt(d))', ''],
      says: 'the first weight is 0.982',
    },
    {
      name: 'the products are divided by d',
      edit: ['1 / Math.sqrt(d)', '1 / d'],
      says: 'the first weight is 0.731',
    },
    {
      name: 'the mask comes after the softmax',
      edit: ['where(allow, products, -Infinity)', 'products'],
      says: 'Both sums have to be 1',
    },
    {
      name: 'a row without a key is shared evenly',
      edit: ['-Infinity)).mul(allow)', '-Infinity))'],
      says: 'may attend to nothing',
    },
    {
      name: 'the weights leave the tape',
      edit: ['weights.matmul(v)', 'weights.detach().matmul(v)'],
      says: 'a value taken out by detach()',
    },
  ],
};
