import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const deviation = (x: Tensor): Tensor => x.sub(x.mean(0, true)).square().mean(0, true).add(1e-5).sqrt();

const MY_BATCH_NORM = defineOp({
  name: 'myBatchNorm',
  forward: ([x]: [NDArray]) => {
    const batch = tensor(x.data, { shape: x.shape });
    const { data, shape } = batch.sub(batch.mean(0, true)).div(deviation(batch));
    return { data, shape };
  },
  save: ({ inputs: [x], output }) => ({ x, y: output }),
  vjp: [(g, { x }) => g.sub(g.mean(0, true)).div(deviation(x))],
});

const myBatchNorm = (x: Tensor): Tensor => apply(MY_BATCH_NORM, [x]);

export const exhibit: Exhibit = {
  name: 'batch-norm',
  title: 'A batch of one',
  mistake: '(g, { x }) => g.sub(g.mean(0, true)).div(deviation(x))',
  right: '(g, { x, y }) => g.sub(g.mean(0, true)).sub(y.mul(g.mul(y).mean(0, true))).div(deviation(x))',
  words:
    'Batch normalisation subtracts the mean of the batch and divides by its deviation. Both depend on x, and this rule has forgotten the second: it treats the deviation as a constant. The example closest to hand, a single row, cannot show it, because a single row minus its mean is zero. The output is constant, both gradients are zero, and the check passes with any rule that subtracts the mean. Four rows are enough to see the mistake.',
  blind: {
    code: 'gradcheck(myBatchNorm, tensor([[0.5, -1, 2]]))',
    words:
      'The gradient is zero from both sides, to the last digit. A checker that calls this agreement would say the same of any rule that subtracts the mean of what comes in.',
    check: () => gradcheck(myBatchNorm, tensor([[0.5, -1, 2]]), { names: ['x'] }),
  },
  check: () =>
    gradcheck(
      myBatchNorm,
      tensor([
        [0.5, -1],
        [2, 0.25],
        [-1, 1.5],
        [0.75, 3],
      ]),
      { names: ['x'] },
    ),
  input: 0,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'myBatchNorm', input: 0 },
    diagnosis: '',
  },
};
