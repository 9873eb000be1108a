import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'div: the value at [1] is NaN',
  mistakes: [
    {
      name: 'only the numerator is safe',
      edit: ['safe.sin().div(safe)', 'safe.sin().div(x)'],
      says: 'div: the value at [1] is Infinity',
    },
    {
      name: 'the result is not chosen',
      edit: ['where(outside, safe.sin().div(safe), 1)', 'safe.sin().div(safe)'],
      says: 'The value of sinc(0) is 0.841',
    },
    {
      name: 'a small number is added to the denominator',
      edit: ['where(outside, safe.sin().div(safe), 1)', 'x.sin().div(x.add(1e-9))'],
      says: 'The value of sinc(0) is 0.00',
    },
    {
      name: 'the denominator leaves the tape',
      edit: ['div(safe)', 'div(safe.detach())'],
      says: 'a value taken out by detach()',
    },
  ],
};
