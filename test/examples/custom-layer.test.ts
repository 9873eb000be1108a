import { randn, random, tensor } from 'tapegrad';
import { checkModule } from 'tapegrad/check';
import * as assert from 'uvu/assert';
import { ScaledResidual } from '../../examples/custom-layer/residual.js';
import { assertClose } from '../support/close.js';
import { suite } from '../support/suite.js';
import { runExample, runFromSource } from './program.js';

const test = suite('the example of a custom layer');

test('its story ends well: the layer passes its check, and makes the difference on the spiral', () => {
  const { status, output, files } = runFromSource('custom-layer');
  assert.is(status, 0, output);
  assert.match(output, 'gradcheck passed: ScaledResidual has the right gradient');
  assert.match(output, '2,019 parameters');
  const [plain, good] = [...output.matchAll(/^([\d.]+) % /gm)].map(([, share]) => Number(share));
  assert.ok(plain! < 75, `straight lines: ${plain} %`);
  assert.ok(good! > 95, `with the layers: ${good} %`);
  assert.is(output.match(/^[·o#]{43}$/gm)?.length, 21, 'a picture of 21 lines');
  assert.is(files.size, 0);
});

test('it fails when what it claims is not so: one epoch is not enough for the spiral', () => {
  const { status, output } = runExample('custom-layer', '--epochs', '1');
  assert.is(status, 1);
  assert.match(output, '✓ every parameter and the input');
  assert.match(output, '✗ the layers make the difference');
});

test('flags that make no sense are named', () => {
  for (const [flags, answer] of [
    [['--epoch', '5'], /^custom-layer: unknown option '--epoch'/],
    [['--epochs', '0'], /^custom-layer: .*--epochs.* '0' is invalid\. Expected a whole number from 1 to/],
    [['--seed', '-1'], /^custom-layer: .*--seed.* '-1' is invalid\. Expected a whole number from 0\./],
    [['--seed', '1.5'], /^custom-layer: .*--seed.* '1\.5' is invalid\. Expected a whole number from 0\./],
  ] as const) {
    const { status, output } = runExample('custom-layer', ...flags);
    assert.is(status, 2);
    assert.match(output, answer);
    assert.not.match(output, /\n {4}at /);
  }
});

test('the layer computes x + α ⊙ silu(x · W + b)', () => {
  const layer = new ScaledResidual(2, { rng: random(0), scale: 0.5 });
  layer.weight.assign([1, 2, 3, 4]);
  layer.bias.assign([0.5, -1]);
  const silu = (z: number): number => z / (1 + Math.exp(-z));
  // x · W + b = [1 + 3 · 2 + 0.5, 2 + 4 · 2 − 1] for x = [1, 2]
  const y = layer.forward(tensor([[1, 2]]));
  assertClose(y.data, [1 + 0.5 * silu(7.5), 2 + 0.5 * silu(9)]);
});

test('with scales of 0 it is the identity, and the check says that nothing reaches the weights', () => {
  const layer = new ScaledResidual(3, { rng: random(0), scale: 0 });
  const x = randn([2, 3], random(1));
  assert.equal(layer.forward(x).toArray(), x.toArray());
  const verdicts = checkModule(layer, x).inputs.map(({ name, verdict }) => `${name} ${verdict}`);
  assert.equal(verdicts, ['input correct', 'weight vacuous', 'bias vacuous', 'scale correct']);
});
