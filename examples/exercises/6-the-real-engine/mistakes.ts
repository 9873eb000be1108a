import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'A factor of mul was overwritten before the walk, and the walk computed with the new number',
  mistakes: [
    {
      name: 'add saves its inputs as well',
      edit: ['[a, b], [], [(g) => g, (g) => g]', '[a, b], [a, b], [(g) => g, (g) => g]'],
      says: 'No rule of a sum needs its value',
    },
    {
      name: 'versions are compared with 0',
      edit: ['version !== versions[i]', 'version !== 0 * versions[i]!'],
      says: 'written to before it was saved, and not since',
    },
    {
      name: 'each node is released as soon as its rules have run',
      edit: [
        `    }
  }
  for (const { node } of tape) release(node);
`,
        `    }
    release(node);
  }
`,
      ],
      says: 'The failed walk has changed the tape',
    },
    {
      name: 'a released node is not marked',
      edit: ['  node.released = true;\n', ''],
      says: 'A second walk over the same tape returns gradients',
    },
    {
      name: 'a released node is marked and nothing else',
      edit: ['  node.inputs = [];\n  node.saved = [];\n', ''],
      says: 'so their memory is not free',
    },
  ],
};
