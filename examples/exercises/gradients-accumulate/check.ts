import { randn, random, type Tensor, tensor } from 'tapegrad';
import type { Exercise } from '../exercise.js';
import { demandGradient } from '../given.js';

type Work = typeof import('./solution.js');

export const exercise: Exercise<Work> = {
  title: 'Predict, then program',
  chapter: 'docs/gradients-accumulate.md',
  task: 'Predict three gradients, then compute the gradient of a large batch part by part.',
  hint: 'backward() adds to .grad. Ask of every walk: what lies in .grad before it, and what part of the whole does it bring?',
  names: ['predicted', 'lossOf', 'gradientInParts'],
  check({ predicted, lossOf, gradientInParts }) {
    comparePredictions(predicted);

    const rng = random(0);
    const parts = [0, 1, 2].map(() => randn([4, 3], rng, { dtype: 'float64' }));
    const w = randn([3, 1], rng, { dtype: 'float64' });
    const found = gradientInParts(leaf(w), parts).clone();
    for (const [i, part] of parts.entries())
      if (ratio(found, slope(lossOf, w, part)) !== null)
        throw new Error(
          `Of ${parts.length} parts only part ${i + 1} reaches the gradient. What the others brought was cleared.`,
        );
    demandGradient(meanOf(lossOf, parts), { of: 'gradientInParts', at: w, named: 'w', gradient: found });

    const again = leaf(w);
    const first = gradientInParts(again, parts).clone();
    const factor = ratio(gradientInParts(again, parts), first);
    if (factor === null || Math.abs(factor - 1) > 1e-9)
      throw new Error(
        `The same step a second time gives ${factor === null ? 'another gradient' : `${factor.toFixed(2)} times the gradient`}: it begins with what the step before has left.`,
      );
  },
};

function comparePredictions(predicted: Work['predicted']): void {
  const w = leaf(tensor(6));
  w.square().backward();
  compare('first', predicted.first, w);
  w.mul(5).backward();
  compare('second', predicted.second, w);
  w.grad = null;
  const loss = w.square();
  loss.backward({ retainGraph: true });
  loss.backward();
  compare('third', predicted.third, w);
}

function compare(which: keyof Work['predicted'], predicted: number, w: Tensor): void {
  if (predicted !== w.grad!.item())
    throw new Error(
      `You predict ${predicted} for the ${which} value of w.grad, and backward() gives another.`,
    );
}

const leaf = (w: Tensor): Tensor => tensor(w, { requiresGrad: true });

function slope(lossOf: Work['lossOf'], w: Tensor, part: Tensor): Tensor {
  const at = leaf(w);
  lossOf(at, part).backward();
  return at.grad!;
}

/** c where a = c · b; null if there is no such number. */
function ratio(a: Tensor, b: Tensor): number | null {
  const c = a.mul(b).sum().item() / b.square().sum().item();
  return a.sub(b.mul(c)).abs().max().item() < 1e-9 ? c : null;
}

const meanOf =
  (lossOf: Work['lossOf'], parts: readonly Tensor[]) =>
  (w: Tensor): Tensor =>
    parts
      .map((part) => lossOf(w, part))
      .reduce((a, b) => a.add(b))
      .div(parts.length);
