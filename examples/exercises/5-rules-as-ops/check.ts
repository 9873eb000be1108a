import { tensor } from 'tapegrad';
import { assertGradients } from 'tapegrad/check';
import type { Exercise } from '../exercise.js';

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'The second derivative of an op',
  chapter: 'docs/steps/5-rules-as-ops.ts',
  task: 'Write the rule of e^(−x²) with tensor ops, so that its second derivative is right too.',
  hint: 'Whatever the rule reads from `.data` is a constant for the second derivative. What did `save` keep besides numbers?',
  names: ['bell'],
  check({ bell }) {
    assertGradients(bell, [tensor([-1.3, 0.2, 0.9])], { names: ['x'], order: 2 });
  },
};
