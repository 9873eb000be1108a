import type { Mistakes } from '../exercise.js';

export const mistakes: Mistakes = {
  start: 'f has a wrong gradient in a, b',
  mistakes: [
    {
      name: 'the first rule is that of a plain product',
      edit: ['product(g, b)', 'product(g, transposed(b))'],
      says: 'the Jacobian is transposed',
    },
    {
      name: 'the second rule is that of a plain product',
      edit: ['product(transposed(g), a)', 'product(transposed(a), g)'],
      says: 'transposed: the gradient',
    },
    {
      name: 'the rules are exchanged',
      edit: [
        `product(g, b);

/** From g [n, k] to the gradient of b. */
export const ruleOfB = (g: NDArray, a: NDArray, _b: NDArray): NDArray => product(transposed(g), a);`,
        `product(transposed(g), _a);

/** From g [n, k] to the gradient of b. */
export const ruleOfB = (g: NDArray, a: NDArray, _b: NDArray): NDArray => product(g, _b);`,
      ],
      says: 'the rules of two inputs are exchanged',
    },
  ],
};
