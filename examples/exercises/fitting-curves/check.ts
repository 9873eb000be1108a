import { tensor } from 'tapegrad';
import type { Exercise } from '../exercise.js';

const T = Array.from({ length: 10 }, (_, i) => i / 2);
const Y = [3.02, 2.31, 1.95, 1.42, 1.21, 0.87, 0.71, 0.58, 0.4, 0.37];
// SciPy: curve_fit for p; for the errors the whole Hessian by hand, and its inverse by numpy.linalg.inv
const P = [3.010220048771312, 0.47891860436286265];
const ERRORS = [0.04061104955982557, 0.011176311473046055];
const N = T.length;

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'How far to trust a fit',
  chapter: 'docs/fitting-curves.md',
  task: 'Mend the standard errors of a fitted decay, which are too small.',
  hint: 'What is the value at the minimum, in terms of the differences between curve and measurements? And among how many are they shared, if a curve with two parameters can always be put through two measurements?',
  names: ['fitDecay'],
  check({ fitDecay }) {
    const { p, errors } = fitDecay(tensor(T, { dtype: 'float64' }), tensor(Y, { dtype: 'float64' }));
    for (const [i, name] of ['a', 'b'].entries()) {
      const found = p.data[i]!;
      if (Math.abs(found / P[i]! - 1) > 1e-4)
        throw new Error(
          `${name} is ${found.toFixed(4)}, and the best value is ${P[i]!.toFixed(4)}. Has the descent come to its end?`,
        );
      const share = (errors.data[i]! / ERRORS[i]!) ** 2;
      if (Math.abs(share - 1) > 1e-3)
        throw new Error(
          `The squared standard error of ${name} is ${share.toPrecision(3)} times what it should be. ${cause(share)}`,
        );
    }
  },
};

/** What makes squared errors wrong by a factor. */
function cause(share: number): string {
  const is = (factor: number): boolean => Math.abs(share / factor - 1) < 0.01;
  if (is((N - 2) / N / 2))
    return 'That looks like two faults: look at what the sum of squares is, and at who shares it.';
  if (is(1 / 2)) return 'The value of the cost is not yet the sum of squares.';
  if (is((N - 2) / N))
    return `The sum of squares is shared as if nothing had been fitted to the ${N} measurements.`;
  if (share > 50) return 'The errors depend on how large the noise is. Where does the noise come in?';
  return 'Is each error a root of a variance?';
}
