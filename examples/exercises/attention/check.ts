import { ones, randn, random, type Tensor, tensor } from 'tapegrad';
import { demand, gradcheck } from 'tapegrad/check';
import type { Exercise } from '../exercise.js';

type Work = typeof import('./solution.js');

export const exercise: Exercise<Work> = {
  title: 'A head of your own',
  chapter: 'docs/attention.md',
  task: 'Mend attention that does not scale its products and masks too late.',
  hint: 'Which product does softmax turn into the weight 0? And what are the weights of a row in which all products are such?',
  names: ['attention'],
  check({ attention }) {
    const rng = random(0);
    const first = attention(
      tensor([[2, 0, 0, 0]]),
      tensor([
        [2, 1, 1, 1],
        [0, 1, 1, 1],
      ]),
      tensor([[1], [0]]),
      ones([1, 2]),
    ).item();
    const wanted = 1 / (1 + Math.exp(-2));
    if (!(Math.abs(first - wanted) < 1e-5))
      throw new Error(
        `Two keys, d = 4, the products 4 and 0: the first weight is ${first.toFixed(3)}, and the formula gives ${wanted.toFixed(3)}.`,
      );
    const allow = tensor([
      [1, 1, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    const [q, k, v] = [randn([3, 4], rng), randn([3, 4], rng), randn([3, 2], rng)] as const;
    checkSums(attention(q, k, ones([3, 1]), allow));
    demand(gradcheck((a, b, c) => attention(a, b, c, allow), [q.named('q'), k.named('k'), v.named('v')]));
  },
};

/** The values are all 1, so each output is the sum of the weights of a query. */
function checkSums(y: Tensor): void {
  const [two, one, none] = Array.from(y.data, (sum) => Number(sum.toFixed(3)));
  if (two !== 1 || one !== 1)
    throw new Error(
      `The weights of a query that may attend to two of three keys add up to ${two}, and of one with a single key to ${one}. Both sums have to be 1.`,
    );
  if (none !== 0)
    throw new Error(`A query that may attend to nothing has weights that add up to ${none}, and not to 0.`);
}
