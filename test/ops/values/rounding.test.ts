import * as assert from 'uvu/assert';
import { ceil, floor, grad, round, type Tensor, tensor, trunc } from '../../../src/index.js';
import { assertSame, assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';
import { DTYPES } from './loops.js';

const test = suite('rounding');

const AT = [-2.5, -1.5, -1.25, -1, -0.75, -0.5, -0.25, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2.5];
const VALUES: [op: (x: Tensor) => Tensor, at: number[]][] = [
  [floor, [-3, -2, -2, -1, -1, -1, -1, 0, 0, 0, 1, 1, 1, 2]],
  [ceil, [-2, -1, -1, -1, -0, -0, -0, 1, 1, 1, 1, 2, 2, 3]],
  // The table of numpy.round: of two equally near numbers the even one, and −0 where a number below 0 becomes 0.
  [round, [-2, -2, -1, -1, -1, -0, -0, 0, 0, 1, 1, 1, 2, 2]],
  [trunc, [-2, -1, -1, -1, -0, -0, -0, 0, 0, 0, 1, 1, 1, 2]],
];

for (const [op, values] of VALUES) {
  test(`${op.name} has the tabulated values, and keeps the sign of 0`, () => {
    for (const dtype of DTYPES) {
      assertSame(op(tensor(AT, { dtype })).data, values);
      assertSame(op(tensor([0, -0, Infinity, -Infinity, NaN], { dtype })).data, [
        0,
        -0,
        Infinity,
        -Infinity,
        NaN,
      ]);
    }
  });

  test(`${op.name} leaves alone what has no digits behind the point, and the smallest numbers have no others`, () => {
    const large = [2 ** 23 + 1, -(2 ** 24), 1e30, 2 ** 52 + 1, 2 ** 53 - 1, -1.5e300];
    assertSame(op(tensor(large, { dtype: 'float64' })).data, large);
    const tiny = op(tensor([5e-324, -5e-324], { dtype: 'float64' })).data;
    assertSame(tiny, op === floor ? [0, -1] : op === ceil ? [1, -0] : [0, -0]);
  });

  test(`${op.name} has the slope 0 everywhere, also where an infinite gradient comes back`, () => {
    const slope = grad((x: Tensor) => op(x).mul(Infinity).sum())(tensor([-1, 0.5, 2, NaN]));
    assertSame(slope.data, [0, 0, 0, 0]);
  });
}

test('round is right just beside the halves, where adding ½ first would be wrong', () => {
  const below = 0.5 - 2 ** -54;
  const at = tensor([below, -below, 2 ** 51 + 0.5, 2 ** 51 + 1.5, 2 ** 52 - 0.5], { dtype: 'float64' });
  assertSame(round(at).data, [0, -0, 2 ** 51, 2 ** 51 + 2, 2 ** 52]);
});

test('shapes stay, empty tensors and scalars are taken, and what is no tensor is refused', () => {
  assert.equal(floor(tensor([], { shape: [0, 3] })).shape, [0, 3]);
  assert.is(ceil(tensor(0.5)).item(), 1);
  assertThrows(() => round(2 as never), 'round: input 0 is a number; expected a Tensor');
});
