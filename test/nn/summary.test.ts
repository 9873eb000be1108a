import * as assert from 'uvu/assert';
import { isRecording, ones, random, relu, type Tensor, tensor } from '../../src/index.js';
import { constant } from '../../src/init/index.js';
import { Dropout, Flatten, Linear, Module, ReLU, Sequential, summary } from '../../src/nn/index.js';
import { assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('summary');
const linear = (inFeatures: number, outFeatures: number): Linear =>
  new Linear(inFeatures, outFeatures, { rng: random(1) });

/** The cells of each line. Two or more blanks separate columns. */
const cells = (text: string): string[][] => text.split('\n').map((line) => line.split(/ {2,}/));

test('the table has a line a layer: name, output shape, parameters, initialisers, and the total below', () => {
  const model = new Sequential(new Flatten(), linear(784, 200), new ReLU(), linear(200, 10));
  assert.is(
    summary(model, [100, 28, 28]),
    [
      'name      layer    output      parameters  initialised',
      'layers.0  Flatten  [100, 784]           0',
      'layers.1  Linear   [100, 200]     157,000  He normal, fanIn=784, std=0.0505 / zeros',
      'layers.2  ReLU     [100, 200]           0',
      'layers.3  Linear   [100, 10]        2,010  He normal, fanIn=200, std=0.1 / zeros',
      '159,010 parameters',
    ].join('\n'),
  );
});

test('layers stand in the order in which they run, not in that of the fields', () => {
  class Backwards extends Module {
    readonly last = linear(3, 1);
    readonly first = linear(2, 3);
    override forward(x: Tensor): Tensor {
      return this.last.forward(this.first.forward(x));
    }
  }
  assert.equal(cells(summary(new Backwards(), [4, 2])).slice(1, 3), [
    ['first', 'Linear', '[4, 3]', '9', 'He normal, fanIn=2, std=1 / zeros'],
    ['last', 'Linear', '[4, 1]', '4', 'He normal, fanIn=3, std=0.816 / zeros'],
  ]);
});

test('a layer that runs twice has two lines, and its parameters count once', () => {
  const shared = linear(2, 2);
  const rows = cells(summary(new Sequential(shared, relu, shared), [1, 2]));
  assert.equal(
    rows.slice(1).map((row) => row[3] ?? row[0]),
    ['6', '0', '6 parameters'],
  );
});

test('a single layer is a model of one line', () => {
  const layer = new Linear(2, 3, { rng: random(1), init: constant(0.5), bias: false });
  assert.equal(cells(summary(layer, [7, 2])).slice(1), [
    ['model', 'Linear', '[7, 3]', '6', 'constant 0.5'],
    ['6 parameters'],
  ]);
});

test('the input may be a tensor, for models that need more than zeros of a shape', () => {
  const seen: number[] = [];
  const model = new Sequential(
    (x) => {
      seen.push(x.data[0]!);
      return x;
    },
    linear(2, 1),
  );
  const text = summary(model, tensor([[5, 6]]));
  assert.equal(seen, [5]);
  assert.match(text, /layers\.1 {2}Linear {2}\[1, 1\]/);
});

test('the model runs once in evaluation mode without recording, and is left as it was', () => {
  const dropout = new Dropout(0.5, { rng: random(0) });
  const inner = linear(2, 2).eval();
  const seen: boolean[] = [];
  const model = new Sequential(inner, dropout, (x) => {
    seen.push(dropout.training, isRecording());
    return x;
  });
  const expected = dropout.forward;
  summary(model, [1, 2]);
  assert.equal(seen, [false, false]);
  assert.equal([model.training, dropout.training, inner.training], [true, true, false]);
  assert.is(dropout.forward, expected);
  assert.not.ok(Object.hasOwn(inner, 'forward'));
});

test('a forward written as an arrow function in a field survives', () => {
  class Double extends Module {
    override forward = (x: Tensor): Tensor => x.mul(2);
  }
  const model = new Sequential(new Double());
  assert.match(summary(model, [1, 3]), /Double {2}\[1, 3\]/);
  assert.is(model.forward(ones([1])).item(), 2);
});

test('a model that fails is left as it was, and its error comes through', () => {
  const layer = linear(2, 2);
  const model = new Sequential(layer);
  model.parameters();
  assertThrows(
    () => summary(model, [1, 3]),
    'Linear(2 → 2) "layers.0"',
    '[1, 3]',
    '(test/nn/summary.test.ts:',
  );
  assert.ok(model.training && layer.training);
  assert.not.ok(Object.hasOwn(layer, 'forward'));
});
