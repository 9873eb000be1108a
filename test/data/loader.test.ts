/** Loaders of datasets with any columns, with rows that weigh more than others, and with a transform. */
import * as assert from 'uvu/assert';
import { classWeights, DataLoader } from '../../src/data/index.js';
import { crossEntropy, random, type Tensor, tensor, zeros } from '../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('loaders');
const x = tensor([[0], [1], [2], [3], [4]]);

test('every column comes out under its name, row by row', () => {
  const goal = { deep: true };
  const dataset = {
    x,
    labels: [3, 2, 1, 0, 9],
    mask: tensor([[[1, 0]], [[0, 1]], [[1, 1]], [[0, 0]], [[1, 0]]], { dtype: 'float64' }),
    word: ['a', 'b', 'c', 'd', 'e'],
    share: Float64Array.of(0.5, 0.25, 0.125, 1, 2),
    goal: [goal, null, undefined, goal, null],
  };
  const batches = [...new DataLoader(dataset, { batchSize: 3 })];
  const last = batches[1]!;
  assert.equal(Object.keys(last).sort(), ['goal', 'indices', 'labels', 'mask', 'share', 'word', 'x']);
  assert.equal(last.x.toArray(), [[3], [4]]);
  assert.equal(last.labels, Int32Array.of(0, 9));
  assert.equal([last.mask.toArray(), last.mask.dtype], [[[[0, 0]], [[1, 0]]], 'float64']);
  assert.equal(
    [last.word, last.share],
    [
      ['d', 'e'],
      [1, 2],
    ],
  );
  assert.is(last.goal[0], goal);
  assert.equal(batches[0]!.goal, [goal, null, undefined]);
});

test('labels may be left out, and so may x', () => {
  const [first] = [...new DataLoader({ x }, { batchSize: 2 })];
  assert.equal(Object.keys(first!).sort(), ['indices', 'x']);
  const unlabelled: { x: Tensor; labels?: number[] | undefined } = { x, labels: undefined };
  assert.equal(Object.keys([...new DataLoader(unlabelled, { batchSize: 5 })][0]!).sort(), ['indices', 'x']);
  const [pair] = [...new DataLoader({ source: ['a', 'b'], goal: zeros([2, 3]) }, { batchSize: 2 })];
  assert.equal(
    [pair!.source, pair!.goal.shape],
    [
      ['a', 'b'],
      [2, 3],
    ],
  );
});

test('x and labels are found where a class computes them', () => {
  class Lines {
    get x(): Tensor {
      return x;
    }
    get labels(): number[] {
      return [1, 2, 3, 4, 5];
    }
  }
  const [first] = [...new DataLoader(new Lines(), { batchSize: 2 })];
  assert.equal(
    [first!.x.shape, [...first!.labels]],
    [
      [2, 1],
      [1, 2],
    ],
  );
});

test('columns that a batch could not hold are refused by name', () => {
  const load = (dataset: object) => () => new DataLoader(dataset as { x: Tensor }, { batchSize: 1 });
  assertThrows(
    load({ x, mask: zeros([4, 1]) }),
    'DataLoader: x has 5 rows and mask 4; a column has one entry',
  );
  assertThrows(load({ word: ['a'], goal: ['b', 'c'] }), 'word has 1 rows and goal 2');
  assertThrows(load({ x, mask: tensor(1) }), 'DataLoader: mask has no axis');
  assertThrows(load({ x, labels: tensor(1) }), 'DataLoader: labels has no axis');
  assertThrows(
    load({ x, name: 'abcde' }),
    'DataLoader: the column name is a string; expected a Tensor, or a list',
  );
  assertThrows(load({ x, name: null }), 'the column name is null');
  assertThrows(load({ x, labels: 'abcde' }), 'the labels are a string; expected a list of classes');
  assertThrows(load({ x, indices: [0, 1, 2, 3, 4] }), 'a column is called indices');
  for (const nothing of [{}, [x], x, new Float32Array(3), null, { x: [[1]] }, { x: tensor(1) }])
    assertThrows(load(nothing as object), 'DataLoader: expected a dataset { x, labels }');
});

/** How often each row is drawn. */
function timesDrawn(weights: ArrayLike<number>, passes: number): number[] {
  const dataset = { row: Array.from(weights, (_, i) => i) };
  const loader = new DataLoader(dataset, {
    batchSize: 7,
    withReplacement: true,
    weights,
    rng: random('weights'),
  });
  const times = new Array<number>(weights.length).fill(0);
  for (let pass = 0; pass < passes; pass++)
    for (const { indices } of loader) for (const row of indices) times[row]!++;
  return times;
}

test('rows are drawn in proportion to their weights, and those of weight 0 never', () => {
  // 5 · 2000 draws of weights 0, 1, 0, 3, 0: the share of row 1 is 1/4 with a standard deviation of 43 draws.
  const times = timesDrawn([0, 1, 0, 3, 0], 2000);
  assert.is(times[1]! + times[3]!, 10000);
  assert.ok(Math.abs(times[1]! - 2500) < 5 * 43.3, String(times));
  const even = timesDrawn(Float32Array.of(7, 7, 7, 7), 2500);
  // A standard deviation of √(10000 · 1/4 · 3/4) = 43.3.
  for (const time of even) assert.ok(Math.abs(time - 2500) < 5 * 43.3, String(even));
  assert.equal(timesDrawn([1e-300], 3), [3]);
});

test('the order of the weights does not matter to their rows', () => {
  property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 9 }), (weights) => {
    fc.pre(weights.some((weight) => weight > 0));
    for (const [row, times] of timesDrawn(weights, 20).entries()) assert.ok(weights[row]! > 0 || times === 0);
  });
});

test('weights that are none are refused', () => {
  const load =
    (weights: unknown, more: object = {}) =>
    () =>
      new DataLoader(
        { x },
        { batchSize: 1, withReplacement: true, rng: random(0), weights: weights as number[], ...more },
      );
  assertThrows(load([1, 1, 1, 1, 1], { withReplacement: false }), 'weights needs withReplacement: true');
  assertThrows(load([1, 2]), 'DataLoader: 5 rows and 2 weights');
  assertThrows(load([1, 1, -1, 1, 1]), 'weight 2 is a finite number ≥ 0, got -1');
  assertThrows(load([1, 1, 1, 1, Number.NaN]), 'weight 4 is a finite number ≥ 0, got NaN');
  assertThrows(load([0, 0, 0, 0, 0]), 'the sum of the weights is a finite number > 0, got 0');
  assertThrows(load([1e308, 1e308, 0, 0, 0]), 'the sum of the weights is a finite number > 0, got Infinity');
  assertThrows(
    load('abcde'),
    'DataLoader: expected weights in a list, a number ≥ 0 for each row, got a string',
  );
});

test('a transform makes what comes out, once for each batch', () => {
  const seen: number[] = [];
  const loader = new DataLoader(
    { x, labels: [0, 1, 2, 3, 4] },
    {
      batchSize: 2,
      transform: (batch) => {
        seen.push(batch.indices.length);
        return { ...batch, x: batch.x.mul(10) };
      },
    },
  );
  assert.equal(
    [...loader].map((batch) => [batch.x.data.join(), batch.labels.join()]),
    [
      ['0,10', '0,1'],
      ['20,30', '2,3'],
      ['40', '4'],
    ],
  );
  assert.equal(seen, [2, 2, 1]);
  assert.equal([...new DataLoader({ x }, { batchSize: 3, transform: () => 0 })], [0, 0]);
});

test('a transform that gives no batch is refused', () => {
  const load = (transform: unknown) => () => [
    ...new DataLoader({ x }, { batchSize: 2, transform: transform as () => unknown }),
  ];
  assertThrows(
    load(() => {}),
    'DataLoader: transform returned undefined; return the batch',
  );
  assertThrows(
    load(async () => x),
    'DataLoader: the function returned a promise; transform cannot wait',
  );
  assertThrows(load('double'), 'DataLoader: expected transform, a function of a batch, got a string');
});

test('the text of a loader has neither weights nor functions', () => {
  const loader = new DataLoader(
    { x },
    {
      batchSize: 2,
      withReplacement: true,
      weights: [1, 2, 3, 4, 5],
      rng: random(0),
      transform: (batch) => batch,
    },
  );
  assert.is(String(loader), 'DataLoader(5 rows, batchSize=2, withReplacement=true): 3 batches');
});

test('balanced classes count the same, and the weights of all rows sum to their number', () => {
  // By hand: 8 rows, 3 classes with rows: 8/(3 · 4), 8/(3 · 1), none, 8/(3 · 3).
  assertClose(classWeights([0, 0, 3, 0, 1, 3, 0, 3]).data, [2 / 3, 8 / 3, 0, 8 / 9]);
  assert.equal(classWeights(Uint8Array.of(1, 0), { classes: 4 }).shape, [4]);
  assertSame(classWeights(Uint8Array.of(1, 0), { classes: 4 }).data, [1, 1, 0, 0]);
  property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 30 }), (labels) => {
    const { data } = classWeights(labels);
    const shares = new Set(
      labels.map((label) => Math.fround(data[label]! * labels.filter((l) => l === label).length)),
    );
    assertClose(
      [...shares],
      [...shares].map(() => labels.length / new Set(labels).size),
      { relative: 1e-6 },
    );
  });
});

test('balanced weights are taken by the loss', () => {
  const labels = [0, 0, 0, 1];
  const loss = crossEntropy(
    tensor([
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
    ]),
    labels,
    { weight: classWeights(labels) },
  );
  // Each class has half the weight: the mean of log(1 + e⁻²) = .126928011 and log(1 + e²) = 2.126928011.
  assertClose([loss.item()], [1.126928011]);
});

test('labels without classes have no weights', () => {
  assertThrows(() => classWeights([]), 'classWeights: got no labels');
  assertThrows(() => classWeights([0, -1]), 'label 1 is a whole number from 0 to 24999999, got -1');
  assertThrows(() => classWeights([0, 4], { classes: 3 }), 'label 1 is a whole number from 0 to 2, got 4');
  assertThrows(
    () => classWeights([0.5]),
    'classWeights: label 0 is a whole number from 0 to 24999999, got 0.5',
  );
  assertThrows(
    () => classWeights(zeros([2]) as never),
    'expected labels in a list, one class for each row, got a Tensor',
  );
});

test('more classes than memory has room for are refused before it is taken', () => {
  for (const label of [2 ** 31 - 1, 25e6, 1e300])
    assertThrows(
      () => classWeights([0, label]),
      `classWeights: label 1 is a whole number from 0 to 24999999, got ${label}`,
    );
  for (const classes of [25_000_001, 2 ** 32, 1e300])
    assertThrows(
      () => classWeights([0], { classes }),
      `classWeights: classes is a whole number from 1 to 25000000, got ${classes}`,
    );
  assert.is(classWeights([200_000]).size, 200_001);
});
