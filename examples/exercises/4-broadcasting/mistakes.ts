import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'has shape [2, 3]',
  mistakes: [
    {
      name: 'axes of length 1 are removed',
      edit: ['sumAlong(result, axis, true)', 'sumAlong(result, axis, false)'],
      says: 'has shape [2]',
    },
    {
      name: 'one missing axis is summed, and not all of them',
      edit: ['while (result.shape.length > shape.length)', 'if (result.shape.length > shape.length)'],
      says: 'has shape [3]',
    },
    {
      name: 'the copies are averaged',
      edit: ['+= x.data[i]!', '+= x.data[i]! / length'],
      says: 'a mean where a sum belongs',
    },
    {
      name: 'the last copy wins',
      edit: ['+= x.data[i]!', '= x.data[i]!'],
      says: 'a term from broadcasting is missing',
    },
  ],
};
