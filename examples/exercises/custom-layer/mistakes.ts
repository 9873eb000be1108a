import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'The module finds no parameter',
  mistakes: [
    {
      name: 'the parameter is not registered',
      edit: [
        "this.register('slope', ones([features], { requiresGrad: true }))",
        'ones([features], { requiresGrad: true })',
      ],
      says: 'The module finds no parameter',
    },
    {
      name: 'the gate leaves the tape',
      edit: ['.sigmoid()', '.sigmoid().detach()'],
      says: 'a value taken out by detach()',
    },
    {
      name: 'the slope leaves the tape',
      edit: ['x.mul(this.#slope)', 'x.mul(ones([3]))'],
      says: 'slope [3]: vacuous',
    },
    {
      name: 'there is one slope for all features',
      edit: ['ones([features], ', 'ones([1], '],
      says: 'parameters of the shapes [1]',
    },
    {
      name: 'the x inside the gate is forgotten',
      edit: ['x.mul(this.#slope).sigmoid()', 'this.#slope.sigmoid()'],
      says: 'its formula something else',
    },
  ],
};
