import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'Your test lets 5 of 5 wrong layers pass',
  mistakes: [
    {
      name: 'the report is not looked at',
      edit: [
        "import { assertGradients } from 'tapegrad/check';",
        "import { gradcheck as assertGradients } from 'tapegrad/check';",
      ],
      says: 'lets 5 of 5 wrong layers pass',
    },
    {
      name: 'the tolerance is too wide',
      edit: ['assertGradients(layer, x)', 'assertGradients(layer, x, { relative: 1e-2 })'],
      says: 'lets 1 of 5 wrong layers pass:\n  the gradient is a thousandth too large',
    },
    {
      name: 'the outputs are summed',
      edit: ['assertGradients(layer, x)', 'assertGradients((v) => layer(v).sum(), x)'],
      says: 'which proves nothing',
    },
    {
      name: 'a zero gradient is allowed',
      edit: [
        'assertGradients(layer, x)',
        "assertGradients((v) => layer(v).sum(), x, { allow: ['vacuous'] })",
      ],
      says: 'lets 2 of 5 wrong layers pass',
    },
    {
      name: 'a vector has no rows',
      edit: ['[2, 3]', '[3]'],
      says: 'lets 1 of 5 wrong layers pass:\n  the rule sums over the first axis',
    },
  ],
};
