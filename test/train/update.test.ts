import * as assert from 'uvu/assert';
import { DataLoader } from '../../src/data/index.js';
import { crossEntropy, indexSelect, mseLoss, randn, random, type Tensor, tensor } from '../../src/index.js';
import { Linear } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { type TrainEvent, type TrainOptions, train } from '../../src/train/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';
import { descent } from './models.js';

const test = suite('updates');
const ROWS = 12;
const X = randn([ROWS, 3], random('rows'), { dtype: 'float64' });
const Y = randn([ROWS, 2], random('targets'), { dtype: 'float64' });
const LABELS = Array.from({ length: ROWS }, (_, i) => (i * 5) % 4);

interface Batch {
  readonly x: Tensor;
  readonly indices: readonly number[];
}

const batchOf = (indices: readonly number[]): Batch => ({ x: indexSelect(X, 0, indices), indices });

/** Sizes of batches, 1 … 4 of them with at most 3 rows, and the batches, in the order of the rows. */
const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
function batchesOf(lengths: readonly number[]): Batch[] {
  let from = 0;
  return lengths.map((length) => {
    const indices = Array.from({ length }, (_, i) => from + i);
    from += length;
    return batchOf(indices);
  });
}

/** The parameters after one step at the rate 1, and the history: what the step took away is the gradient. */
function afterOneStep<B>(
  options: Pick<TrainOptions<B>, 'batches' | 'accumulate' | 'count'>,
  loss: (model: Linear, batch: B) => Tensor,
) {
  const model = new Linear(3, 4, { rng: random(2), dtype: 'float64' });
  const optimizer = new SGD(model.parameters(), { lr: 1 });
  const history = train({ ...options, steps: 1, optimizer, loss: (batch: B) => loss(model, batch) });
  return { values: model.parameters().flatMap(({ data }) => [...data]), loss: history.loss };
}

const squares = (model: Linear, { x, indices }: Batch): Tensor =>
  mseLoss(
    model.forward(x).matmul(
      tensor(
        [
          [1, 0],
          [0, 1],
          [1, 1],
          [2, 0],
        ],
        { dtype: 'float64' },
      ),
    ),
    indexSelect(Y, 0, indices),
  );

test('batches of unequal sizes that make one update have the gradient and the loss of one batch', () =>
  property(sizes, (lengths) => {
    const parts = batchesOf(lengths);
    const whole = [batchOf(parts.flatMap(({ indices }) => indices))];
    const one = afterOneStep({ batches: whole }, squares);
    const many = afterOneStep({ batches: parts, accumulate: parts.length }, squares);
    assertClose(many.values, one.values, { relative: 1e-12, absolute: 1e-12 });
    assertClose(many.loss, one.loss, { relative: 1e-12 });
  }));

test('where targets are ignored, a count of those that are kept gives the gradient of one batch', () =>
  property(
    fc.tuple(sizes, fc.array(fc.boolean(), { minLength: ROWS, maxLength: ROWS })),
    ([lengths, kept]) => {
      const labelsOf = ({ indices }: Batch): number[] => indices.map((i) => (kept[i] ? LABELS[i]! : -100));
      const loss = (model: Linear, batch: Batch): Tensor =>
        crossEntropy(model.forward(batch.x), labelsOf(batch), { ignoreIndex: -100 });
      const count = (batch: Batch): number => labelsOf(batch).filter((label) => label >= 0).length;
      const parts = batchesOf(lengths);
      const whole = batchOf(parts.flatMap(({ indices }) => indices));
      if (count(whole) === 0) return;
      const one = afterOneStep({ batches: [whole] }, loss);
      const many = afterOneStep({ batches: parts, accumulate: parts.length, count }, loss);
      assertClose(many.values, one.values, { relative: 1e-12, absolute: 1e-12 });
      assertClose(many.loss, one.loss, { relative: 1e-12 });
    },
  ));

test('with class weights, the sum of the weights of the kept targets gives the gradient of one batch', () =>
  property(
    fc.tuple(sizes, fc.array(fc.boolean(), { minLength: ROWS, maxLength: ROWS })),
    ([lengths, kept]) => {
      const weight = [0.25, 3, 0, 1.5];
      const labelsOf = ({ indices }: Batch): number[] => indices.map((i) => (kept[i] ? LABELS[i]! : -100));
      const loss = (model: Linear, batch: Batch): Tensor =>
        crossEntropy(model.forward(batch.x), labelsOf(batch), { weight, ignoreIndex: -100 });
      const count = (batch: Batch): number =>
        labelsOf(batch).reduce((sum, label) => sum + (label < 0 ? 0 : weight[label]!), 0);
      const parts = batchesOf(lengths);
      const whole = batchOf(parts.flatMap(({ indices }) => indices));
      if (count(whole) === 0) return;
      const one = afterOneStep({ batches: [whole] }, loss);
      const many = afterOneStep({ batches: parts, accumulate: parts.length, count }, loss);
      assertClose(many.values, one.values, { relative: 1e-12, absolute: 1e-12 });
      assertClose(many.loss, one.loss, { relative: 1e-12 });
    },
  ));

test('the loss of an update is the mean over its examples, worked out by hand', () => {
  const { w, optimizer } = descent(1);
  // The loss is w · the batch's number: gradients 2 of 1 example and 8 of 3. Mean: (1 · 2 + 3 · 8) / 4 = 6.5.
  const batches = [
    { x: tensor([2]), value: 2 },
    { x: tensor([8, 8, 8]), value: 8 },
  ];
  const { loss } = train({ batches, steps: 1, accumulate: 2, optimizer, loss: ({ value }) => w.mul(value) });
  assert.equal(loss, [6.5]);
  assert.is(w.item(), 1 - 0.25 * 6.5);
});

/** The batches of each update, in a run of some epochs or steps over the batches 0, 1, 2, 3, 4. */
function updates(options: Pick<TrainOptions<number>, 'steps' | 'epochs' | 'accumulate'>): number[][] {
  const { optimizer, loss } = descent();
  const groups: number[][] = [[]];
  train({
    ...options,
    batches: [0, 1, 2, 3, 4],
    count: () => 1,
    optimizer,
    loss: (batch) => {
      groups.at(-1)!.push(batch);
      return loss();
    },
    callbacks: [() => void groups.push([])],
  });
  return groups.slice(0, -1);
}

test('steps count updates, and what is left at the end of a pass makes an update of its own', () => {
  assert.equal(updates({ steps: 4, accumulate: 2 }), [[0, 1], [2, 3], [4], [0, 1]]);
  assert.equal(updates({ epochs: 2, accumulate: 3 }), [
    [0, 1, 2],
    [3, 4],
    [0, 1, 2],
    [3, 4],
  ]);
  assert.equal(updates({ epochs: 1, accumulate: 9 }), [[0, 1, 2, 3, 4]]);
});

test('no batch is taken that no update needs', () => {
  let taken = 0;
  const batches = {
    *[Symbol.iterator]() {
      for (;;) yield taken++;
    },
  };
  const { optimizer, loss } = descent();
  train({ batches, steps: 2, accumulate: 3, count: () => 1, optimizer, loss });
  assert.is(taken, 6);
});

test('an incomplete last update is weighed by its own examples', () => {
  const { w, optimizer } = descent(0, 1);
  const batches = [1, 1, 1].map((value) => ({ x: tensor([value]) }));
  train({ batches, epochs: 1, accumulate: 2, optimizer, loss: () => w.mul(1) });
  assert.is(w.item(), -2, 'two updates with the gradient 1');
});

test('examples are counted on the first axis, in a list, or by the labels', () => {
  const weighed = <B>(batches: readonly [B, B]): number => {
    const { w, optimizer } = descent(0, 1);
    train({
      batches,
      steps: 1,
      accumulate: 2,
      optimizer,
      loss: (batch) => w.mul(batch === batches[1] ? 1 : 0),
    });
    return -w.item();
  };
  assert.is(weighed([tensor([[1, 2, 3]]), tensor([[1], [2], [3]])]), 0.75);
  assert.is(weighed([{ x: tensor([[1, 2]]) }, { x: tensor([[1], [2], [3]]) }]), 0.75);
  assert.is(weighed([[1], [1, 2, 3]]), 0.75);
  assert.is(weighed([['a'], ['b', 'c', 'd']]), 0.75);
  assert.is(weighed([new Float32Array(1), new Float32Array(3)]), 0.75);
  assert.is(weighed([{ labels: [1] }, { labels: new Int32Array(3) }]), 0.75);
  assert.is(weighed([{ labels: tensor([1]) }, { labels: tensor([1, 1, 1]) }]), 0.75);
  const x = randn([4, 1], random(0));
  const loader = [...new DataLoader({ x, labels: [0, 0, 0, 0] }, { batchSize: 3 })];
  assert.is(weighed([loader[0]!, loader[1]!]), 0.25);
});

test('batches whose examples cannot be counted are refused with the fix', () => {
  const { w, optimizer, loss } = descent();
  const run =
    <B>(batches: readonly B[], count?: (batch: B) => number) =>
    () =>
      train({ batches, steps: 1, accumulate: 2, optimizer, loss, ...(count ? { count } : {}) });
  const pair = [tensor([1]), tensor([2])];
  for (const batch of [pair, 7, null, 'ab', {}, tensor(1), [[1], [2]], { x: 3 }])
    assertThrows(
      run([batch, batch]),
      'train: accumulate weighs the loss of a batch by its examples',
      'pass count',
    );
  assertThrows(
    run([1, 2], () => -1),
    'train: the count of a batch',
    '≥ 0, got -1',
  );
  assertThrows(
    run([1, 2], () => Number.NaN),
    'train: the count of a batch',
  );
  assertThrows(
    run([1, 2], () => '2' as never),
    "got '2'",
  );
  assertThrows(
    run([1, 2], () => 0),
    'train: the 2 batches of an update have no example',
  );
  assert.is(w.item(), 4);
  // A batch that is alone is counted only where `count` says how.
  run([7])();
  assert.is(w.item(), 2);
});

test('a batch that is alone and has no example is refused like several, with or without accumulation', () => {
  const message = 'train: the batch of an update has no example';
  for (const [accumulate, batches] of [
    [1, [2, 0]],
    [2, [2, 2, 0]],
  ] as const) {
    const { w, optimizer, loss } = descent();
    let asked = 0;
    const run = (): unknown =>
      train({
        batches,
        epochs: 1,
        accumulate,
        count: (n) => n,
        optimizer,
        allowNonFinite: true,
        loss: () => {
          asked++;
          return loss();
        },
      });
    assertThrows(run, message, 'leave such batches out');
    assert.is(asked, accumulate, 'the loss of a mean over none is not computed');
    assert.is(w.item(), 2);
  }
});

test('a batch without an example that counts is passed over beside others', () => {
  const { w, optimizer } = descent(1, 1);
  const { loss } = train({
    batches: [0, 2],
    steps: 1,
    accumulate: 2,
    count: (n) => n,
    optimizer,
    loss: (n) => w.mul(n / n),
  });
  assert.equal(loss, [1]);
  assert.is(w.item(), 0);
});

test('a loss that is not finite in a later batch changes no parameter and leaves no gradient', () => {
  const model = new Linear(3, 4, { rng: random(2) });
  const before = [...model.weight.data];
  const optimizer = new SGD(model.parameters(), { lr: 1 });
  const batches = [1, Number.NaN];
  assertThrows(
    () =>
      train({
        batches,
        steps: 1,
        accumulate: 2,
        count: () => 1,
        optimizer,
        loss: (scale) => model.forward(X.astype('float32')).mul(scale).mean(),
      }),
    'train: the loss became NaN at step 1',
  );
  assert.equal([...model.weight.data], before);
  assert.is(model.weight.grad, null);
  assert.is(optimizer.updates, 0);
});

test('a loss of several numbers is refused also where its gradient would be scaled', () => {
  const { w, optimizer } = descent();
  assertThrows(
    () =>
      train({ batches: [[1], [2]], steps: 1, accumulate: 2, optimizer, loss: () => w.mul(tensor([1, 2])) }),
    'backward',
  );
  assert.is(w.item(), 4);
});

/** The parameters, from (0, 0), after one step at the rate 1 on the loss 3·a + 4·b, and the events. */
function clipped(options: {
  clipNorm?: number;
  clipValue?: number;
  scale?: number;
  allowNonFinite?: boolean;
}) {
  const { scale = 1, ...rest } = options;
  const [a, b] = [0, 0].map((value) => tensor([value], { requiresGrad: true, dtype: 'float64' })) as [
    Tensor,
    Tensor,
  ];
  const optimizer = new SGD([{ params: [a] }, { params: [b] }], { lr: 1 });
  const events: TrainEvent[] = [];
  const loss = (): Tensor =>
    a
      .mul(3 * scale)
      .add(b.mul(4 * scale))
      .sum();
  train({
    batches: [0],
    steps: 1,
    optimizer,
    loss,
    callbacks: [(event) => void events.push(event)],
    ...rest,
  });
  return { values: [a.item(), b.item()], gradNorm: events[0]!.gradNorm };
}

test('gradients of all groups are scaled to the norm together, and callbacks are told the norm before', () => {
  const { values, gradNorm } = clipped({ clipNorm: 1 });
  assertClose(values, [-0.6, -0.8], { relative: 1e-15 });
  assert.is(gradNorm, 5);
  assert.equal(clipped({ clipNorm: 5 }).values, [-3, -4], 'a norm at the limit is left alone');
  assert.equal(clipped({ clipNorm: Infinity }), { values: [-3, -4], gradNorm: 5 });
});

test('gradients are clipped element by element, and no norm is computed', () => {
  assert.equal(clipped({ clipValue: 3.5 }), { values: [-3, -3.5], gradNorm: undefined });
  assert.equal(clipped({}), { values: [-3, -4], gradNorm: undefined });
});

test('clipping sees the mean gradient of all batches of an update', () => {
  const w = tensor(0, { requiresGrad: true });
  const optimizer = new SGD([w], { lr: 1 });
  const norms: (number | undefined)[] = [];
  train({
    batches: [10, -6],
    steps: 1,
    accumulate: 2,
    count: () => 1,
    optimizer,
    loss: (slope) => w.mul(slope),
    clipNorm: 1,
    callbacks: [({ gradNorm }) => void norms.push(gradNorm)],
  });
  assert.equal(norms, [2]);
  assert.is(w.item(), -1);
});

test('gradients that are not finite are refused by train before anything changes', () => {
  const w = tensor([0, 4], { requiresGrad: true });
  const optimizer = new SGD([w], { lr: 1 });
  const run = (allowNonFinite: boolean) =>
    train({ batches: [0], steps: 1, optimizer, loss: () => w.sqrt().sum(), clipNorm: 1, allowNonFinite });
  assertThrows(
    () => run(false),
    'train: the norm of the gradients became Infinity at step 1',
    'detectAnomaly',
  );
  assert.equal(w.toArray(), [0, 4]);
  assert.is(w.grad, null);
  run(true);
  assert.equal(w.toArray(), [-Infinity, 3.75]);
});

test('a gradient that is NaN is refused where elements are clipped, and one that is infinite becomes the limit', () => {
  const w = tensor([0, 4], { requiresGrad: true }).named('weights');
  const optimizer = new SGD([w], { lr: 1 });
  // The loss √(w²) is finite at 0, and its slope there is ∞ · 0.
  const run = (loss: () => Tensor, allowNonFinite: boolean) =>
    train({ batches: [0], steps: 1, optimizer, loss, clipValue: 0.5, allowNonFinite });
  const absolute = (): Tensor => w.square().sqrt().sum();
  assertThrows(
    () => run(absolute, false),
    'train: the gradient of weights became NaN at step 1, though the loss is finite',
    'detectAnomaly',
  );
  assert.equal(w.toArray(), [0, 4]);
  assert.is(w.grad, null);
  assert.is(optimizer.updates, 0);
  run(() => w.sqrt().sum(), false);
  assert.equal(w.toArray(), [-0.5, 3.75]);
  w.assign([0, 4]);
  run(absolute, true);
  assert.equal(w.toArray(), [Number.NaN, 3.5]);
});

test('options of updates that are none are refused', () => {
  const { optimizer, loss } = descent();
  const run = (options: object) => () => train({ batches: [1], steps: 1, optimizer, loss, ...options });
  assertThrows(run({ accumulate: 0 }), 'train: accumulate is a whole number ≥ 1, got 0');
  assertThrows(run({ accumulate: 1.5 }), 'train: accumulate is a whole number');
  assertThrows(run({ clipNorm: 0 }), 'train: clipNorm is a number > 0, got 0');
  assertThrows(run({ clipValue: -1 }), 'train: clipValue is a number > 0, got -1');
  assertThrows(run({ count: 3 }), 'train: expected count, a function from a batch to a number');
  const sgd = new SGD([tensor(1, { requiresGrad: true })], { lr: 1 });
  assertThrows(run({ optimizer: sgd, clipNorm: 1, clipValue: 1 }), 'either clipNorm or clipValue');
  assertThrows(
    run({ clipNorm: 1 }),
    'clipping needs the parameters of the optimizer, its groups [{ params }]',
  );
});
