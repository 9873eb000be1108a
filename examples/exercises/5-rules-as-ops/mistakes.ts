import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'forward and reverse mode disagree',
  mistakes: [
    {
      name: 'the incoming gradient is forgotten',
      edit: ['(g, { x, y }) => g.mul(x.mul(y)).mul(-2)', '(_g, { x, y }) => x.mul(y).mul(-2)'],
      says: 'backward ignores the incoming gradient',
    },
    {
      name: 'y leaves the tape',
      edit: ['x.mul(y)', 'x.mul(y.detach())'],
      says: 'the derivative of the rule for input 0: wrong',
    },
    {
      name: 'the sign is lost',
      edit: ['.mul(-2)', '.mul(2)'],
      says: 'sign flipped',
    },
    {
      name: 'the factor is lost',
      edit: ['.mul(-2)', '.neg()'],
      says: 'backward() is 0.5 times the true gradient',
    },
  ],
};
