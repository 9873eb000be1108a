import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const LOG2 = defineOp({
  name: 'log2',
  forward: ([x]: [NDArray]) => ({ data: x.data.map(Math.log2), shape: x.shape }),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => g.div(x)],
});

const log2 = (x: Tensor): Tensor => apply(LOG2, [x]);

export const exhibit: Exhibit = {
  name: 'log2',
  title: 'The factor from the chain rule, forgotten',
  mistake: 'g.div(x)',
  right: 'g.div(x).div(Math.LN2)',
  words:
    'The derivative of ln x is 1/x. That of log₂ x = ln x / ln 2 has one more factor, and it is easily left behind when the rule is copied from log. Training hardly notices: the gradient points the right way, only its length is off, as if the learning rate had changed. The checker divides one Jacobian by the other, finds the same number everywhere and prints it. 0.693147 is ln 2, so the number names the missing factor.',
  check: () => gradcheck(log2, tensor([0.5, 1.5, 2, 3]), { names: ['x'] }),
  input: 0,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'log2', input: 0 },
    diagnosis: 'backward() is 0.693147 times the true gradient everywhere',
  },
};
