import { randn, random, type Tensor, tensor } from 'tapegrad';
import { gradcheck } from 'tapegrad/check';
import * as assert from 'uvu/assert';
import { hastySwish, swish } from '../../examples/custom-op/swish.js';
import { assertClose } from '../support/close.js';
import { suite } from '../support/suite.js';
import { runExample, runFromSource } from './program.js';

const test = suite('the example of a custom op');

test('its story ends well: the wrong rule is caught, the right one passes, and the curve is found', () => {
  const { status, output, files } = runFromSource('custom-op');
  assert.is(status, 0, output);
  assert.match(output, /gradcheck failed: .* has a wrong gradient in x /);
  assert.match(output, /Culprit: hastySwish at \S*swish\.ts:\d+(:\d+)? .* the rule for input 0: wrong/);
  assert.match(output, /gradcheck passed: vjp of .* \(derivative of order 2\)/);
  assert.match(output, 'found 2.000 · swish(x, 3.000) − 0.500');
  assert.is(output.match(/✓/g)?.length, 4);
  assert.is(files.size, 0);
});

test('it fails when what it claims is not so: one step of training finds no curve', () => {
  const { status, output } = runExample('custom-op', '--steps', '1');
  assert.is(status, 1);
  assert.match(output, '✗ that is the one');
});

test('flags that make no sense are named', () => {
  for (const [flags, answer] of [
    [['--step', '5'], /^custom-op: unknown option '--step'/],
    [['--steps', '0'], /^custom-op: .*--steps.* '0' is invalid\. Expected a whole number from 1 to/],
    [['--steps', 'many'], /^custom-op: .*--steps.* 'many' is invalid\. Expected a whole number from 1 to/],
  ] as const) {
    const { status, output } = runExample('custom-op', ...flags);
    assert.is(status, 2);
    assert.match(output, answer);
    assert.not.match(output, /\n {4}at /);
  }
});

test('swish has the values and slopes of the formula', () => {
  const sigma = (z: number): number => 1 / (1 + Math.exp(-z));
  const points = [-2, 0, 0.5, 3];
  const x = tensor(points, { requiresGrad: true });
  const beta = tensor(2, { requiresGrad: true });
  const y = swish(x, beta);
  y.sum().backward();
  assertClose(
    y.data,
    points.map((v) => v * sigma(2 * v)),
  );
  assertClose(
    x.grad!.data,
    points.map((v) => sigma(2 * v) + 2 * v * sigma(2 * v) * sigma(-2 * v)),
  );
  const slopes = points.map((v) => v * v * sigma(2 * v) * sigma(-2 * v));
  assertClose(beta.grad!.data, [slopes.reduce((a, b) => a + b)]);
});

test('both versions have the same values, and only one the right gradient', () => {
  const inputs: [Tensor, Tensor] = [randn([5], random(3)), tensor(0.7)];
  assert.equal(swish(...inputs).toArray(), hastySwish(...inputs).toArray());
  assert.is(gradcheck(swish, inputs).verdict, 'correct');
  assert.is(gradcheck(hastySwish, inputs).verdict, 'wrong');
});
