/** What the compiler asks of an op that is declared: a rule for each input, which uses only what was saved. */
import { apply, defineOp, type NDArray, type Tensor } from '../../src/index.js';

const copy = ({ data, shape }: NDArray): NDArray => ({ data: data.slice(), shape });

const PRODUCT = defineOp({
  name: 'product',
  forward: ([a, _b]: [NDArray, NDArray]) => copy(a),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [(g, { b }) => g.mul(b), (g, { a }) => g.mul(a)],
});

export function applied(x: Tensor, y: Tensor): Tensor {
  // @ts-expect-error an input is missing
  apply(PRODUCT, [x]);
  // @ts-expect-error a number is no tensor
  apply(PRODUCT, [x, 2]);
  return apply(PRODUCT, [x, y]);
}

export const aRuleIsMissing = defineOp({
  name: 'missing',
  forward: ([a, _b]: [NDArray, NDArray]) => copy(a),
  // @ts-expect-error two inputs, one rule
  vjp: [(g) => g],
});

export const aRuleTooMany = defineOp({
  name: 'excess',
  forward: ([a]: [NDArray]) => copy(a),
  // @ts-expect-error one input, two rules
  vjp: [(g) => g, (g) => g],
});

export const usesWhatWasNotSaved = defineOp({
  name: 'forgetful',
  forward: ([a]: [NDArray]) => copy(a),
  save: ({ output }) => ({ y: output }),
  // @ts-expect-error x was not saved
  vjp: [(g, { x }) => g.mul(x)],
});

export const anInputWithoutADerivative = defineOp({
  name: 'masked',
  forward: ([a, _mask]: [NDArray, NDArray]) => copy(a),
  save: ({ inputs: [, mask] }) => ({ mask }),
  vjp: [(g, { mask }) => g.mul(mask), 'zero'],
});

export const aMisspeltZero = defineOp({
  name: 'misspelt',
  forward: ([a]: [NDArray]) => copy(a),
  // @ts-expect-error only 'zero' says that there is no derivative
  vjp: ['none'],
});
