import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'the rule for input 1: wrong',
  mistakes: [
    {
      name: 'the sign is missing',
      edit: ['.neg()', ''],
      says: 'sign flipped: backward() is −1 times the true gradient everywhere',
    },
    {
      name: 'the forward is changed in place of the rule',
      edit: ['/ x.data.length', ''],
      says: 'The loss is',
    },
    {
      name: 'the mean forgets its size',
      edit: ['g.div(size).expand(shape)', 'g.expand(shape)'],
      says: 'too large by 4 everywhere, a size of the input',
    },
    {
      name: 'the quotient gets the rule of the product',
      edit: ['(g, { y }) => g.div(y)', '(g, { y }) => g.mul(y)'],
      says: 'backward() is 2.25 times the true gradient everywhere',
    },
  ],
};
