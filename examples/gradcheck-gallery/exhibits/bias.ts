import { apply, defineOp, type NDArray, randn, random, type Tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const ADD_BIAS = defineOp({
  name: 'addBias',
  forward: ([x, b]: [NDArray, NDArray]) => ({
    data: x.data.map((v, i) => v + b.data[i % b.data.length]!),
    shape: x.shape,
  }),
  vjp: [(g) => g, (g) => g.slice([0]).reshape([g.shape[1]!])],
});

const layer = (x: Tensor, w: Tensor, b: Tensor): Tensor => apply(ADD_BIAS, [x.matmul(w), b]).tanh();

export const exhibit: Exhibit = {
  name: 'bias',
  title: 'A sum over the batch, left out',
  mistake: 'g.slice([0]).reshape([g.shape[1]!])',
  right: 'g.sum(0)',
  words:
    'For one example the gradient of a bias is the incoming gradient. This rule was written for one example and then run on a batch of three: it takes the row that fits and drops the others. The bias is used in every row, so the rows have to be added up. Here the op sits inside a small layer, and two ops around it are right. The checker tries each op of the tape alone, and names the one, with the line that called it.',
  check: () => {
    const rng = random(3);
    return gradcheck(layer, [randn([3, 2], rng), randn([2, 2], rng), randn([2], rng)], {
      names: ['x', 'w', 'b'],
    });
  },
  input: 2,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'addBias', input: 1 },
    diagnosis: 'only the outputs at index 0 of axis 0 reach this input; sum over axis 0',
  },
};
