import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'and came back as 0.00',
  mistakes: [
    {
      name: 'the last piece wins',
      edit: ['data[place * pieces.stride + i]! += y', 'data[place * pieces.stride + i] = y'],
      says: 'From pieces of ones it received 1',
    },
    {
      name: 'paste forgets the stride',
      edit: ['data[place * pieces.stride + i]! += y', 'data[place + i]! += y'],
      says: 'that do not overlap, and pasted',
    },
    {
      name: 'the rule of paste leaves the tape',
      edit: ['vjp: [(g, _, pieces) => cut(g, pieces)]', 'vjp: [(g, _, pieces) => cut(g.detach(), pieces)]'],
      says: 'forward and reverse mode disagree',
    },
    {
      name: 'the filters are turned round',
      edit: ['filters.matmul(', 'filters.flip(1).matmul('],
      says: 'filter times piece, summed up, is another number',
    },
    {
      name: 'the product is transposed',
      edit: ['filters.matmul(cut(x, pieces))', 'filters.matmul(cut(x, pieces)).transpose().slice([[0, 2]])'],
      says: 'convolve returned the shape',
    },
  ],
};
