import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'This is the mean of the means',
  mistakes: [
    {
      name: 'every batch weighs as much',
      edit: ['.mul(batch.shape[0]! / rows)', '.div(batches.length)'],
      says: 'This is the mean of the means',
    },
    {
      name: 'the means are summed',
      edit: ['      .mul(batch.shape[0]! / rows)\n', ''],
      says: 'This is the sum of the means',
    },
    {
      name: 'the rows are summed',
      edit: ['.mul(batch.shape[0]! / rows)', '.mul(batch.shape[0]!)'],
      says: '9 times the true gradient everywhere',
    },
    {
      name: 'the parts are clipped, and not the whole',
      edit: [
        '      .backward();\n  }\n  return clipGradNorm([w], limit);',
        '      .backward();\n    clipGradNorm([w], limit);\n  }\n  return clipGradNorm([w], Infinity);',
      ],
      says: 'does not point where the unclipped one points',
    },
    {
      name: 'the gradient is never cleared',
      edit: ['  w.grad = null;\n', ''],
      says: 'The same step a second time gives another gradient',
    },
  ],
};
