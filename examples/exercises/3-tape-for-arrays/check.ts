import { apply, defineOp, type NDArray, randn, random, type Tensor } from 'tapegrad';
import type { Exercise } from '../exercise.js';
import { asTensor, demandGradients } from '../raw.js';

export const exercise: Exercise<typeof import('./solution.js')> = {
  title: 'The rules of a · bᵀ',
  chapter: 'docs/steps/3-tape-for-arrays.ts',
  task: 'Write the two rules of y = a · bᵀ, on raw arrays.',
  hint: 'The gradient of a has the shape of a. Of the products that can be made from g, b and their transposes, which have that shape?',
  names: ['forward', 'ruleOfA', 'ruleOfB'],
  check({ forward, ruleOfA, ruleOfB }) {
    const op = defineOp({
      name: 'a · bᵀ',
      forward: ([a, b]: [NDArray, NDArray]) => forward(a, b),
      save: ({ inputs: [a, b] }) => ({ a, b }),
      vjp: [(g, { a, b }) => asTensor(ruleOfA(g, a, b)), (g, { a, b }) => asTensor(ruleOfB(g, a, b))],
    });
    const rng = random(0);
    const draw = (rows: number, columns: number): Tensor => randn([rows, columns], rng, { dtype: 'float64' });
    const f = (...[a, b]: Tensor[]): Tensor => apply(op, [a!, b!]);
    // Square matrices first: there every product has a possible shape, and the report can say more than "wrong shape".
    for (const [n, m, k] of [
      [3, 3, 3],
      [2, 3, 4],
    ] as const)
      demandGradients(f, [draw(n, m), draw(k, m)], ['a', 'b']);
  },
};
