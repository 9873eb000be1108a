import * as assert from 'uvu/assert';
import { mseLoss, randn, random, type Tensor, tensor, zeros } from '../../src/index.js';
import { Linear, Module } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { MovingAverage, train } from '../../src/train/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';
import { bitsOf, layered, One, throughJson } from './models.js';

const test = suite('moving average');

/** The averaged number of a model of one number, which takes these values one after the other. */
function averaged(
  values: readonly number[],
  options: ConstructorParameters<typeof MovingAverage>[1],
): number {
  const model = new One();
  const average = new MovingAverage(model, options);
  for (const value of values) {
    model.set(value);
    average.update();
  }
  return average.use(() => model.w.item());
}

test('the average begins with the weights of the model and follows them, by hand', () => {
  assert.is(averaged([], { decay: 0.5 }), 1);
  // 1 → (1 + 3) / 2 = 2 → (2 + 4) / 2 = 3
  assert.is(averaged([3, 4], { decay: 0.5 }), 3);
  // 1 → 0.75 · 1 + 0.25 · 5 = 2
  assert.is(averaged([5], { decay: 0.75 }), 2);
  assert.is(averaged([5, 6], { decay: 0 }), 6);
});

test('the average is the sum of all weights so far, each times (1 − d)·dᵏ by its age k', () =>
  property(
    fc.tuple(fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 12 }), fc.integer({ min: 0, max: 99 })),
    ([values, percent]) => {
      const d = percent / 100;
      const n = values.length;
      const expected = values.reduce((sum, w, i) => sum + (1 - d) * d ** (n - 1 - i) * w, d ** n);
      assertClose([averaged(values, { decay: d })], [expected], { relative: 1e-12, absolute: 1e-12 });
    },
  ));

test('with a warm-up the decay grows to what was asked for', () => {
  // t = 0: 1/10, then 2/11, then 3/12: 1 → 0.1 + 0.9 · 2 = 1.9 → (2 · 1.9 + 9 · 3) / 11 = 2.8 → 0.25 · 2.8 + 0.75 · 4 = 3.7
  assertClose([averaged([2, 3, 4], { decay: 0.999, warmUp: true })], [3.7], { relative: 1e-14 });
  // A decay below that of the warm-up is the one: 1 → 0.05 + 0.95 · 2 = 1.95
  assertClose([averaged([2], { decay: 0.05, warmUp: true })], [1.95], { relative: 1e-14 });
});

test('buffers are copied, or averaged where that is asked for', () => {
  for (const useBuffers of [false, true]) {
    const model = layered();
    const average = new MovingAverage(model, { decay: 0.5, useBuffers });
    const [path, buffer] = model.namedBuffers()[0]!;
    buffer.assign(Array(4).fill(3));
    average.update();
    const seen = average.use(() => [...buffer.data]);
    assert.match(path, 'runningMean');
    assert.equal(seen, Array(4).fill(useBuffers ? 1.5 : 3));
    assert.equal([...buffer.data], Array(4).fill(3));
    // A buffer that was once not finite does not spoil the copies after it.
    buffer.assign(Array(4).fill(Infinity));
    average.update();
    buffer.assign(Array(4).fill(2));
    average.update();
    if (!useBuffers)
      assert.equal(
        average.use(() => [...buffer.data]),
        Array(4).fill(2),
      );
  }
});

class Tied extends Module {
  readonly a = tensor(
    [
      [1, 0],
      [0, 1],
    ],
    { requiresGrad: true },
  );
  readonly b = this.a;

  forward(x: Tensor): Tensor {
    return x.matmul(this.a).matmul(this.b);
  }
}

test('weights that a model holds twice are averaged once', () => {
  const model = new Tied();
  const average = new MovingAverage(model, { decay: 0.5 });
  model.a.assign([3, 0, 0, 3]);
  average.update();
  assert.equal(Object.keys(average.stateDict().weights), ['a']);
  assert.equal(
    average.use(() => model.b.toArray()),
    [
      [2, 0],
      [0, 2],
    ],
  );
});

test('frozen parameters are part of the average, and keep their values', () => {
  const model = new Linear(2, 2, { rng: random(0) });
  model.weight.requiresGrad = false;
  const average = new MovingAverage(model, { decay: 0.5 });
  model.weight.requiresGrad = true;
  const first = [...model.weight.data];
  model.weight.write((data) => void data.fill(0));
  average.update();
  average.use(() =>
    assertClose(
      model.weight.data,
      first.map((value) => value / 2),
    ),
  );
});

test('the present weights come back bit for bit, whatever the function does', () => {
  const model = layered();
  const average = new MovingAverage(model, { decay: 0.9 });
  for (const parameter of model.parameters()) parameter.write((data) => void data.fill(0.1));
  model.parameters()[0]!.write((data) => void data.set([Number.NaN, -0, Infinity]));
  average.update();
  const before = bitsOf(model);
  assert.is(
    average.use(() => {
      assert.not.equal(bitsOf(model), before);
      return 'result';
    }),
    'result',
  );
  assert.equal(bitsOf(model), before);
  assertThrows(
    () =>
      average.use(() => {
        model.parameters()[0]!.write((data) => void data.fill(9));
        throw new Error('from inside');
      }),
    'from inside',
  );
  assert.equal(bitsOf(model), before);
  assertThrows(() => average.use(async () => 1), 'use: the function returned a promise; copy the average');
  assert.equal(bitsOf(model), before);
  assertThrows(() => average.use(3 as never), 'use: expected a function to run');
});

test('the average of a training run lies beside its weights, and no tape records it', () => {
  const model = new Linear(2, 1, { rng: random(0) });
  const average = new MovingAverage(model, { decay: 0.9 });
  const weights: number[][] = [[...model.weight.data]];
  train({
    batches: [0],
    steps: 5,
    optimizer: new SGD(model.parameters(), { lr: 0.1 }),
    loss: () => mseLoss(model.forward(randn([4, 2], random(1))), zeros([4, 1])),
    callbacks: [() => void weights.push([...model.weight.data]), average.callback],
  });
  const expected = [0, 1].map((i) =>
    weights.slice(1).reduce((sum, w) => 0.9 * sum + 0.1 * w[i]!, weights[0]![i]!),
  );
  const { weight } = average.stateDict().weights;
  assertClose(weight!.data, expected, { relative: 1e-6 });
  assert.is(average.updates, 5);
  assert.ok(weight!.isLeaf && !weight!.requiresGrad);
});

test('the average is copied into another model, or into the model itself', () => {
  const model = new One();
  const average = new MovingAverage(model, { decay: 0.5 });
  model.set(5);
  average.update();
  const other = new One();
  average.copyTo(other);
  assert.is(other.w.item(), 3);
  average.copyTo(model);
  assert.is(model.w.item(), 3);
  assertThrows(
    () => average.copyTo(layered()),
    'copyTo: the saved values do not fit Sequential: unexpected w',
  );
  assertThrows(() => average.copyTo(null as never), 'copyTo: expected a model');
});

test('the state goes through a text, and the average goes on', () => {
  const options = { decay: 0.999, warmUp: true };
  const values = [2, 3, 4];
  const model = new One();
  const average = new MovingAverage(model, options);
  for (const value of values.slice(0, 2)) {
    model.set(value);
    average.update();
  }
  for (const saved of [average.stateDict(), throughJson(average.stateDict())]) {
    const again = new One();
    const resumed = new MovingAverage(again, options);
    resumed.loadStateDict(saved);
    assert.is(again.w.item(), 1, 'loading leaves the model alone');
    again.set(values[2]!);
    resumed.update();
    assert.is(
      resumed.use(() => again.w.item()),
      averaged(values, options),
    );
  }
  const taken = average.stateDict();
  taken.weights.w!.write((data) => void data.fill(77));
  assert.not.equal(
    average.use(() => model.w.item()),
    77,
    'the saved values are copies',
  );
});

test('the state of another model is refused, and nothing changes', () => {
  const average = new MovingAverage(new One(), { decay: 0.5 });
  const before = average.stateDict();
  const load = (saved: unknown) => () => average.loadStateDict(saved as never);
  assertThrows(
    load({ updates: 1, weights: {} }),
    'MovingAverage.loadStateDict: the saved values do not fit One: missing w [1]',
  );
  assertThrows(load({ updates: -1, weights: before.weights }), 'updates of the saved state');
  assertThrows(load({ updates: 1 }), 'weights of the saved state is undefined');
  assertThrows(load(3), 'the saved state is a number');
  assert.equal(average.stateDict(), before);
});

test('a model that has got another layer since is refused before anything changes', () => {
  const model = new One() as One & { extra?: Linear };
  const average = new MovingAverage(model, { decay: 0.5 });
  model.set(3);
  model.extra = new Linear(1, 1, { rng: random(0) });
  assertThrows(
    () => average.update(),
    'MovingAverage: extra.weight, extra.bias came to the model or left it',
  );
  delete model.extra;
  assert.is(
    average.use(() => model.w.item()),
    1,
  );
});

test('a decay that is none is refused', () => {
  const make = (options: unknown) => () => new MovingAverage(new One(), options as never);
  assertThrows(make({ decay: 1 }), 'MovingAverage: decay lies in [0, 1), got 1');
  assertThrows(make({ decay: -0.1 }), 'MovingAverage: decay lies in [0, 1)');
  assertThrows(make({}), 'MovingAverage: decay lies in [0, 1), got undefined');
  assertThrows(make({ decay: 0.5, warmup: true }), 'knows no option warmup');
  assertThrows(() => new MovingAverage({} as never, { decay: 0.5 }), 'MovingAverage: expected a model');
  assert.is(String(new MovingAverage(new One(), { decay: 0.5 })), 'MovingAverage(One, decay=0.5): 0 updates');
});
