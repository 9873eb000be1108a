import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'That looks like two faults',
  mistakes: [
    {
      name: 'the value is taken for the sum of squares',
      edit: ['(2 * value)', 'value'],
      says: 'is not yet the sum of squares',
    },
    {
      name: 'the fitted parameters are not counted',
      edit: ['(t.size - 2)', 't.size'],
      says: 'as if nothing had been fitted',
    },
    {
      name: 'the noise is left out',
      edit: [', { scale: variance }', ''],
      says: 'Where does the noise come in',
    },
    {
      name: 'variances instead of errors',
      edit: ['return { p: x, errors }', 'return { p: x, errors: errors.square() }'],
      says: 'a root of a variance',
    },
    {
      name: 'the descent is stopped early',
      edit: ["{ dtype: 'float64' }));", "{ dtype: 'float64' }), { maxSteps: 3 });"],
      says: 'Has the descent come to its end',
    },
  ],
};
