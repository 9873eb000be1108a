/**
 * What anomaly detection advises, and which infinities it lets pass. That it finds the first bad value, forward and backward,
 * is tested with the tape.
 */
import * as assert from 'uvu/assert';
import {
  checkpoint,
  crossEntropy,
  detectAnomaly,
  grad,
  greater,
  klDivLoss,
  ones,
  type Tensor,
  tensor,
  triu,
  where,
} from '../../src/index.js';
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

const scores = (): Tensor => tensor([3, 1, 2, 0, 5, 4, 1, 2, 3], { shape: [3, 3], requiresGrad: true });
const future = triu(ones([3, 3]), 1);
const masked = (x: Tensor): Tensor => where(future, -Infinity, x);

test('an infinity that is meant passes, if values and gradients are finite in the end', () => {
  const impossible = tensor([[0, 0.5, 0.5]]);
  const cases: [string, (x: Tensor) => Tensor][] = [
    ['masked softmax', (x) => masked(x).softmax().square().sum()],
    [
      'a causal bias that is added',
      (x) =>
        x
          .add(masked(tensor(0)))
          .softmax()
          .square()
          .sum(),
    ],
    [
      'the logarithm of a masked softmax, chosen later',
      (x) => where(future, 0, masked(x).logSoftmax()).sum(),
    ],
    ['cross-entropy of classes that are not masked', (x) => crossEntropy(masked(x), [0, 1, 2])],
    [
      'cross-entropy with a class that is impossible on both sides',
      (x) => crossEntropy(where(tensor([1, 0, 0]), -Infinity, x), impossible.broadcastTo([3, 3])),
    ],
    [
      'a divergence',
      (x) =>
        klDivLoss(
          masked(x).logSoftmax(),
          tensor([
            [1, 0, 0],
            [0.5, 0.5, 0],
            [1, 0, 0],
          ]),
        ),
    ],
    ['logSumExp beside −∞', (x) => masked(x).logSumExp(1).sum()],
    ['the largest of masked scores', (x) => masked(x).max(1).sum()],
    [
      'a softmax written out',
      (x) => {
        const e = masked(x).sub(5).exp();
        return e.div(e.sum(1, true)).square().sum();
      },
    ],
  ];
  for (const [name, loss] of cases) {
    const x = scores();
    detectAnomaly(() => {
      const value = loss(x);
      value.backward();
      return value;
    });
    assert.ok(x.grad!.data.every(Number.isFinite), name);
    detectAnomaly(() => grad(loss)(scores()));
  }
});

test('an infinity that becomes NaN is reported there, with the op where it arose', () => {
  const error = assertThrows(
    () =>
      detectAnomaly(() => {
        const e = leaf(1000, 0).named('logits').exp();
        return e.div(e.sum()).sum();
      }),
    'div: the value at [0] is NaN (test/inspect/anomaly.test.ts:',
    'The infinity arose before. exp: the value at [0] is Infinity (test/inspect/anomaly.test.ts:',
    'Input 0 (logits) [2] spans 0 to 1000',
    'subtract the maximum first',
  );
  assert.is((error as unknown as { op: string }).op, 'div');
});

test('an infinity that reaches the loss is reported before anything is differentiated, from where it arose', () => {
  const x = leaf(0, 2).named('p');
  for (const step of [
    () => x.log().neg().sum().backward(),
    () => void grad((p) => p.log().sum())(x),
    () => x.log().mean(),
  ])
    assertThrows(
      () => detectAnomaly(step),
      'log: the value at [0] is -Infinity (test/inspect/anomaly.test.ts:',
      'The logarithm needs a positive argument',
    );
  assertThrows(
    () => detectAnomaly(() => x.log().neg().sum().backward()),
    'on the logits. The value that backward() starts from is Infinity at []',
  );
  assertThrows(
    () => detectAnomaly(() => x.log().mean()),
    'The value that the function returned is -Infinity at []',
  );
  const before = x.log().sum();
  assertThrows(
    () => detectAnomaly(() => before.backward()),
    'backward: The value that backward() starts from is -Infinity',
  );
  assert.is(x.grad, null);
});

test('an infinite gradient is reported, and a NaN one names the infinity that the rule had saved', () => {
  const root = leaf(0, 4);
  assertThrows(
    () => detectAnomaly(() => root.sqrt().sum().backward()),
    'sqrt: the gradient of input 0 at [0] is Infinity',
  );
  const x = leaf(0);
  assertThrows(
    () => detectAnomaly(() => x.reciprocal().reciprocal().sum().backward()),
    'the gradient of input 0 at [0] is NaN',
    'The infinity arose before. reciprocal: the value at [0] is Infinity',
  );
});

test('a gradient that goes wrong inside a checkpoint is found at the line inside', () => {
  const { message } = assertThrows(
    () =>
      detectAnomaly(() =>
        checkpoint((x) => x.sqrt().mul(2), leaf(0, 1))
          .sum()
          .backward(),
      ),
    'sqrt: the gradient of input 0 at [0] is Infinity',
  );
  assert.match(message, /Infinity \(.*anomaly\.test\.ts:\d+/);
});
