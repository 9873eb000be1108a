import * as assert from 'uvu/assert';
import * as tg from '../../../src/index.js';
import { grad, maskedFill, nanToNum, softmax, type Tensor, tensor, zeros } from '../../../src/index.js';
import { assertSame, assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';

const test = suite('replace');

const SPECIAL = [1, -0, NaN, Infinity, -Infinity, 3e38];

test('isNaN and isFinite mark what they say, in both dtypes, and no gradient flows through them', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const x = tensor(SPECIAL, { dtype, requiresGrad: true });
    assertSame(tg.isNaN(x).data, [0, 0, 1, 0, 0, 0]);
    assertSame(tg.isFinite(x).data, [1, 1, 0, 0, 0, 1]);
    for (const marks of [tg.isNaN(x), tg.isFinite(x)]) {
      assert.is(marks.dtype, dtype);
      assert.not.ok(marks.requiresGrad);
    }
  }
  assert.equal(tg.isNaN(zeros([0, 2])).shape, [0, 2]);
  assertThrows(() => tg.isNaN(NaN as never), 'isNaN: expected a Tensor, got a number');
});

test('nanToNum puts 0 and the largest numbers of the dtype in their place, as NumPy does', () => {
  const largest = 3.4028234663852886e38;
  assertSame(nanToNum(tensor(SPECIAL)).data, [1, -0, 0, largest, -largest, Math.fround(3e38)]);
  const double = nanToNum(tensor(SPECIAL, { dtype: 'float64' }));
  assertSame(double.data, [1, -0, 0, Number.MAX_VALUE, -Number.MAX_VALUE, 3e38]);
});

test('nanToNum takes other numbers, one by one', () => {
  const x = tensor(SPECIAL, { dtype: 'float64' });
  assertSame(nanToNum(x, { nan: 7, posInf: Infinity, negInf: -9 }).data, [1, -0, 7, Infinity, -9, 3e38]);
  assertThrows(() => nanToNum(x, { nan: NaN }), 'nanToNum: nan is a number, got NaN');
  assertThrows(
    () => nanToNum(x, { posinf: 1 } as object),
    'nanToNum: knows no option posinf; expected nan, posInf, negInf',
  );
});

test('nanToNum stops gradients where it replaced, infinite ones and NaN too', () => {
  const slope = grad((x: Tensor) => nanToNum(x).mul(tensor(SPECIAL)).sum())(tensor(SPECIAL));
  assertSame(slope.data, [1, -0, 0, 0, 0, Math.fround(3e38)]);
});

test('maskedFill writes one number where the mask is not 0, whatever stood there', () => {
  const x = tensor([
    [NaN, 2, 3],
    [4, Infinity, 6],
  ]);
  const mask = tensor([
    [1, 0, 0],
    [0, -2, NaN],
  ]);
  assert.equal(maskedFill(x, mask, 9).toArray(), [
    [9, 2, 3],
    [4, 9, 9],
  ]);
  assertSame(maskedFill(x, tensor([0, 1, 0]), NaN).data, [NaN, NaN, 3, 4, NaN, 6]);
  assertSame(maskedFill(x, tensor([[1], [0]]), -Infinity).data.slice(0, 3), [
    -Infinity,
    -Infinity,
    -Infinity,
  ]);
  assert.equal(maskedFill(zeros([0, 3]), tensor([0, 1, 0]), 1).shape, [0, 3]);
});

test('what a mask covers gets no gradient, and scores of −∞ no weight', () => {
  const x = tensor([1, NaN, 3], { requiresGrad: true });
  maskedFill(x, tensor([0, 1, 0]), 5)
    .mul(tensor([2, Infinity, 4]))
    .sum()
    .backward();
  assertSame(x.grad!.data, [2, 0, 4]);
  assertSame(softmax(maskedFill(tensor([0, 7, 0]), tensor([0, 1, 0]), -Infinity)).data, [0.5, 0, 0.5]);
});

test('maskedFill refuses a mask that is larger than x, and a value that is no number', () => {
  const x: Tensor = zeros([2, 3]);
  assertThrows(
    () => maskedFill(x, zeros([4, 2, 3]), 1),
    'maskedFill: [4, 2, 3] does not broadcast to [2, 3]',
  );
  assertThrows(
    () => maskedFill(x, zeros([2]), 1),
    'maskedFill: cannot broadcast [2] with [2, 3]: axis 1 is 2 against 3; did you mean a.reshape([2, 1])?',
  );
  assertThrows(() => maskedFill(x, zeros([3]), '1' as never), "maskedFill: the value is a number, got '1'");
});
