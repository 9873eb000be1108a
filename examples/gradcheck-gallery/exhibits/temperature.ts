import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const COOLED = defineOp({
  name: 'cooled',
  forward: ([x, t]: [NDArray, NDArray]) => ({
    data: x.data.map((v) => v / t.data[0]!),
    shape: x.shape,
  }),
  save: ({ inputs: [x, t] }) => ({ x, t }),
  vjp: [(g, { t }) => g.div(t), (_g, { t }) => t.mul(0)],
});

const cooledSoftmax = (x: Tensor, t: Tensor): Tensor => apply(COOLED, [x, t]).softmax();

export const exhibit: Exhibit = {
  name: 'temperature',
  title: 'Zero for an input that matters',
  mistake: '(_g, { t }) => t.mul(0)',
  right: '(g, { x, t }) => g.mul(x).sum().div(t.square()).neg()',
  words:
    'Softmax with a temperature. At first the temperature was a fixed number, so its rule was left at zero, and later somebody made it a parameter. It never moves. There is no error and no NaN, just a parameter that keeps its first value. Forgotten placeholders, a detach() too many, and values that pass through plain arrays all look like this. If a rule is to blame, the checker names it; if all rules are right, it says where the value left the tape.',
  check: () => gradcheck(cooledSoftmax, [tensor([1, -0.5, 2, 0.25]), tensor(1.5)], { names: ['x', 't'] }),
  input: 1,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'cooled', input: 1 },
    diagnosis: 'backward() gave zero for an input that matters',
  },
};
