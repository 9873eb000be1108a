import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const QUOTIENT = defineOp({
  name: 'quotient',
  forward: ([a, b]: [NDArray, NDArray]) => ({
    data: a.data.map((v, i) => v / b.data[i]!),
    shape: a.shape,
  }),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [(g, { b }) => g.div(b), (g, { a, b }) => g.mul(a).div(b.square())],
});

const quotient = (a: Tensor, b: Tensor): Tensor => apply(QUOTIENT, [a, b]);

export const exhibit: Exhibit = {
  name: 'quotient',
  title: 'A sign, lost on the way',
  mistake: 'g.mul(a).div(b.square())',
  right: 'g.mul(a).div(b.square()).neg()',
  words:
    'a/b falls when b grows, so the gradient for b carries a minus. Here it got lost between paper and keyboard. With this rule gradient descent climbs wherever a loss depends on b, and since the rule for a is right, the loss may still go down for a while. In the picture the second map is the first with its colours exchanged, and the error is twice as large as either.',
  check: () => gradcheck(quotient, [tensor([1, -2, 0.5, 3]), tensor([2, 1.5, -1, 4])], { names: ['a', 'b'] }),
  input: 1,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'quotient', input: 1 },
    diagnosis: 'sign flipped',
  },
};
