import { tensor } from 'tapegrad';
import { assertGradients } from 'tapegrad/check';
import type { Exercise } from '../exercise.js';

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'Find the culprit',
  chapter: 'docs/first-check.md',
  task: 'Three ops make a loss and one of their rules is wrong: find it by the report and mend it.',
  hint: 'The report ends with the culprit: the op, its line in your file, and the input whose rule is wrong, counted from 0.',
  names: ['loss'],
  check({ loss }) {
    const [x, scale] = [[0.4, -1.2, 2.1, 0.9], 1.5];
    const wanted = x.reduce((sum, v) => sum + Math.log(Math.cosh(v / scale)), 0) / x.length;
    const got = loss(tensor(x), tensor(scale)).item();
    if (!(Math.abs(got - wanted) < 1e-6))
      throw new Error(
        `The loss is ${got.toPrecision(4)} and was right at the start: mend a rule, not a forward.`,
      );
    assertGradients(loss, [tensor(x), tensor(scale)], { names: ['x', 'scale'] });
  },
};
