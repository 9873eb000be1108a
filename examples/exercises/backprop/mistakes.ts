import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'the function has a wrong gradient in z',
  mistakes: [
    {
      name: 'the square loses its factor 2',
      edit: ['const gy = y.sub(t).mul(2);', 'const gy = y.sub(t);'],
      says: 'backward() is 0.5 times the true gradient everywhere',
    },
    {
      name: 'the product is taken the other way round',
      edit: ['x.transpose().matmul(gz)', 'gz.transpose().matmul(x)'],
      says: 'transposed: the gradient',
    },
    {
      name: 'the rows are averaged',
      edit: ['gz.sum(0)', 'gz.mean(0)'],
      says: 'backward() is 0.333333 times the true gradient everywhere',
    },
    {
      name: 'the rows are not summed',
      edit: ['gz.sum(0)', 'gz'],
      says: 'the gradient of input 0 has shape [3, 4]',
    },
  ],
};
