import * as assert from 'uvu/assert';
import { checkModule, demand } from '../../src/check/index.js';
import { random, type Tensor, tensor } from '../../src/index.js';
import { initializer, normal, ones } from '../../src/init/index.js';
import { Embedding, Module, Sequential, summary } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('Embedding');

test('the table is drawn from N(0, 1), with fans of its own, and the indices look rows up', () => {
  const layer = new Embedding(5, 3, { rng: random(7) });
  assertSame(layer.weight.data, Float32Array.from(normal()([5, 3], null, random(7))));
  assert.equal(layer.weight.fans, { fanIn: 1, fanOut: 3 });
  const y = layer.forward([
    [4, 0],
    [4, 1],
  ]);
  assert.equal(y.shape, [2, 2, 3]);
  assertSame(y.data.slice(0, 3), layer.weight.data.slice(12));
  assertSame(layer.forward(tensor([4])).data, layer.weight.data.slice(12));
  assert.is(new Embedding(2, 2, { rng: random(0), dtype: 'float64' }).forward([1]).dtype, 'float64');
});

test('the padding row is zero at the start, after initialize() and whatever draws the table', () => {
  const isZero = (layer: Embedding): void => {
    const row = layer.weight.data.slice(2, 4);
    assertSame(row, [0, 0]);
    assert.is(layer.weight.data.filter((value) => value === 0).length, 2);
  };
  const layer = new Embedding(4, 2, { rng: random(0), paddingIndex: 1 });
  isZero(layer);
  const before = layer.weight.data.slice();
  isZero(layer.initialize(random(1)));
  assert.is.not(layer.weight.data.join(), before.join());
  isZero(new Embedding(4, 2, { rng: random(0), paddingIndex: 1, init: ones() }));
  const kept = new Float64Array(8).fill(3);
  isZero(new Embedding(4, 2, { rng: random(0), paddingIndex: 1, init: initializer('mine', () => kept) }));
  assertSame(kept, new Float64Array(8).fill(3));
});

test('training leaves the padding row at zero', () => {
  const layer = new Embedding(3, 2, { rng: random(0), paddingIndex: 0 });
  const optimizer = new SGD(layer.parameters(), { lr: 0.5 });
  const before = layer.weight.data.slice();
  layer.forward([0, 1, 0]).add(1).square().sum().backward();
  optimizer.step();
  assertSame(layer.weight.data.slice(0, 2), [0, 0]);
  assert.is.not(layer.weight.data[2], before[2]);
  assertSame(layer.weight.data.slice(4), before.slice(4));
});

test('a module that looks words up passes the check', () => {
  class Bag extends Module {
    readonly words = new Embedding(4, 3, { rng: random(0), paddingIndex: 3 });
    override forward(scale: Tensor): Tensor {
      return this.words
        .forward([
          [0, 1],
          [1, 2],
        ])
        .mean(1)
        .tanh()
        .mul(scale);
    }
  }
  demand(checkModule(new Bag(), tensor([2]), { order: 2 }));
});

test('repeated words in any number receive what each of them alone would', () => {
  property(fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }), (words) => {
    const layer = new Embedding(4, 2, { rng: random(1), dtype: 'float64' });
    layer.forward(words).sum().backward();
    const counts = [0, 1, 2, 3].map((row) => words.filter((word) => word === row).length);
    assertSame(
      layer.weight.grad!.data,
      counts.flatMap((count) => [count, count]),
    );
  });
});

test('it prints its sizes, how it was drawn and which row is zero', () => {
  assert.is(
    String(new Embedding(10, 4, { rng: random(0) })),
    'Embedding(10 × 4, normal, std=1): 40 parameters',
  );
  const padded = new Embedding(10, 4, { rng: random(0), paddingIndex: 0 });
  assert.is(String(padded), 'Embedding(10 × 4, normal, std=1, row 0 zero): 40 parameters');
  assert.match(
    summary(new Sequential(padded), [2, 3]),
    /^layers\.0 +Embedding +\[2, 3, 4\] +40 +normal, std=1, row 0 zero$/m,
  );
  assert.equal(
    padded.namedParameters().map(([name]) => name),
    ['weight'],
  );
});

test('sizes, rows and generators that are none are refused', () => {
  const rng = random(0);
  assertThrows(() => new Embedding(0, 2, { rng }), 'Embedding: count is a whole number ≥ 1, got 0');
  assertThrows(() => new Embedding(2, 1.5, { rng }), 'Embedding: size is a whole number ≥ 1, got 1.5');
  assertThrows(
    () => new Embedding(2, 2, { rng, paddingIndex: 2 }),
    'Embedding: paddingIndex is a whole number from 0 to 1, got 2',
  );
  assertThrows(() => new Embedding(2, 2, {} as never), 'Embedding: needs a generator for its weights');
  assertThrows(
    () => new Embedding(2, 2, { rng }).forward([[0, 2]]),
    'embedding: index 2 at position 1 does not exist on an axis of size 2',
  );
});
