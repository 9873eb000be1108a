import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'order 1, expected 2',
  mistakes: [
    {
      name: 'the difference is divided by half the distance',
      edit: ['(2 * h)', 'h'],
      says: 'it is 2 times the true slope',
    },
    {
      name: 'the points are exchanged',
      edit: ['f(x + h) - f(x - h)', 'f(x - h) - f(x + h)'],
      says: 'it is -1 times the true slope',
    },
    {
      name: 'a backward difference',
      edit: ['(f(x + h) - f(x - h)) / (2 * h)', '(f(x) - f(x - h)) / h'],
      says: 'order 1, expected 2',
    },
  ],
};
