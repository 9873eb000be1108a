import { apply, broadcastTo, defineOp, type NDArray, randn, random, type Tensor } from 'tapegrad';
import type { Exercise } from '../exercise.js';
import { asTensor, demandGradients } from '../raw.js';

/** Shapes of arrays, and shapes to which they are repeated. */
const CASES: readonly (readonly [from: readonly number[], to: readonly number[]])[] = [
  [[3], [2, 3]],
  [
    [2, 1],
    [2, 3],
  ],
  [
    [1, 3],
    [2, 3],
  ],
  [[], [2, 3]],
  [
    [2, 1],
    [4, 2, 3],
  ],
  [
    [2, 3],
    [2, 3],
  ],
];

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'Sum to a shape',
  chapter: 'docs/steps/4-broadcasting.ts',
  task: 'Complete `sumTo`, so that it undoes every broadcasting.',
  hint: 'Which axes were repeated? Those that the shape does not have, and some of those that it has. What is their length in the shape?',
  names: ['sumTo'],
  check({ sumTo }) {
    const rng = random(0);
    for (const [from, to] of CASES) {
      const op = defineOp({
        name: `broadcast [${from}] to [${to}]`,
        forward: ([x]: [NDArray]) => repeated(x, to),
        vjp: [(g) => inShape(from, sumTo(g, from), to)],
      });
      const x = randn(from, rng, { dtype: 'float64' });
      demandGradients((x) => apply(op, [x!]), [x], ['x']);
    }
  },
};

function inShape(from: readonly number[], gradient: NDArray, to: readonly number[]): Tensor {
  const [before, after, got] = [from, to, gradient.shape].map((shape) => `[${shape.join(', ')}]`);
  if (got !== before)
    throw new Error(
      `An array of the shape ${before} was repeated to ${after}: your gradient has shape ${got}.`,
    );
  return asTensor(gradient);
}

function repeated(x: NDArray, shape: readonly number[]): NDArray {
  const { data } = broadcastTo(asTensor(x), shape);
  return { data: data.slice(), shape };
}
