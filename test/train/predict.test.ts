import * as assert from 'uvu/assert';
import { DataLoader, ImageSet } from '../../src/data/index.js';
import { isRecording, randn, random, type Tensor, tensor, zeros } from '../../src/index.js';
import { type BatchNorm1d, Linear, Module } from '../../src/nn/index.js';
import { predict } from '../../src/train/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';
import { bitsOf, layered } from './models.js';

const test = suite('predict');
const X = randn([10, 3], random('rows'));

/** Notes what it is called with, and passes it on. */
class Watcher extends Module {
  readonly rows: number[] = [];
  readonly inner = new Linear(3, 2, { rng: random(0) });

  forward(x: Tensor): Tensor {
    this.rows.push(x.shape[0]!);
    assert.not.ok(this.training);
    assert.not.ok(this.inner.training);
    assert.not.ok(isRecording());
    return this.inner.forward(x);
  }
}

test('the outputs of all rows stand in their order, whatever the batch size', () =>
  property(fc.integer({ min: 1, max: 12 }), (batchSize) => {
    const model = layered();
    model.eval();
    const all = model.forward(X);
    const predicted = predict(model, X, { batchSize });
    assert.equal(predicted.shape, [10, 2]);
    assertClose(predicted.data, all.data, { relative: 1e-6, absolute: 1e-6 });
  }));

test('the rows run so many at a time, in evaluation mode and without a tape', () => {
  const model = new Watcher();
  const y = predict(model, X, { batchSize: 4 });
  assert.equal(model.rows, [4, 4, 2]);
  assert.not.ok(y.requiresGrad);
  predict(model, zeros([513, 3]));
  assert.equal(model.rows.slice(3), [256, 256, 1]);
});

test('every module trains afterwards or not, as it did before, also after an error', () => {
  const model = layered();
  (model.layers[1] as BatchNorm1d).eval();
  const modes = (): boolean[] => model.namedModules().map(([, module]) => module.training);
  const [before, bits] = [modes(), bitsOf(model)];
  assert.ok(before.includes(true) && before.includes(false));
  predict(model, X);
  assert.equal(modes(), before);
  assert.equal(bitsOf(model), bits, 'running statistics stay');
  assertThrows(() => predict(model, zeros([4, 5])), 'Linear(3 → 4)');
  assert.equal(modes(), before);
  assert.ok(isRecording());
});

test('rows are a tensor, a dataset or images', () => {
  const model = new Linear(4, 2, { rng: random(0) });
  const set = new ImageSet(
    Uint8Array.from({ length: 12 }, (_, i) => i * 20),
    new Uint8Array(3),
    2,
    2,
  );
  const expected = model.forward(set.images());
  for (const data of [set.images(), { x: set.images(), labels: [0, 0, 0] }, set])
    assertClose(predict(model, data, { batchSize: 2 }).data, expected.data, { relative: 1e-6 });
});

test('a model that returns something else hands over its tensor by output', () => {
  const model = new (class extends Module {
    readonly inner = new Linear(3, 2, { rng: random(0) });

    forward(x: Tensor): { hidden: Tensor; output: Tensor } {
      const hidden = this.inner.forward(x);
      return { hidden, output: hidden.relu() };
    }
  })();
  const expected = model.forward(X).output;
  const predicted = predict(model, X, { batchSize: 4, output: ({ output }) => output });
  assertClose(predicted.data, expected.data, { relative: 1e-6 });
  assertThrows(
    () => predict(model, X),
    'predict: the model returned an object; expected a Tensor: pass output: (result) => the Tensor in it',
  );
});

test('no rows give an empty output, if the model takes an empty batch', () => {
  assert.equal(predict(new Linear(3, 2, { rng: random(0) }), zeros([0, 3])).shape, [0, 2]);
  const picky = new (class extends Module {
    forward(x: Tensor): Tensor {
      if (x.shape[0] === 0) throw new Error('nothing there');
      return x;
    }
  })();
  assertThrows(
    () => predict(picky, zeros([0, 3])),
    'predict: there are no rows, and the model refuses an empty batch: nothing there',
  );
  assert.ok(picky.training);
});

test('an output that has not one row for each is refused', () => {
  const summing = new (class extends Module {
    forward(x: Tensor): Tensor {
      return x.sum(0);
    }
  })();
  assertThrows(
    () => predict(summing, X),
    'predict: the model made [3] of 10 rows; expected one row for each',
  );
  const scalar = new (class extends Module {
    forward(x: Tensor): Tensor {
      return x.sum();
    }
  })();
  assertThrows(() => predict(scalar, X), 'predict: the model made [] of 10 rows');
});

test('what is no model, no rows or no option is refused', () => {
  const model = new Linear(3, 2, { rng: random(0) });
  const loader = new DataLoader({ x: X, labels: new Int32Array(10) }, { batchSize: 2 });
  for (const data of [loader, null, 3, [X], {}, tensor(1), { x: [1] }])
    assertThrows(() => predict(model, data as never), 'predict: expected rows', 'pass its dataset');
  assertThrows(() => predict(((x: Tensor) => x) as never, X), 'predict: expected a model');
  assertThrows(() => predict(model, X, { batchSize: 0 }), 'predict: batchSize is a whole number ≥ 1, got 0');
  assertThrows(() => predict(model, X, { output: 3 as never }), 'predict: expected output, a function');
  const promising = { output: (async (y: Tensor) => y) as never };
  assertThrows(
    () => predict(model, X, promising),
    'predict: the model returned a promise',
    'compute it at once',
  );
});
