import * as assert from 'uvu/assert';
import {
  arange,
  fold,
  grad,
  ones,
  randn,
  random,
  sum,
  type Tensor,
  tensor,
  unfold,
  zeros,
} from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';

const test = suite('patches');

/** Two channels of 2 × 3: 0 … 5 and 6 … 11. */
const image = (): Tensor => arange(12).reshape([1, 2, 2, 3]);

test('a column is what the window sees, channel by channel and row by row within a channel', () => {
  const columns = unfold(image(), 2);
  assert.equal(columns.shape, [1, 8, 2]);
  assert.equal(columns.toArray(), [
    [
      [0, 1],
      [1, 2],
      [3, 4],
      [4, 5],
      [6, 7],
      [7, 8],
      [9, 10],
      [10, 11],
    ],
  ]);
});

test('positions are counted row by row, the images of a batch apart', () => {
  const x = arange(16).reshape([2, 1, 2, 4]);
  assert.equal(unfold(x, [1, 2], { stride: [1, 2] }).toArray(), [
    [
      [0, 2, 4, 6],
      [1, 3, 5, 7],
    ],
    [
      [8, 10, 12, 14],
      [9, 11, 13, 15],
    ],
  ]);
});

test('the window sees zeros in the padding, and dilation leaves pixels out', () => {
  const x = tensor([[[[1, 2, 3]]]]);
  assert.equal(unfold(x, [1, 2], { padding: [0, 1] }).toArray(), [
    [
      [0, 1, 2, 3],
      [1, 2, 3, 0],
    ],
  ]);
  assert.equal(unfold(x, [1, 2], { dilation: [1, 2] }).toArray(), [[[1], [3]]]);
});

test('what several windows see adds up, and what none sees is 0', () => {
  const once = fold(ones([1, 4, 4]), 3, 2);
  assert.equal(once.toArray(), [
    [
      [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
      ],
    ],
  ]);
  assert.equal(fold(ones([1, 1, 2]), [1, 4], 1, { stride: [1, 2] }).toArray(), [[[[1, 0, 1, 0]]]]);
});

test('columns of the same numbers are added at the places they are taken from', () => {
  const columns = tensor([
    [
      [10, 20],
      [1, 2],
    ],
  ]);
  assert.equal(fold(columns, [1, 3], [1, 2]).toArray(), [[[[10, 21, 2]]]]);
});

test('where windows do not overlap, folding gives the image back', () => {
  const x = randn([2, 3, 4, 6], random(1));
  assertSame(fold(unfold(x, 2, { stride: 2 }), [4, 6], 2, { stride: 2 }).data, x.data);
});

test('the gradient of a pixel is the sum over the windows that see it', () => {
  const g = grad((x: Tensor) => sum(unfold(x, 3, { padding: 1 })))(zeros([1, 1, 3, 3]));
  // A corner lies in 4 windows, an edge in 6, the centre in 9.
  assert.equal(g.toArray(), [
    [
      [
        [4, 6, 4],
        [6, 9, 6],
        [4, 6, 4],
      ],
    ],
  ]);
  const back = grad((columns: Tensor) => sum(fold(columns, 3, 2).mul(arange(9).reshape([1, 1, 3, 3]))))(
    zeros([1, 4, 4]),
  );
  assertSame(back.data, unfold(arange(9).reshape([1, 1, 3, 3]), 2).data);
});

test('⟨unfold x, y⟩ = ⟨x, fold y⟩ with every option a pair', () => {
  const options = { stride: [2, 1], padding: [1, 2], dilation: [1, 2] } as const;
  const x = randn([2, 3, 5, 6], random(2), { dtype: 'float64' });
  const columns = unfold(x, [2, 3], options);
  const y = randn(columns.shape, random(3), { dtype: 'float64' });
  const back = fold(y, [5, 6], [2, 3], options);
  assertClose([sum(back.mul(x)).item()], [sum(columns.mul(y)).item()], { relative: 1e-12 });
});

test('no image gives no column, and comes back', () => {
  const columns = unfold(zeros([0, 2, 4, 4]), 3);
  assert.equal(columns.shape, [0, 18, 4]);
  assert.equal(fold(columns, 4, 3).shape, [0, 2, 4, 4]);
});

test('infinities and NaN are moved, and no other number is touched', () => {
  const x = tensor([[[[Infinity, 1, Number.NaN]]]]);
  assertSame(unfold(x, [1, 2]).data, [Infinity, 1, 1, Number.NaN]);
});

test('refusals name what came, what was expected and how the sizes come about', () => {
  assertThrows(
    () => unfold(zeros([3, 4, 4]), 2),
    'unfold: expected x of shape [batch, channels, height, width], got [3, 4, 4]',
  );
  assertThrows(
    () => unfold(zeros([1, 1, 4, 3]), [2, 5]),
    'unfold: the kernel covers 2 × 5, and x [1, 1, 4, 3] is only 4 × 3 with its padding; make the kernel smaller or the padding larger',
  );
  assertThrows(
    () => unfold(zeros([1, 1, 4, 4]), 0),
    'unfold: the kernel is a whole number ≥ 1, or one for the height and one for the width, such as [2, 3], got 0',
  );
  assertThrows(() => unfold(zeros([1, 1, 4, 4]), [1, 2, 3] as never), 'such as [2, 3], got [1, 2, 3]');
  assertThrows(() => unfold(zeros([1, 1, 4, 4]), 2, { padding: -1 }), 'padding is a whole number ≥ 0');
  assertThrows(
    () => fold(zeros([4, 4]), 3, 2),
    'fold: expected columns of shape [batch, channels · kernel height · kernel width, positions], got [4, 4]',
  );
  assertThrows(
    () => fold(zeros([1, 5, 4]), 3, 2),
    'fold: a window of 2 × 2 has 4 elements, and they do not divide the 5 rows of the columns [1, 5, 4]',
  );
  assertThrows(
    () => fold(zeros([1, 4, 5]), [3, 4], 2),
    'fold: the window has 2 × 3 = 6 positions on an image of 3 × 4, and the columns [1, 4, 5] have 5',
  );
  assertThrows(() => fold(zeros([1, 4, 4]), 0, 2), 'fold: the output size is a whole number ≥ 1');
});
