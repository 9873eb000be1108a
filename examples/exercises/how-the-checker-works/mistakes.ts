import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'rejects the right slope of x³ at 1.5',
  mistakes: [
    {
      name: 'the difference looks to one side',
      edit: ['(f(x + h) - f(x - h)) / (2 * h)', '(f(x + h) - f(x)) / h'],
      says: 'rejects the right slope of exp(x) at 12',
    },
    {
      name: 'the step is so small that rounding wins',
      edit: ['6e-6', '1e-12'],
      says: 'rejects the right slope of x³ at 1.5',
    },
    {
      name: 'the step does not grow with x',
      edit: [' * Math.max(1, Math.abs(x))', ''],
      says: 'rejects the right slope of log(x) at 10⁷',
    },
    {
      name: 'the tolerance is absolute',
      edit: [' * Math.max(Math.abs(difference), Math.abs(slope))', ''],
      says: 'accepts 0 times the slope of sin(x) / 10⁶ at 1',
    },
    {
      name: 'the tolerance is wide',
      edit: ['1e-5', '1e-3'],
      says: 'accepts 1.0001 times the slope of x³ at 1.5',
    },
  ],
};
