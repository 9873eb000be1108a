import { apply, defineOp, type NDArray, ones, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const ROW_MEANS = defineOp({
  name: 'rowMeans',
  forward: ([x]: [NDArray]) => {
    const { data, shape } = tensor(x.data, { shape: x.shape }).mean(1);
    return { data, shape };
  },
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }) => ones(shape).mul(g.reshape([shape[0]!, 1]))],
});

const rowMeans = (x: Tensor): Tensor => apply(ROW_MEANS, [x]);

export const exhibit: Exhibit = {
  name: 'mean',
  title: 'A mean that is differentiated like a sum',
  mistake: 'ones(shape).mul(g.reshape([shape[0]!, 1]))',
  right: 'ones(shape).mul(g.reshape([shape[0]!, 1])).div(shape[1]!)',
  words:
    'The gradient of a sum is handed to all its terms; that of a mean is handed to all its terms, divided by their number. Leave out the division, and larger batches silently get larger steps. A factor alone could be anything. The checker compares it with the sizes of the shapes that are in play, finds the length of a row, and says so.',
  check: () =>
    gradcheck(
      rowMeans,
      tensor([
        [1, -2, 0.5],
        [3, 0.25, -1],
      ]),
      { names: ['x'] },
    ),
  input: 0,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'rowMeans', input: 0 },
    diagnosis: 'too large by 3 everywhere, a size of the input: a sum where a mean belongs',
  },
};
