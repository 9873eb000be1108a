import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const TIMES_ITSELF = defineOp({
  name: 'timesItself',
  forward: ([a, b]: [NDArray, NDArray]) => ({
    data: a.data.map((v, i) => v * b.data[i]!),
    shape: a.shape,
  }),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [(g, { a }) => g.mul(a).mul(2), (g, { b }) => g.mul(b).mul(2)],
});

const square = (x: Tensor): Tensor => apply(TIMES_ITSELF, [x, x]);

export const exhibit: Exhibit = {
  name: 'square',
  title: 'Counted twice',
  mistake: '[(g, { a }) => g.mul(a).mul(2), (g, { b }) => g.mul(b).mul(2)]',
  right: '[(g, { b }) => g.mul(b), (g, { a }) => g.mul(a)]',
  words:
    'Here x² is a product that is given x twice. The author knew that d(x²) = 2x and wrote it into the rule. But the tape adds the gradients of all the places where a tensor is used, and x is used in two, so 2x is added to 2x. The same number appears when a hook and the rule both add to a gradient, or when the ½ of a squared error got lost.',
  check: () => gradcheck(square, tensor([-2, -0.5, 1, 1.5]), { names: ['x'] }),
  input: 0,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'timesItself', input: 0 },
    diagnosis: 'exactly twice the true gradient everywhere: accumulated twice',
  },
};
