import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'You predict 0 for the first value',
  mistakes: [
    {
      name: 'the second walk is believed to set the gradient',
      edit: ['second: 17', 'second: 5'],
      says: 'You predict 5 for the second value of w.grad',
    },
    {
      name: 'walking twice is believed to change nothing',
      edit: ['third: 24', 'third: 12'],
      says: 'You predict 12 for the third value of w.grad',
    },
    {
      name: 'the gradient is cleared before each part',
      edit: [
        '  w.grad = null;\n  for (const part of parts) {\n',
        '  for (const part of parts) {\n    w.grad = null;\n',
      ],
      says: 'only part 3 reaches the gradient',
    },
    {
      name: 'the gradient is never cleared',
      edit: ['  w.grad = null;\n  for', '  for'],
      says: 'The same step a second time gives 2.00 times the gradient',
    },
    {
      name: 'the parts are summed',
      edit: ['.div(parts.length)', ''],
      says: 'too large by 3 everywhere, a size of the input',
    },
  ],
};
