import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'No gradient arrives at the inputs',
  mistakes: [
    {
      name: 'a contribution takes the place of the one before',
      edit: ['before + g * value.slopes[i]!', 'g * value.slopes[i]! + 0 * before'],
      says: 'contributions were overwritten',
    },
    {
      name: 'the walk takes values as they come',
      edit: ['.sort((a, b) => b.position - a.position)', ''],
      says: 'b was visited at the wrong time',
    },
    {
      name: 'the walk begins at the old end',
      edit: ['b.position - a.position', 'a.position - b.position'],
      says: 'the product was visited while the tanh that uses it had not yet been',
    },
    {
      name: 'the incoming gradient is forgotten',
      edit: ['g * value.slopes[i]!', '(g && 1) * value.slopes[i]!'],
      says: 'ratio 1/g',
    },
    {
      name: 'the walk calls itself',
      edit: [
        `  for (const value of newestFirst) {
    const g = gradients.get(value)!;
    for (const [i, input] of value.inputs.entries()) {
      const before = gradients.get(input) ?? 0;
      gradients.set(input, before + g * value.slopes[i]!);
    }
  }
`,
        `  const visit = (at: number): void => {
    const value = newestFirst[at];
    if (value === undefined) return;
    const g = gradients.get(value)!;
    for (const [i, input] of value.inputs.entries())
      gradients.set(input, (gradients.get(input) ?? 0) + g * value.slopes[i]!);
    visit(at + 1);
  };
  visit(0);
`,
      ],
      says: 'overflows the stack',
    },
  ],
};
