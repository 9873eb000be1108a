import { randn, random, tensor } from 'tapegrad';
import { demand, gradcheck } from 'tapegrad/check';
import type { Exercise } from '../exercise.js';

type Work = typeof import('./solution.js');

/** Far on one side a gate is open or shut, up to rounding. */
const [OPEN, SHUT] = [20, -20];

export const exercise: Exercise<Work> = {
  title: 'A gated unit',
  chapter: 'docs/recurrence.md',
  task: 'Mend a step of gated recurrent units that forgets one gate and turns the other round.',
  hint: 'Try the gates at 0 and at 1: what has to be left of the old state, and of what the state contributes to n?',
  names: ['step'],
  check({ step }) {
    const at = (r: number, z: number): number =>
      step(tensor([[r, z, 0.25]]), tensor([[0, 0, 0.5]]), tensor([[3]])).item();
    const compare = (what: string, found: number, wanted: number): void => {
      if (!(Math.abs(found - wanted) < 1e-5))
        throw new Error(
          `${what} The new state is ${found.toFixed(4)}, and the formula gives ${wanted.toFixed(4)}.`,
        );
    };
    compare('z = 1, and the old state is 3.', at(OPEN, OPEN), 3);
    compare('z = 0 and r = 0, with a_n = 0.25 and b_n = 0.5.', at(SHUT, SHUT), Math.tanh(0.25));
    compare('z = 0 and r = 1, with a_n = 0.25 and b_n = 0.5.', at(OPEN, SHUT), Math.tanh(0.75));
    const rng = random(0);
    const inputs = [randn([2, 6], rng), randn([2, 6], rng), randn([2, 2], rng)];
    demand(gradcheck(step, inputs, { names: ['a', 'b', 'h'] }));
  },
};
