import { tensor } from 'tapegrad';
import { assertGradients } from 'tapegrad/check';
import type { Exercise } from '../exercise.js';

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'The rules of an op',
  chapter: 'docs/custom-op.md',
  task: 'Write the two rules of log(e^a + e^b), so that first and second derivatives are right.',
  hint: 'A rule takes g and returns g times the slope, written with tensor ops on what `save` kept. Both slopes stand in the comment.',
  names: ['logAddExp'],
  check({ logAddExp }) {
    const a = tensor([0.3, -1, 2]);
    const b = tensor([1.1, 0.5, -0.7]);
    assertGradients(logAddExp, [a, b], { names: ['a', 'b'], order: 2 });
  },
};
