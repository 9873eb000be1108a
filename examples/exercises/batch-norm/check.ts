import { full, layerNorm, randn, random, type Tensor, tensor } from 'tapegrad';
import type { Exercise } from '../exercise.js';
import { demandGradient } from '../given.js';

type Work = typeof import('./solution.js');

export const exercise: Exercise<Work> = {
  title: 'The way back through a batch',
  chapter: 'docs/batch-norm.md',
  task: 'Write the gradient of batch normalisation by hand, and the running variance that evaluation needs.',
  hint: 'The chapter finds three ways from an element to the outputs of its column. For the running variance: which divisor makes the variance of a sample right on average?',
  names: ['inputGradient', 'runningVariance'],
  check({ inputGradient, runningVariance }) {
    const rng = random(0);
    const x = randn([5, 3], rng, { dtype: 'float64' }).mul(tensor([1, 4, 0.5], { dtype: 'float64' }));
    const g = randn([5, 3], rng, { dtype: 'float64' });
    const found = inputGradient(x, g);
    demandNoPart(found, full([5, 3], 1, { dtype: 'float64' }), 'Moving a whole column', 'sums up to 0');
    demandNoPart(found, layerNorm(x, 0), 'Stretching a column', 'has no part along y');
    const loss = (at: Tensor): Tensor => layerNorm(at, 0).mul(g).sum();
    demandGradient(loss, { of: 'inputGradient', at: x, named: 'x', gradient: found });
    compareVariance(runningVariance);
  },
};

/** What changes no output has the slope 0: the gradient has no part in its direction, in any column. */
function demandNoPart(gradient: Tensor, direction: Tensor, what: string, so: string): void {
  const parts = gradient.mul(direction).sum(0);
  if (parts.abs().max().item() > 1e-3)
    throw new Error(
      `${what} changes no output, so that the gradient of every column ${so}. Yours gives ${parts.data[0]!.toPrecision(3)} for the first column. One of the ways from x to y is missing.`,
    );
}

function compareVariance(runningVariance: Work['runningVariance']): void {
  const x = tensor([[1], [2], [6]], { dtype: 'float64' }); // squares of distances: 14, n = 3
  const got = runningVariance(tensor([1], { dtype: 'float64' }), x, 0.1).item();
  const is = (wanted: number): boolean => Math.abs(got - wanted) < 1e-9;
  if (is(0.9 + 0.1 * 7)) return;
  const shown = got.toPrecision(3);
  if (is(0.9 + (0.1 * 14) / 3))
    throw new Error(
      `The running variance becomes ${shown}: a batch of n numbers is too alike, by the factor (n − 1)/n.`,
    );
  if (is(0.1 + 0.9 * 7))
    throw new Error(
      `The running variance becomes ${shown}: with momentum 0.1 nine tenths of the old value stay.`,
    );
  throw new Error(
    `The running variance becomes ${shown}, and for the column [1, 2, 6], from 1 with momentum 0.1, it is 1.60.`,
  );
}
