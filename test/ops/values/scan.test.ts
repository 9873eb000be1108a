import * as assert from 'uvu/assert';
import { cumProd, diff, grad, hessian, type Tensor, tensor, zeros } from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, build, DTYPES, tensors } from './loops.js';

const test = suite('scan');

const f64 = (data: number[]): Tensor => tensor(data, { dtype: 'float64' });

test('cumProd multiplies along any axis, from either end of the list of axes', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  // As numpy.cumprod prints them.
  assert.equal(cumProd(x, 0).toArray(), [
    [1, 2, 3],
    [4, 10, 18],
  ]);
  assert.equal(cumProd(x).toArray(), [
    [1, 2, 6],
    [4, 20, 120],
  ]);
  assert.equal(cumProd(x, -2).toArray(), cumProd(x, 0).toArray());
});

test('cumProd agrees with a plain loop, in both dtypes, over empty and single axes too', () => {
  property(tensors(1, 3), (x) => {
    for (const dtype of DTYPES)
      for (const axis of x.shape.keys()) {
        const expected = build(x.shape, (place) => {
          let product = 1;
          for (let i = 0; i <= place[axis]!; i++) product *= at(x, place.with(axis, i));
          return product;
        });
        const y = cumProd(x.astype(dtype), axis);
        assert.equal(y.shape, x.shape);
        // −0 for 0 where a loop from 1 has it.
        assertClose(y.data, expected, { relative: 0, absolute: 0 });
      }
  });
});

test('the gradient of cumProd counts every product that an element is in, where none is 0', () => {
  // y = a, ab, abc: with g = 1, 10, 100 the slopes are 1 + 10b + 100bc, 10a + 100ac and 100ab.
  const slope = grad((x: Tensor) =>
    cumProd(x)
      .mul(f64([1, 10, 100]))
      .sum(),
  );
  assertSame(slope(f64([2, 3, 5])).data, [1 + 30 + 1500, 20 + 1000, 600]);
});

test('the gradient of cumProd is right beside one zero and beside several', () => {
  const slope = grad((x: Tensor) =>
    cumProd(x)
      .mul(f64([1, 10, 100, 1000]))
      .sum(),
  );
  // a, ab, abc, abcd with b = 0: only b's slope knows the later products.
  assertSame(slope(f64([2, 0, 3, 5])).data, [1, 20 + 600 + 30_000, 0, 0]);
  assertSame(slope(f64([0, 2, 0, 5])).data, [1 + 20, 0, 0, 0]);
  assertSame(slope(f64([0, 0, 0, 0])).data, [1, 0, 0, 0]);
});

test('the second derivatives of cumProd are right beside zeros', () => {
  const total = (x: Tensor): Tensor => cumProd(x).sum();
  // a + ab + abc: ∂a∂b = 1 + c, ∂a∂c = b, ∂b∂c = a
  const expected = (a: number, b: number, c: number): number[] => [0, 1 + c, b, 1 + c, 0, a, b, a, 0];
  for (const [a, b, c] of [
    [2, 3, 5],
    [2, 0, 5],
    [0, 0, 5],
    [0, 0, 0],
  ] as const)
    assertSame(hessian(total)(f64([a, b, c])).data, expected(a, b, c));
});

test('a running product overflows only where it does itself', () => {
  assertClose(cumProd(f64([1e-300, 1e200, 1e200, 1e-150])).data, [1e-300, 1e-100, 1e100, 1e-50], {
    relative: 1e-15,
    absolute: 0,
  });
  assertSame(cumProd(tensor([0, 3e38, 3e38])).data, [0, 0, 0]);
  assertSame(cumProd(f64([2, Infinity, -1, 0, NaN])).data, [2, Infinity, -Infinity, NaN, NaN]);
});

test('an infinite first factor has the slope of the others, which do not meet it', () => {
  assertSame(grad((x: Tensor) => cumProd(x).sum())(f64([Infinity, 2, 3])).data, [9, Infinity, Infinity]);
});

test('cumProd of a scalar has one element, and an axis that does not exist is refused', () => {
  assert.equal(cumProd(tensor(5)).toArray(), [5]);
  assert.equal(cumProd(zeros([2, 0])).shape, [2, 0]);
  assertThrows(
    () => cumProd(tensor([1, 2]), 1),
    'cumProd: axis 1 does not exist in a tensor of rank 1; expected -1 to 0',
  );
});

test('diff takes neighbours from each other, once or several times, along any axis', () => {
  const x = tensor([
    [1, 3, 6, 10],
    [0, 5, 6, 8],
  ]);
  // The examples of numpy.diff.
  assert.equal(diff(x).toArray(), [
    [2, 3, 4],
    [5, 1, 2],
  ]);
  assert.equal(diff(x, 0).toArray(), [[-1, 2, 0, -2]]);
  assert.equal(diff(tensor([1, 2, 4, 7, 0])).toArray(), [1, 2, 3, -7]);
  assert.equal(diff(tensor([1, 2, 4, 7, 0]), 0, 2).toArray(), [1, 1, -10]);
  assert.equal(diff(x, 1, 0).toArray(), x.toArray());
});

test('diff leaves nothing of an axis that is not longer than n', () => {
  assert.equal(diff(tensor([1])).shape, [0]);
  assert.equal(diff(tensor([1, 2, 3]), 0, 5).shape, [0]);
  assert.equal(diff(zeros([0, 2]), 0).shape, [0, 2]);
  const x = tensor([1, 2], { requiresGrad: true });
  diff(x, 0, 2).sum().backward();
  assertSame(x.grad!.data, [0, 0]);
});

test('the gradient of a second difference is 1, −2, 1', () => {
  assertSame(grad((x: Tensor) => diff(x, 0, 2).sum())(f64([5, 7, 4])).data, [1, -2, 1]);
  assertSame(diff(f64([1, Infinity, Infinity, -Infinity, NaN])).data, [Infinity, NaN, -Infinity, NaN]);
});

test('diff refuses a number of times that is none, and a scalar', () => {
  assertThrows(() => diff(tensor([1, 2]), 0, -1), 'diff: n is a whole number ≥ 0, got -1');
  assertThrows(() => diff(tensor([1, 2]), 0, 1.5), 'diff: n is a whole number ≥ 0, got 1.5');
  assertThrows(() => diff(tensor(1)), 'diff: axis -1 does not exist in a tensor of rank 0; expected none');
});
