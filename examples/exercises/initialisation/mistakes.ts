import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'Only the square layer keeps the size',
  mistakes: [
    {
      name: 'the mean of both widths decides',
      edit: ['2 / inputs', '4 / (inputs + outputs)'],
      says: '400 → 100: the outputs are 1.3 times',
    },
    {
      name: 'the half that relu throws away is forgotten',
      edit: ['2 / inputs', '1 / inputs'],
      says: 'ratio 0.71',
    },
    {
      name: 'the variance is taken for the standard deviation',
      edit: ['Math.sqrt(2 / inputs)', '2 / inputs'],
      says: 'The factor depends on the widths',
    },
    {
      name: 'every weight is the same',
      edit: [
        'randn([inputs, outputs], rng).mul(std)',
        'randn([1, 1], rng).mul(std).expand([inputs, outputs])',
      ],
      says: 'Two units start with the same weights',
    },
    {
      name: 'the weights are transposed',
      edit: ['randn([inputs, outputs], rng)', 'randn([outputs, inputs], rng)'],
      says: 'The weights of a layer 400 → 100 have the shape [100, 400]',
    },
  ],
};
