import { apply, defineOp, type NDArray, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import type { Exhibit } from '../exhibit.js';

const LEAKY = defineOp({
  name: 'leaky',
  forward: ([x]: [NDArray]) => ({ data: x.data.map((v) => Math.max(v, 0.2 * v)), shape: x.shape }),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }) => g.mul(x.greater(0).add(x.less(0).mul(0.2)))],
});

const leaky = (x: Tensor): Tensor => apply(LEAKY, [x]);

export const exhibit: Exhibit = {
  name: 'leaky',
  title: 'Nobody’s case, right at the kink',
  mistake: 'x.less(0)',
  right: 'x.lessEqual(0)',
  words:
    'A leaky relu has slope 1 on the right, 0.2 on the left, and a kink at 0. There no slope is the true one, and any number from 0.2 to 1 may stand for it. Two masks with > and < leave out zero itself: its gradient is 0, and a unit that starts at exactly 0 stays there. Differences straddle the kink and give the mean, 0.6, which would accuse every correct relu as well. So the checker looks at both sides apart. It lists the kink, accepts what lies between the two slopes, and rejects what does not.',
  check: () => gradcheck(leaky, tensor([-1.5, 0, 0.5, 2]), { names: ['x'] }),
  input: 0,
  expected: {
    verdict: 'wrong',
    culprit: { op: 'leaky', input: 0 },
    diagnosis: 'zero in 1 of 16 entries that matter and right in all others: a case of the rule is missing',
  },
};
