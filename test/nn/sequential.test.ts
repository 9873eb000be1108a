import * as assert from 'uvu/assert';
import { detectAnomaly, random, relu, tensor, zeros } from '../../src/index.js';
import { Identity, Linear, Module, ReLU, Sequential } from '../../src/nn/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('sequential');
const linear = (inFeatures: number, outFeatures: number, seed: number): Linear =>
  new Linear(inFeatures, outFeatures, { rng: random(seed) });

test('layers are applied from the first to the last', () => {
  const model = new Sequential(
    (x) => x.add(1),
    (x) => x.mul(10),
  );
  assertSame(model.forward(tensor([1, 2])).data, [20, 30]);
});

test('modules and plain functions mix, and equal the composition written out', () => {
  const [first, second] = [linear(3, 4, 1), linear(4, 2, 2)];
  const model = new Sequential(first, relu, new Identity(), second);
  const x = tensor([[1, -2, 3]]);
  assertSame(model.forward(x).data, second.forward(first.forward(x).relu()).data);
});

test('gradients reach every layer, and equal those of the composition written out', () => {
  const x = tensor([[1, -2, 3]]);
  const layers = [linear(3, 4, 1), linear(4, 2, 2)] as const;
  new Sequential(layers[0], new ReLU(), layers[1]).forward(x).sum().backward();
  const twins = [linear(3, 4, 1), linear(4, 2, 2)] as const;
  twins[1].forward(twins[0].forward(x).relu()).sum().backward();
  for (const [i, layer] of layers.entries()) {
    assert.ok(layer.weight.grad!.data.some((g) => g !== 0));
    assertSame(layer.weight.grad!.data, twins[i]!.weight.grad!.data);
    assertSame(layer.bias!.grad!.data, twins[i]!.bias!.grad!.data);
  }
});

test('nested models have nested names', () => {
  const model = new Sequential(new Sequential(linear(1, 2, 0)), relu, new Sequential(relu, linear(2, 1, 0)));
  assert.equal(
    model.namedParameters().map(([name]) => name),
    [
      'layers.0.layers.0.weight',
      'layers.0.layers.0.bias',
      'layers.2.layers.1.weight',
      'layers.2.layers.1.bias',
    ],
  );
});

test('an empty model gives its input back', () => {
  const x = tensor([1]);
  assert.is(new Sequential().forward(x), x);
  assert.is(new Sequential().countParameters(), 0);
});

test('a subclass of a model is a model with a name of its own', () => {
  class Classifier extends Sequential {
    constructor() {
      super(linear(2, 3, 0), relu);
    }
  }
  const model = new Classifier();
  assert.ok(model instanceof Module);
  assert.is(String(model), 'Classifier(Linear, relu): 9 parameters');
  assert.equal(model.forward(zeros([4, 2])).shape, [4, 3]);
});

test('an error deep inside nested models still names your line', () => {
  let model = new Sequential(linear(2, 2, 0));
  for (let depth = 0; depth < 8; depth++) model = new Sequential(model);
  assertThrows(() => model.forward(zeros([1, 3])), 'Linear(2 → 2)', '(test/nn/sequential.test.ts:');
});

test('an anomaly deep inside nested models, forward or backward, still names your line', () => {
  const layer = new Linear(1, 1, { rng: random(0), bias: false });
  layer.weight.assign([1e30]);
  let model = new Sequential(layer);
  for (let depth = 0; depth < 8; depth++) model = new Sequential(model);
  const loss = (x: number) =>
    model
      .forward(tensor([[x]], { requiresGrad: true }))
      .mul(1e20)
      .sum();
  assertThrows(() => detectAnomaly(() => loss(1e30)), 'matmul', '(test/nn/sequential.test.ts:');
  // The value 1e-30 · 1e30 · 1e20 is finite; the gradient 1e20 · 1e30 is beyond float32.
  assertThrows(
    () => detectAnomaly(() => loss(1e-30).backward()),
    'matmul: the gradient of input 0',
    '(test/nn/sequential.test.ts:',
  );
});
