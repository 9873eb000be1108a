import * as assert from 'uvu/assert';
import { type Tensor, tensor } from '../../src/index.js';
import { clipGradNorm, clipGradValue, SGD } from '../../src/optim/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('clipping');

/** A parameter of zeros with the given gradient. */
function param(...gradient: number[]): Tensor {
  const x = tensor(new Float64Array(gradient.length), { requiresGrad: true });
  x.grad = tensor(gradient, { dtype: 'float64' });
  return x;
}

test('gradients are scaled together to the norm asked for, and the norm before is returned', () => {
  const [a, b] = [param(3, 0), param(-4)];
  assert.is(clipGradNorm([a, b], 1), 5);
  assertClose(a.grad!.data, [0.6, 0], { relative: 1e-15 });
  assertClose(b.grad!.data, [-0.8], { relative: 1e-15 });
});

test('gradients within the norm are left bit for bit as they are', () => {
  const x = param(3, -4);
  const { version } = x.grad!;
  assert.is(clipGradNorm([x], 5), 5);
  assert.is(clipGradNorm([x], Infinity), 5);
  assertSame(x.grad!.data, [3, -4]);
  assert.is(x.grad!.version, version);
});

test('after clipping the norm is at most the limit, and the direction is the same', () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 8 });
  property(fc.tuple(values, fc.integer({ min: 1, max: 500 })), ([gradient, limit]) => {
    const [x, y] = [param(...gradient.slice(0, 1)), param(...gradient.slice(1))];
    const before = clipGradNorm([x, y], limit);
    assertClose([before], [Math.hypot(...gradient)], { relative: 1e-12 });
    const scale = Math.min(1, limit / before || 1);
    assertClose(
      [...x.grad!.data, ...y.grad!.data],
      gradient.map((g) => g * scale),
      { relative: 1e-12, absolute: 0 },
    );
  });
});

test('parameters without a gradient are passed over', () => {
  const [x, unused] = [param(6, 8), tensor([1], { requiresGrad: true })];
  assert.is(clipGradNorm([unused, x], 5), 10);
  assertSame(x.grad!.data, [3, 4]);
  assert.is(unused.grad, null);
  assert.is(clipGradNorm([unused], 5), 0);
  clipGradValue([unused], 1);
  assert.is(unused.grad, null);
});

test('a limit of 0 leaves nothing, and zero gradients stay zero', () => {
  const [x, zero] = [param(1, -2), param(0)];
  clipGradNorm([x], 0);
  assertClose(x.grad!.data, [0, 0], { relative: 0, absolute: 0 });
  assert.is(clipGradNorm([zero], 0), 0);
  assertSame(zero.grad!.data, [0]);
});

test('float32 gradients whose squares overflow float32 are clipped all the same', () => {
  const x = tensor([0, 0], { requiresGrad: true });
  x.grad = tensor([3e30, -4e30]);
  assertClose([clipGradNorm([x], 1)], [5e30], { relative: 1e-7 });
  assertClose(x.grad.data, [0.6, -0.8], { relative: 1e-7 });
});

test('float64 gradients whose squares overflow or vanish are clipped all the same', () => {
  for (const scale of [1e200, 1e-200, 1e300]) {
    const x = tensor([0, 0], { requiresGrad: true, dtype: 'float64' });
    x.grad = tensor([3 * scale, -4 * scale], { dtype: 'float64' });
    assertClose([clipGradNorm([x], scale)], [5 * scale], { relative: 1e-15, absolute: 0 });
    assertClose(x.grad.data, [0.6 * scale, -0.8 * scale], { relative: 1e-15, absolute: 0 });
  }
});

test('a norm that is NaN or infinite is refused and nothing is changed, unless asked to go on', () => {
  for (const bad of [Number.NaN, Infinity]) {
    const [x, y] = [param(bad), param(2)];
    assertThrows(
      () => clipGradNorm([x, y], 1),
      `clipGradNorm: the norm of the gradients is ${bad}`,
      'detectAnomaly()',
      'errorIfNonFinite: false',
    );
    assertSame([...x.grad!.data, ...y.grad!.data], [bad, 2]);
    assertSame([clipGradNorm([x, y], 1, { errorIfNonFinite: false })], [bad]);
    assertSame([...x.grad!.data, ...y.grad!.data], [bad, 2], 'a gradient without a length is left as it is');
  }
});

test('clipping by value limits each element to [−limit, limit]', () => {
  const [x, y] = [param(-3, -0.5, 0, 0.5, 3), param(1, Infinity, -Infinity)];
  clipGradValue([x, y], 1);
  assertSame(x.grad!.data, [-1, -0.5, 0, 0.5, 1]);
  assertSame(y.grad!.data, [1, 1, -1]);
});

test('clipping by value does not hide a NaN', () => {
  const x = param(Number.NaN, 5);
  clipGradValue([x], 1);
  assertSame(x.grad!.data, [Number.NaN, 1]);
});

test('a limit that is negative or not a number is refused before anything is changed', () => {
  for (const limit of [-1, Number.NaN]) {
    const x = param(5);
    assertThrows(() => clipGradNorm([x], limit), `clipGradNorm: the limit is a number ≥ 0, got ${limit}`);
    assertThrows(() => clipGradValue([x], limit), `clipGradValue: the limit is a number ≥ 0, got ${limit}`);
    assertSame(x.grad!.data, [5]);
  }
});

test('clipping between backward and step bounds the length of the step', () => {
  const x = tensor([100, 0], { requiresGrad: true, dtype: 'float64' });
  const optimizer = new SGD([x], { lr: 0.5 });
  x.square().sum().backward();
  clipGradNorm([x], 4);
  optimizer.step();
  assertSame(x.data, [98, 0]);
});
