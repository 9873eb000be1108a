import { astype, clone, type Dtype, grad, random, type Tensor, tensor } from 'tapegrad';
import * as assert from 'uvu/assert';
import { assertSame, assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';

const test = suite('cast');

const f64 = (data: number[], requiresGrad = false): Tensor =>
  tensor(data, { dtype: 'float64', requiresGrad });

test('astype to float32 rounds each number to the nearest single', () => {
  const y = astype(f64([0.1, 1, 2 ** 24 + 1, -1 / 3]), 'float32');
  assert.is(y.dtype, 'float32');
  assertSame(y.data, [0.10000000149011612, 1, 2 ** 24, -0.3333333432674408]);
});

test('astype to float64 and back gives the same bits', () => {
  const rng = random('cast');
  const numbers = Float32Array.from({ length: 500 }, () => rng.normal() * 10 ** (rng.integer(60) - 30));
  const wide = astype(tensor(numbers), 'float64');
  assert.is(wide.dtype, 'float64');
  assertSame(wide.data, numbers);
  assertSame(astype(wide, 'float32').data, numbers);
});

test('what float32 cannot hold becomes ∞ or 0, keeping the sign; NaN and subnormal numbers pass', () => {
  const numbers = [1e39, -1e39, 1e-46, -1e-46, NaN, -0, Infinity, 2 ** -149];
  assertSame(astype(f64(numbers), 'float32').data, [
    Infinity,
    -Infinity,
    0,
    -0,
    NaN,
    -0,
    Infinity,
    2 ** -149,
  ]);
});

test('astype to the dtype a tensor has already is the tensor itself', () => {
  const x = tensor([1, 2]);
  assert.is(astype(x, 'float32'), x);
  const y = f64([1]);
  assert.is(astype(y, 'float64'), y);
});

test('a gradient comes back through a cast in the dtype of the input', () => {
  const x = tensor([1.5, -2], { requiresGrad: true });
  astype(x, 'float64').square().sum().backward();
  assert.is(x.grad!.dtype, 'float32');
  assertSame(x.grad!.data, [3, -4]);
  const z = f64([1.5, -2], true);
  astype(z, 'float32').square().sum().backward();
  assert.is(z.grad!.dtype, 'float64');
  assertSame(z.grad!.data, [3, -4]);
});

test('a cast is linear: its second derivative passes too', () => {
  const slope = grad((x: Tensor) => astype(x, 'float64').pow(3).sum());
  assertSame(grad((x: Tensor) => slope(x).sum())(tensor([2])).data, [12]);
});

test('clone copies dtype, shape and bits into storage of its own', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const x = tensor([1.5, -0, NaN, Infinity, 2 ** -149, 7], { dtype, shape: [3, 1, 2] });
    const y = clone(x);
    assert.equal([y.dtype, y.shape], [dtype, [3, 1, 2]]);
    assertSame(y.data, x.data);
    y.write((data) => data.fill(9));
    assert.is(x.data[0], 1.5);
  }
});

test('gradients flow through a clone, unchanged', () => {
  const x = f64([1, 2], true);
  clone(x)
    .mul(f64([3, 4]))
    .sum()
    .backward();
  assertSame(x.grad!.data, [3, 4]);
});

test('a clone keeps the value that a later write would change', () => {
  const x = f64([1, 2], true);
  const loss = clone(x).square().sum();
  x.assign([5, 6]);
  loss.backward();
  assertSame(x.grad!.data, [2, 4]);
});

test('empty tensors and scalars are copied and cast', () => {
  for (const op of [clone, (x: Tensor): Tensor => astype(x, 'float64')]) {
    const empty = tensor([], { shape: [0, 3], requiresGrad: true });
    const y = op(empty);
    assert.equal(y.shape, [0, 3]);
    y.sum().backward();
    assert.equal(empty.grad!.shape, [0, 3]);
    const scalar = op(tensor(0.5));
    assert.equal([scalar.shape, scalar.item()], [[], 0.5]);
  }
});

test('the methods are the functions', () => {
  const x = f64([0.1, 2]);
  assertSame(x.astype('float32').data, astype(x, 'float32').data);
  assert.is(x.astype('float32').dtype, 'float32');
  assertSame(x.clone().data, x.data);
  assert.is.not(x.clone().data, x.data);
});

test('an unknown dtype and an argument that is no tensor are refused by name', () => {
  assertThrows(
    () => astype(f64([1]), 'int32' as Dtype),
    "astype: unknown dtype int32; expected 'float32' or 'float64'",
    '(test/ops/values/cast.test.ts:',
  );
  assertThrows(() => astype(f64([1]), undefined as unknown as Dtype), 'astype: unknown dtype undefined');
  assertThrows(() => clone(3 as unknown as Tensor), 'clone: input 0 is a number; expected a Tensor');
  assertThrows(() => clone(undefined as unknown as Tensor), 'clone: input 0 is undefined');
  assertThrows(() => astype(3 as unknown as Tensor, 'float32'), 'astype: input 0 is a number');
});
