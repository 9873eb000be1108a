/** What anomaly detection advises. That it finds the first bad value, forward and backward, is tested with the tape. */
import { detectAnomaly, greater, type Tensor, tensor, where } from '../../src/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('anomaly');

const leaf = (...values: number[]): Tensor => tensor(values, { requiresGrad: true });

test('a root of what where() would leave out later is answered with both causes', () => {
  const x = leaf(4, -0.1);
  assertThrows(
    () => detectAnomaly(() => where(greater(x, 0), x.sqrt(), 0)),
    'sqrt: the value at [1] is NaN',
    'spans -0.1 to 4, -0.1 there',
    'rounding may have pushed it below 0; clip it',
    'where(c, sqrt(where(c, x, 1)), 0)',
  );
});

test('the rewritten line passes', () => {
  const x = leaf(4, -0.1);
  detectAnomaly(() => {
    const positive = greater(x, 0);
    const root: Tensor = where(positive, where(positive, x, 1).sqrt(), 0);
    root.sum().backward();
  });
  assertClose(x.grad!.data, [0.25, 0]);
});

test('each usual cause has its advice', () => {
  const cases: [string, () => Tensor][] = [
    ['exp overflowed: subtract the maximum first', () => leaf(100).exp()],
    ['Division by zero: add a small constant', () => leaf(1).div(0)],
    ['The logarithm needs a positive argument', () => leaf(0).log()],
    ['The logarithm needs a positive argument', () => leaf(-2).log1p()],
  ];
  for (const [advice, compute] of cases) assertThrows(() => detectAnomaly(compute), advice);
});
