/** Mistakes in pooling. */
import type { Planted } from '../planted.js';

const test = 'ops/values/pooling.test.ts';
const pool = { file: 'kernels/reference/pool.ts', test };
const windows = { file: 'kernels/reference/windows.ts', test };

export const POOLING: readonly Planted[] = [
  {
    mistake: 'max pooling gives the gradient to all that tie',
    file: 'kernels/dispatch.ts',
    test,
    right: 'return referencePool.addAt(g, largestPlaces(x, rows, columns), x.shape);',
    wrong: `const y = x.data.slice().fill(0);
  for (const [i, place] of largestPlaces(x, rows, columns).entries())
    for (let j = 0; j < y.length; j++) if (x.data[j] === x.data[place]) y[j]! += g.data[i]!;
  return { data: y, shape: x.shape };`,
  },
  {
    mistake: 'max pooling gives a tie to the last',
    ...pool,
    right: 'data[at]! <= best ||',
    wrong: 'data[at]! < best ||',
  },
  {
    mistake: 'max pooling pads with zeros',
    ...pool,
    right: 'let best = data[start]!;',
    wrong: 'let best = 0;',
  },
  {
    mistake: 'max pooling writes gradients over each other',
    ...pool,
    right: 'y[places[i]!]! += g[i]!',
    wrong: 'y[places[i]!] = g[i]!',
  },
  {
    mistake: 'average pooling divides by the overhang of ceilMode too',
    ...windows,
    right: 'Math.min(start + kernel, size + padding) - start',
    wrong: 'kernel',
  },
  {
    mistake: 'average pooling never counts padding',
    ...windows,
    right: 'countIncludePad ? ',
    wrong: 'false ? ',
  },
  {
    mistake: 'pooling in ceilMode has windows that begin in the padding behind',
    ...windows,
    right: '(count - 1) * stride >= size + padding ? count - 1 : count',
    wrong: 'count',
  },
  {
    mistake: 'adaptive pooling rounds the ends of windows down',
    ...windows,
    right: 'Math.ceil(((i + 1) * size) / count)',
    wrong: 'Math.floor(((i + 1) * size) / count)',
  },
];
