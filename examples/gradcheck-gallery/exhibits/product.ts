import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const PRODUCT = defineOp({
  name: 'product',
  forward: ([a, b]: [NDArray, NDArray]) => ({
    data: a.data.map((v, i) => v * b.data[i]!),
    shape: a.shape,
  }),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [(g, { a }) => g.mul(a), (g, { b }) => g.mul(b)],
});

const product = (a: Tensor, b: Tensor): Tensor => apply(PRODUCT, [a, b]);

export const exhibit: Exhibit = {
  name: 'product',
  title: 'The gradient of the other input',
  mistake: '[(g, { a }) => g.mul(a), (g, { b }) => g.mul(b)]',
  right: '[(g, { b }) => g.mul(b), (g, { a }) => g.mul(a)]',
  words:
    'Each factor of a product gets the other one as its slope. It feels natural to write a in the line for a, the shapes agree, and a test with a = b passes. The checker compares the failing Jacobian with those of all other inputs of its size, and recognises it.',
  check: () =>
    gradcheck(product, [tensor([1, -2, 0.5, 3]), tensor([2, 1.5, -1, 0.5])], { names: ['a', 'b'] }),
  input: 0,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'product', input: 0 },
    diagnosis: 'this is the gradient of b: the rules of two inputs are exchanged',
  },
};
