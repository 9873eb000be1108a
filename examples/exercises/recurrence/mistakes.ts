import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'z = 1, and the old state is 3.',
  mistakes: [
    {
      name: 'the update gate the other way round',
      edit: ['n.add(z.mul(h.sub(n)))', 'h.add(z.mul(n.sub(h)))'],
      says: 'z = 1, and the old state is 3.',
    },
    {
      name: 'the reset gate is forgotten',
      edit: ['an.add(r.mul(bn))', 'an.add(bn)'],
      says: 'z = 0 and r = 0',
    },
    {
      name: 'the whole of n is reset',
      edit: ['an.add(r.mul(bn)).tanh()', 'an.add(r.mul(bn)).mul(r.mul(0.5).add(1)).tanh()'],
      says: 'z = 0 and r = 1',
    },
    {
      name: 'the candidate leaves the tape',
      edit: ['.tanh()', '.tanh().detach()'],
      says: 'a value taken out by detach()',
    },
  ],
};
