import { concat, randn, random, type Tensor, tensor } from 'tapegrad';
import type { Exercise } from '../exercise.js';
import { demandGradient } from '../given.js';

type Work = typeof import('./solution.js');

export const exercise: Exercise<Work> = {
  title: 'A step in parts',
  chapter: 'docs/around-the-loop.md',
  task: 'Mend the gradient of several batches of different sizes, and clip it.',
  hint: 'Ask what one row of each batch adds to the gradient. And which gradient is it whose norm has the limit?',
  names: ['lossOf', 'gradientOf'],
  check({ lossOf, gradientOf }) {
    const rng = random(0);
    const batches = [1, 3, 5].map((rows) => randn([rows, 3], rng, { dtype: 'float64' }));
    const w = randn([3, 1], rng, { dtype: 'float64' });
    const run = (limit: number, at = leaf(w)) => {
      const norm = gradientOf(at, batches, limit);
      return { at, norm, gradient: at.grad!.clone() };
    };

    const { at, norm, gradient } = run(Infinity);
    const ofMeans = batches.map((batch) => slope(lossOf, w, batch)).reduce((a, b) => a.add(b));
    if (differ(gradient, ofMeans.div(3)) < 1e-9)
      throw new Error(
        `This is the mean of the means: the one row of the first batch weighs as much as the five of the last.`,
      );
    if (differ(gradient, ofMeans) < 1e-9)
      throw new Error('This is the sum of the means of the batches, which grows with the number of batches.');
    const all = (v: Tensor): Tensor => lossOf(v, concat(batches));
    demandGradient(all, { of: 'gradientOf', at: w, named: 'w', gradient });
    if (Math.abs(norm - lengthOf(gradient)) > 1e-9)
      throw new Error(
        `The norm of the gradient is ${short(lengthOf(gradient))}, and ${short(norm)} was returned.`,
      );

    const limit = norm / 4;
    const clipped = run(limit);
    if (differ(clipped.gradient, gradient.div(4)) > 1e-9)
      throw new Error(
        `With the limit ${short(limit)} the gradient is [${clipped.gradient.toArray()}], and does not point where the unclipped one points, [${gradient.toArray()}]. Parts that are clipped apart lose their shares.`,
      );
    if (Math.abs(clipped.norm - norm) > 1e-9)
      throw new Error(`The norm before clipping is ${short(norm)}, and ${short(clipped.norm)} was returned.`);
    if (differ(run(Infinity, at).gradient, gradient) > 1e-9)
      throw new Error(
        'The same step a second time gives another gradient: it begins with what the step before has left.',
      );
  },
};

const leaf = (w: Tensor): Tensor => tensor(w, { requiresGrad: true });
const short = (value: number): string => value.toPrecision(3);
const lengthOf = (gradient: Tensor): number => Math.sqrt(gradient.square().sum().item());
const differ = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item();

function slope(lossOf: Work['lossOf'], w: Tensor, batch: Tensor): Tensor {
  const at = leaf(w);
  lossOf(at, batch).backward();
  return at.grad!;
}
