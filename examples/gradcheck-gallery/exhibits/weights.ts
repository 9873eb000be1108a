import { apply, defineOp, type NDArray, randn, random, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const DENSE = defineOp({
  name: 'dense',
  forward: ([x, w]: [NDArray, NDArray]) => {
    const { data, shape } = tensor(x.data, { shape: x.shape }).matmul(tensor(w.data, { shape: w.shape }));
    return { data, shape };
  },
  save: ({ inputs: [x, w] }) => ({ x, w }),
  vjp: [(g, { w }) => g.matmul(w.transpose()), (g, { x }) => g.transpose().matmul(x)],
});

const dense = (x: Tensor, w: Tensor): Tensor => apply(DENSE, [x, w]);

export const exhibit: Exhibit = {
  name: 'weights',
  title: 'A transpose on the wrong factor',
  mistake: 'g.transpose().matmul(x)',
  right: 'x.transpose().matmul(g)',
  words:
    'For y = x·W the gradient of W is xᵀ·g. This is gᵀ·x, the same matrix lying on its side. Wherever W has more rows than columns, or fewer, its shape gives it away at once. Hidden layers are often square, though, and then the two fit equally well. The checker lays every row of the Jacobian on its side, too, and finds the true one.',
  check: () => {
    const rng = random(5);
    return gradcheck(dense, [randn([2, 3], rng), randn([3, 3], rng)], { names: ['x', 'W'] });
  },
  input: 1,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'dense', input: 1 },
    diagnosis: "transposed: the gradient's last two axes 3 × 3 are exchanged",
  },
};
