/** What consoles show: the text of an object, and not the objects that it holds. */
import { inspect } from 'node:util';
import * as assert from 'uvu/assert';
import { gradcheck } from '../../src/check/index.js';
import { DataLoader, ImageSet } from '../../src/data/index.js';
import { random, type Tensor, tensor, zeros } from '../../src/index.js';
import { Linear, ReLU, Sequential } from '../../src/nn/index.js';
import { Adam, SGD } from '../../src/optim/index.js';
import { suite } from '../support/suite.js';

const test = suite('printed');

/** What Node prints, which is also what Bun prints, and what Deno prints. */
function shown(value: object): string {
  const deno = (value as Record<symbol, () => string>)[Symbol.for('Deno.customInspect')]!();
  assert.is(inspect(value), deno);
  assert.is(deno, String(value));
  return deno;
}

const w = tensor([1, 2], { requiresGrad: true }).named('w');

test('a report is shown as its text, also inside other objects', () => {
  const report = gradcheck(function loss(x) {
    return x.mul(x.detach());
  }, w);
  assert.match(shown(report), /^gradcheck failed: loss has a wrong gradient in w \[/);
  assert.match(inspect({ report }), 'loss has a wrong gradient');
  assert.not.match(inspect([report]), 'analytic');
});

test('a tensor and a node are shown in a line', () => {
  const y = w.square();
  const sum = y.sum();
  assert.match(shown(w), /^w\(\[1, 2\], shape \[2\], requiresGrad\)$/);
  const at = y.node!.position;
  assert.is(shown(y.node!), `node ${at}: square(w) → [2] (float32)`);
  assert.is(shown(sum.node!), `node ${at + 1}: sum(node ${at}) → [] (float32)`);
  sum.backward();
  assert.is(shown(sum.node!), `node ${at + 1}: sum(…) → [] (float32), released`);
});

test('a model, an optimiser, a loader and a set of images are shown in a line each', () => {
  const rng = random(0);
  const model = new Sequential(new Linear(784, 10, { rng }), new ReLU());
  assert.is(shown(model), 'Sequential(Linear, ReLU): 7,850 parameters');
  assert.is(
    shown(new SGD(model.parameters(), { lr: 0.1 })),
    'SGD(lr=0.1, momentum=0, dampening=0, weightDecay=0, nesterov=false): 2 parameters',
  );
  const groups = new Adam([{ params: [w] }, { params: [zeros([1], { requiresGrad: true })], lr: 1 }], {
    lr: 2,
  });
  assert.equal(
    shown(groups)
      .split('\n')
      .map((line) => /^Adam\(.*lr=(\d).*: 1 parameters$/.exec(line)?.[1]),
    ['2', '1'],
  );
  const x: Tensor = zeros([1500, 2]);
  assert.is(
    shown(new DataLoader({ x, labels: new Uint8Array(1500) }, { batchSize: 128, shuffle: true, rng })),
    'DataLoader(1,500 rows, batchSize=128, shuffle=true): 12 batches',
  );
  assert.is(shown(new ImageSet(new Uint8Array(12), new Uint8Array(2), 2, 3)), 'ImageSet(2 images of 2 × 3)');
});
