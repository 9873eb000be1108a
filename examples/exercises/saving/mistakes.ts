import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'the number of steps is not what it was',
  mistakes: [
    {
      name: 'the number of steps that was returned is not used',
      edit: ['run.step = step;', 'run.step += 0 * step;'],
      says: 'the number of steps is not',
    },
    {
      name: 'the optimiser begins anew',
      edit: ['(bytes, { model, optimizer, loader, rng })', '(bytes, { model, loader, rng })'],
      says: 'the state of the optimiser is not',
    },
    {
      name: 'the loader begins a new pass',
      edit: ['(bytes, { model, optimizer, loader, rng })', '(bytes, { model, optimizer, rng })'],
      says: 'the place in the pass',
    },
    {
      name: 'the generator is left where the new run has it',
      edit: ['(bytes, { model, optimizer, loader, rng })', '(bytes, { model, optimizer, loader })'],
      says: 'the generator of the order is not',
    },
    {
      name: 'the values of the model are copied, and not its generator',
      edit: [
        '(bytes, { model, optimizer, loader, rng });',
        '(bytes, { optimizer, loader, rng });\n  model.loadStateDict((loadCheckpoint(bytes, {}) as { model: never }).model);',
      ],
      says: 'the masks of dropout',
    },
  ],
};
