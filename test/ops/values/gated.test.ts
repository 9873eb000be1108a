import * as assert from 'uvu/assert';
import { glu, grad, leakyRelu, mul, prelu, relu, type Tensor, tensor, zeros } from '../../../src/index.js';
import { assertSame, assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';

const test = suite('gated');

const f64 = (data: number[]): Tensor => tensor(data, { dtype: 'float64' });

test('prelu with one slope is leakyRelu, also at 0, infinities and NaN', () => {
  const x = f64([-2, -0, 0, 3, Infinity, -Infinity, NaN]);
  const weight = f64([0.25]);
  assertSame(prelu(x, weight).data, leakyRelu(x, 0.25).data);
  assertSame(prelu(x, tensor(0.25, { dtype: 'float64' })).data, leakyRelu(x, 0.25).data);
  const slope = grad((at: Tensor) => prelu(at, weight).sum())(x);
  assertSame(slope.data, grad((at: Tensor) => leakyRelu(at, 0.25).sum())(x).data);
});

test('the gradient of the slope is the sum of what lies at or below 0, whatever lies above', () => {
  const x = f64([-2, 5, -3, Infinity]);
  assertSame(grad((w: Tensor) => prelu(x, w).sum())(f64([0.1])).data, [-5]);
  const images = zeros([2, 3, 1, 2], { dtype: 'float64' }).sub(f64([1]));
  assertSame(grad((w: Tensor) => prelu(images, w).sum())(f64([1, 2, 3])).data, [-4, -4, -4]);
});

test('each channel has its slope, and the last axis of a vector is no channel', () => {
  const x = tensor([
    [
      [-1, 2],
      [-1, 2],
    ],
  ]);
  assert.equal(prelu(x, tensor([0.5, 0.25])).toArray(), [
    [
      [-0.5, 2],
      [-0.25, 2],
    ],
  ]);
  assertThrows(
    () => prelu(tensor([-1, 2]), tensor([0.5, 0.25])),
    'prelu: a weight of shape [2] for an input of shape [2]; expected one slope, [1], or one for each channel on axis 1, [1]',
  );
  assertThrows(
    () => prelu(x, tensor([[0.5, 0.25]])),
    'prelu: a weight of shape [1, 2] for an input of shape [1, 2, 2]; expected one slope, [1], or one for each channel on axis 1, [2]',
  );
  assert.equal(prelu(zeros([0, 2]), tensor([1, 2])).shape, [0, 2]);
});

test('glu with another gate is the product with that gate', () => {
  const x = tensor([
    [1, 2, -3, 4],
    [5, 6, 7, -8],
  ]);
  assert.equal(glu(x, -1, relu).toArray(), [
    [0, 8],
    [35, 0],
  ]);
  assert.equal(glu(x, 0, (gate) => mul(gate, 2)).toArray(), [[10, 24, -42, -64]]);
  assert.equal(glu(zeros([2, 0])).shape, [2, 0]);
  assertThrows(
    () => glu(x, -1, 'silu' as never),
    'glu: expected a function of a tensor as the gate, such as silu, got a string',
  );
  assertThrows(() => glu(tensor(1)), 'glu: axis -1 does not exist in a tensor of rank 0; expected none');
});
