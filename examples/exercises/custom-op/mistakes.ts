import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'wrong gradient in a, b',
  mistakes: [
    {
      name: 'the first rule forgets g',
      edit: ['(g, { a, y }) => g.mul(a.sub(y).exp())', '(_g, { a, y }) => a.sub(y).exp()'],
      says: 'backward ignores the incoming gradient',
    },
    {
      name: 'the rules are exchanged',
      edit: [
        '[(g, { a, y }) => g.mul(a.sub(y).exp()), (g, { b, y }) => g.mul(b.sub(y).exp())]',
        '[(g, { b, y }) => g.mul(b.sub(y).exp()), (g, { a, y }) => g.mul(a.sub(y).exp())]',
      ],
      says: 'the rules of two inputs are exchanged',
    },
    {
      name: 'the exponent of the second rule has the wrong sign',
      edit: ['b.sub(y)', 'y.sub(b)'],
      says: 'the rule for input 1: wrong',
    },
    {
      name: 'the first rule leaves the tape',
      edit: ['a.sub(y)', 'a.sub(y).detach()'],
      says: 'the derivative of the rule for input 0: wrong',
    },
  ],
};
