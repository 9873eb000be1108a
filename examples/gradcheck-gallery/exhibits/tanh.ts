import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const MY_TANH = defineOp({
  name: 'myTanh',
  forward: ([x]: [NDArray]) => ({ data: x.data.map(Math.tanh), shape: x.shape }),
  save: ({ output }) => ({ y: output }),
  vjp: [(_g, { y }) => y.square().neg().add(1)],
});

const myTanh = (x: Tensor): Tensor => apply(MY_TANH, [x]);

export const exhibit: Exhibit = {
  name: 'tanh',
  title: 'A derivative where a backward belongs',
  mistake: '(_g, { y }) => y.square().neg().add(1)',
  right: '(g, { y }) => g.mul(y.square().neg().add(1))',
  words:
    'tanh′ = 1 − tanh² is right, but backward has to pass on what came in from above: the incoming gradient times that. If the op is the last one and its output is summed, the incoming gradient is all ones, and the mistake hides. The checker asks for one output at a time. Every row of the Jacobian is then the same, full where only the diagonal should be.',
  check: () => gradcheck(myTanh, tensor([-1.5, -0.5, 0.25, 1]), { names: ['x'] }),
  input: 0,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'myTanh', input: 0 },
    diagnosis: 'backward ignores the incoming gradient',
  },
};
