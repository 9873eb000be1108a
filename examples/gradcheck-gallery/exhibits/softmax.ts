import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const MY_SOFTMAX = defineOp({
  name: 'mySoftmax',
  forward: ([x]: [NDArray]) => {
    const { data, shape } = tensor(x.data, { shape: x.shape }).softmax();
    return { data, shape };
  },
  save: ({ output }) => ({ y: output }),
  vjp: [(g, { y }) => y.mul(g.sub(g.mean(-1, true)))],
});

const mySoftmax = (x: Tensor): Tensor => apply(MY_SOFTMAX, [x]);
const x = tensor([0.5, -1, 2, 0.25]);

export const exhibit: Exhibit = {
  name: 'softmax',
  title: 'All ones: the check that sums the output',
  mistake: 'g.mean(-1, true)',
  right: 'g.mul(y).sum(-1, true)',
  words:
    'Many checkers need a single number, so they sum the output, which is to say that they test with an incoming gradient of all ones. The outputs of a softmax always sum to 1. That sum has slope zero whatever the input, and any rule that turns ones into zeros passes: this one, which subtracts the plain mean where the mean weighted by y belongs, one that returns zero, and the right one times 1000. With one output at a time, or with random incoming gradients, nothing cancels.',
  blind: {
    code: 'gradcheck((x) => mySoftmax(x).sum(), x)',
    words:
      'Both sides agree, and a checker that only compares would pass. But zero equals zero whatever the rule. The verdict is “vacuous”, and the check fails. Since it fails, every op on the tape is tried alone, and the softmax is found after all.',
    check: () => gradcheck((v) => mySoftmax(v).sum(), x, { names: ['x'] }),
  },
  check: () => gradcheck(mySoftmax, x, { names: ['x'] }),
  also: {
    code: "gradcheck(mySoftmax, x, { mode: 'directions' })",
    words:
      'Three random incoming gradients, each along one random direction, see it as well. They cost the same for an input of any size.',
    check: () => gradcheck(mySoftmax, x, { names: ['x'], mode: 'directions' }),
  },
  input: 0,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'mySoftmax', input: 0 },
    diagnosis: '',
  },
};
