import * as assert from 'uvu/assert';
import { DataLoader } from '../../src/data/index.js';
import { crossEntropy, mseLoss, randn, random, type Tensor, tensor, zeros } from '../../src/index.js';
import { type BatchNorm1d, Dropout, Linear, Sequential } from '../../src/nn/index.js';
import { AdamW, cosine, SGD } from '../../src/optim/index.js';
import { findLearningRate, type RangeTestOptions, train } from '../../src/train/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';
import { captureWarnings } from '../support/warnings.js';
import { bitsOf, layered, One } from './models.js';

const test = suite('learning rate range test');

/** A test in which the loss of step i is losses[i], whatever the model is. */
function given(losses: readonly number[], options: Partial<RangeTestOptions<number>> = {}) {
  const model = new One();
  const optimizer = new SGD(model.parameters(), { lr: 0.5 });
  const loss = (_: number, step: number): Tensor => model.w.sum().mul(0).add(losses[step]!);
  return findLearningRate({ model, optimizer, batches: [0], loss, steps: losses.length, ...options });
}

test('rates grow geometrically from the first to the last', () => {
  const { rates } = given(Array(5).fill(1), { from: 1e-3, to: 10 });
  assertClose(rates, [1e-3, 1e-2, 1e-1, 1, 10], { relative: 1e-14 });
  const { rates: hundred } = given(Array(100).fill(1));
  assert.is(hundred.length, 100);
  assertClose([hundred[0]!, hundred[99]!], [1e-7, 10], { relative: 1e-12 });
});

test('each update is made at the rate that is listed with the loss before it', () => {
  // w falls by the rate, since the slope of w is 1: the loss is 1 minus all rates before.
  const model = new One();
  const optimizer = new SGD(model.parameters(), { lr: 0.5 });
  const { rates, losses } = findLearningRate({
    model,
    optimizer,
    batches: [0],
    loss: () => model.w.sum(),
    from: 0.001,
    to: 0.1,
    steps: 8,
  });
  let w = 1;
  for (const [i, loss] of losses.entries()) {
    assertClose([loss], [w], { relative: 1e-12 });
    w -= rates[i]!;
  }
  assert.is(losses.length, 8);
});

test('the smoothed loss is the mean of all losses so far, where each step back weighs 0.9 times as much', () => {
  const losses = [3, 1, 4, 1, 5, 2];
  const { smoothed } = given(losses, { divergence: 100 });
  const expected = losses.map((_, i) => {
    const weights = losses.slice(0, i + 1).map((__, j) => 0.9 ** (i - j));
    const all = weights.reduce((sum, weight) => sum + weight);
    return weights.reduce((sum, weight, j) => sum + weight * losses[j]!, 0) / all;
  });
  assertClose(smoothed, expected, { relative: 1e-12 });
});

test('the suggestion is the rate whose update made the smoothed loss fall most', () => {
  // A first fall within the first ten steps is passed over; the fall from 9 to 2 comes from the update of step 14.
  const losses = [30, 10, ...Array(13).fill(9), ...Array(5).fill(2)] as number[];
  const { rates, suggestion, reason } = given(losses);
  assert.is(suggestion, rates[14]);
  assert.match(reason, /^the smoothed loss fell most steeply at 0\.0785; the test ended with the last rate$/);
});

test('without a fall there is no suggestion, and the reason says so', () => {
  for (const losses of [Array(20).fill(1), Array.from({ length: 20 }, (_, i) => 1 + i / 50), [5, 4, 3]]) {
    const { suggestion, reason } = given(losses as number[]);
    assert.is(suggestion, null);
    assert.match(reason, 'the smoothed loss never fell after the first 10 steps');
  }
});

test('the test ends where the smoothed loss has grown to so many times its least value', () => {
  const losses = [1, 1, 1, 50, 50, 50];
  // Smoothed at step 3: (50 + 0.9 + 0.81 + 0.729) / (1 + 0.9 + 0.81 + 0.729) = 15.25
  assert.is(given(losses, { divergence: 15 }).losses.length, 4);
  assert.match(given(losses, { divergence: 15 }).reason, 'more than 15 times its least value');
  assert.ok(given(losses, { divergence: 16 }).losses.length > 4);
  assert.is(given(losses).losses.length, 4, 'four times by default');
});

test('a loss below 0 does not count as grown at once', () => {
  const { losses } = given([-1, -2, -3, -2.5, -2, -2]);
  assert.is(losses.length, 6);
  const { losses: three, reason } = given([-1, -1, 200, 200], { divergence: 3 });
  assert.is(three.length, 3);
  assert.match(
    reason,
    /where the smoothed loss had risen above its least value, -1, by more than 2 times its size$/,
  );
});

test('a loss that is not finite ends the test and is left out', () => {
  for (const bad of [Number.NaN, Infinity]) {
    const { rates, losses, smoothed, reason } = given([3, 2, bad, 1]);
    assert.equal([rates.length, losses, smoothed.length], [2, [3, 2], 2]);
    assert.match(reason, new RegExp(`the test ended at [\\d.]+, where the loss became ${bad}`));
    assertThrows(() => given([bad, 1]), `findLearningRate: the first loss is ${bad}, before any update`);
  }
});

const DATA = { x: randn([40, 3], random('x')), labels: Int32Array.from({ length: 40 }, (_, i) => i % 2) };

/** A model in the middle of its training, with an optimiser that has a state and two groups. */
function inTraining() {
  const model: Sequential = layered();
  const [weight, ...others] = model.parameters();
  const optimizer = new AdamW([{ params: [weight!] }, { params: others, lr: 0.02 }], {
    lr: cosine(0.01, { steps: 50 }),
  });
  const batches = new DataLoader(DATA, { batchSize: 8, shuffle: true, rng: random('batches') });
  const loss = ({ x, labels }: { x: Tensor; labels: Int32Array }): Tensor =>
    crossEntropy(model.forward(x), labels);
  train({ batches, steps: 7, optimizer, loss });
  (model.layers[1] as BatchNorm1d).eval();
  const facts = () => ({
    bits: bitsOf(model),
    state: optimizer.stateDict(),
    rates: optimizer.groups.map(({ lr }) => lr),
    modes: model.namedModules().map(([, module]) => module.training),
    grads: model.parameters().map(({ grad }) => grad && [...grad.data]),
    updates: optimizer.updates,
  });
  return { model, optimizer, batches, loss, facts };
}

test('afterwards model, gradients, optimiser, rates and modes are what they were, bit for bit', () => {
  const { model, optimizer, batches, loss, facts } = inTraining();
  const before = facts();
  let moved = false;
  const result = findLearningRate({
    model,
    optimizer,
    batches,
    loss: (batch) => {
      moved ||= model.parameters()[0]!.data[0] !== before.bits['layers.0.weight']![0];
      model.train();
      return loss(batch);
    },
  });
  assert.ok(moved && result.losses.length > 10);
  assert.equal(facts(), before);
});

test('they are also if the loss throws in the middle, and if it explodes', () => {
  const { model, optimizer, batches, loss, facts } = inTraining();
  const before = facts();
  const bad = (at: number, fail: () => Tensor) => () =>
    findLearningRate({
      model,
      optimizer,
      batches,
      loss: (batch, step) => (step < at ? loss(batch) : fail()),
    });
  const failing = bad(5, () => {
    throw new Error('from inside');
  });
  assertThrows(failing, 'from inside');
  assert.equal(facts(), before);
  assert.is(bad(5, () => model.parameters()[0]!.sum().mul(Number.NaN))().losses.length, 5);
  assert.equal(facts(), before);
  assertThrows(
    bad(0, () => 3 as never),
    'findLearningRate: the loss is a number',
  );
  assert.equal(facts(), before);
});

test('parameters of the optimiser that are not in the model come back too', () => {
  const model = new One();
  const scale = tensor([2], { requiresGrad: true });
  const optimizer = new SGD([...model.parameters(), scale], { lr: 0.5, momentum: 0.9 });
  const loss = (): Tensor => model.w.astype('float32').mul(scale).square().sum();
  findLearningRate({ model, optimizer, batches: [0], loss, from: 1e-3, to: 1, steps: 12 });
  assert.equal([model.w.item(), scale.item(), scale.grad], [1, 2, null]);
});

test('gradients of parameters that the optimiser does not hold come back, also where some were there', () => {
  const model = new Sequential(new Linear(2, 2, { rng: random(0) }), new Linear(2, 1, { rng: random(1) }));
  const x = randn([4, 2], random(2));
  const head = model.layers[1] as Linear;
  const optimizer = new SGD(head.parameters(), { lr: 0.1 });
  const loss = (): Tensor => (model.forward(x) as Tensor).square().mean();
  const grads = (): (number[] | null)[] =>
    model.parameters().map(({ grad }) => grad && Array.from(grad.data));
  for (const prepare of [() => model.zeroGrad(), () => loss().backward()]) {
    prepare();
    const before = grads();
    const objects = model.parameters().map(({ grad }) => grad);
    captureWarnings(() => findLearningRate({ model, optimizer, batches: [0], loss, steps: 12 }));
    assert.equal(grads(), before);
    assert.ok(model.parameters().every(({ grad }, i) => grad === objects[i]));
  }
});

test('a part that cannot be put back keeps no other from it, and the first error is thrown', () => {
  for (const failing of [false, true]) {
    const { model, optimizer, batches, loss, facts } = inTraining();
    const before = facts();
    const load = optimizer.loadStateDict.bind(optimizer);
    optimizer.loadStateDict = () => {
      throw new Error('no state');
    };
    const run = (): unknown =>
      findLearningRate({
        model,
        optimizer,
        batches,
        loss: (batch, step) => {
          if (failing && step === 3) throw new Error('from inside');
          return loss(batch);
        },
      });
    assertThrows(run, failing ? 'from inside' : 'no state');
    load(before.state);
    assert.equal(facts(), before);
  }
});

test('on a quadratic the suggestion lies below the rate beyond which descent diverges', () => {
  // For the loss mean (w·x − x)², x² = 1 in the mean, descent diverges above 1.
  const model = new One();
  model.set(5);
  const x = tensor([1, -1, 1, -1], { dtype: 'float64' });
  const { suggestion } = findLearningRate({
    model,
    optimizer: new SGD(model.parameters(), { lr: 0.1 }),
    batches: [0],
    loss: () => mseLoss(model.forward(x), x),
  });
  assert.ok(suggestion! > 0.01 && suggestion! < 1, String(suggestion));
});

test('options that are none are refused by name', () => {
  const model = new One();
  const optimizer = new SGD(model.parameters(), { lr: 0.5 });
  const right = { model, optimizer, batches: [0], loss: () => model.w.sum() };
  const run = (options: object) => () => findLearningRate({ ...right, ...options });
  assertThrows(run({ model: null }), 'findLearningRate: expected a model');
  assertThrows(
    run({ optimizer: { zeroGrad() {}, step() {} } }),
    'findLearningRate: expected an optimizer with a state',
  );
  assertThrows(run({ batches: 3 }), 'findLearningRate: expected batches');
  assertThrows(run({ batches: [] }), 'findLearningRate: batches yielded nothing');
  assertThrows(run({ loss: 3 }), 'findLearningRate: expected loss');
  assertThrows(run({ from: 0 }), 'findLearningRate: from is a finite number > 0, got 0');
  assertThrows(run({ from: 1, to: 1 }), 'findLearningRate: expected from < to, got 1 and 1');
  assertThrows(run({ steps: 1 }), 'findLearningRate: steps is a whole number ≥ 2, got 1');
  assertThrows(run({ divergence: 1 }), 'findLearningRate: divergence is a number > 1, got 1');
  assertThrows(run({ epochs: 1 }), 'findLearningRate: knows no option epochs');
  assertThrows(
    run({ batches: [0].values(), steps: 3 }),
    'findLearningRate: batches yielded nothing after 1 steps',
  );
  assert.equal(model.w.toArray(), zeros([1]).add(1).toArray());
  assert.is(optimizer.currentLr(), 0.5);
});

test('a schedule is back without a warning, and the generators of the model are where they were', () => {
  const model = new Sequential(new Linear(2, 2, { rng: random(0) }), new Dropout(0.5, { rng: random(1) }));
  const optimizer = new SGD(model.parameters(), { lr: cosine(0.1, { steps: 10 }) });
  const before = model.namedGenerators()[0]![1].state();
  const x = randn([4, 2], random(2));
  const run = (): unknown =>
    findLearningRate({
      model,
      optimizer,
      batches: [x],
      loss: (batch) => model.forward(batch).square().sum(),
      steps: 5,
    });
  assert.equal(captureWarnings(run), []);
  assert.is(String(optimizer.groups[0]!.lr), 'cosine(0.1, steps=10)');
  assert.is(model.namedGenerators()[0]![1].state(), before);
});
