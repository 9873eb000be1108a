import * as assert from 'uvu/assert';
import { random, tensor } from '../../src/index.js';
import {
  constant,
  eye,
  normal,
  ones,
  sparse,
  truncatedNormal,
  uniform,
  zeros,
} from '../../src/init/index.js';
import { Linear, Sequential } from '../../src/nn/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { assertDistribution, normalDistribution } from '../support/statistics.js';
import { suite } from '../support/suite.js';

const test = suite('constants, identities and sparse columns');
const rng = random(1);

test('zeros, ones and constant fill every element of any shape', () => {
  for (const [shape, size] of [
    [[], 1],
    [[3], 3],
    [[2, 3], 6],
    [[2, 1, 3, 2], 12],
    [[0, 4], 0],
  ] as const) {
    assertSame(zeros()(shape, null, rng), new Array<number>(size).fill(0));
    assertSame(ones()(shape, null, rng), new Array<number>(size).fill(1));
    assertSame(constant(-0.25)(shape, null, rng), new Array<number>(size).fill(-0.25));
  }
});

test('a constant draws nothing: the generator goes on as if it had not been asked', () => {
  const used = random(2);
  constant(3)([100], null, used);
  eye()([10, 10], null, used);
  assert.is(used.uniform(), random(2).uniform());
});

/** Trains a net of two layers with constant weights, and returns the number of different hidden columns. */
function distinctColumns(init: ReturnType<typeof constant>): number {
  const first = new Linear(3, 5, { rng: random(3), init, dtype: 'float64' });
  const second = new Linear(5, 2, { rng: random(4), init, dtype: 'float64' });
  const model = new Sequential(first, (x) => x.tanh(), second);
  const x = tensor([[0.5, -1, 2], [1, 1, -1]], { dtype: 'float64' }); // biome-ignore format: a matrix
  const target = tensor([[1, -1], [0.5, 2]], { dtype: 'float64' }); // biome-ignore format: a matrix
  for (let step = 0; step < 20; step++) {
    model.zeroGrad();
    model.forward(x).sub(target).square().sum().backward();
    for (const parameter of model.parameters())
      parameter.assign(parameter.data.map((w, i) => w - 0.05 * parameter.grad!.data[i]!));
  }
  const column = (j: number): string => [0, 1, 2].map((i) => first.weight.data[i * 5 + j]).join();
  return new Set([0, 1, 2, 3, 4].map(column)).size;
}

test('hidden units that start from one constant stay identical through training; drawn ones do not', () => {
  assert.is(distinctColumns(constant(0.01)), 1);
  assert.is(distinctColumns(zeros()), 1);
  assert.is(distinctColumns(normal({ std: 0.01 })), 5);
});

test('eye has the gain on the diagonal and 0 elsewhere, square, tall and wide', () => {
  assertSame(eye()([2, 2], null, rng), [1, 0, 0, 1]);
  assertSame(eye({ gain: 0.5 })([3, 2], null, rng), [0.5, 0, 0, 0.5, 0, 0]);
  assertSame(eye()([4, 1], null, rng), [1, 0, 0, 0]);
  assertSame(eye()([5, 2], null, rng), [1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  assertSame(eye({ gain: -2 })([2, 3], null, rng), [-2, 0, 0, 0, -2, 0]);
});

test('a layer that starts from eye passes its input on', () => {
  const layer = new Linear(3, 3, { rng: random(1), init: eye() });
  assertSame(layer.forward(tensor([[1.5, -2, 3]])).data, [1.5, -2, 3]);
});

test('eye refuses what is not a matrix, and a gain that is not finite', () => {
  for (const shape of [[], [4], [2, 2, 2]])
    assertThrows(() => eye()(shape, null, rng), 'eye: expected a matrix, got shape', `[${shape.join(', ')}]`);
  assertThrows(() => eye({ gain: Number.NaN }), 'eye: gain is a finite number, got NaN');
});

/** The number of zeros in each column of a [rows, columns] matrix. */
function zerosPerColumn(values: ArrayLike<number>, rows: number, columns: number): number[] {
  return Array.from({ length: columns }, (_, j) => {
    let zeros = 0;
    for (let i = 0; i < rows; i++) if (values[i * columns + j] === 0) zeros++;
    return zeros;
  });
}

test('sparse puts ⌈sparsity · rows⌉ zeros into every column', () => {
  property(
    fc.record({
      rows: fc.integer({ min: 1, max: 40 }),
      columns: fc.integer({ min: 1, max: 40 }),
      percent: fc.integer({ min: 0, max: 100 }),
      seed: fc.nat(),
    }),
    ({ rows, columns, percent, seed }) => {
      const values = sparse({ sparsity: percent / 100 })([rows, columns], null, random(seed));
      // The expected number is counted in hundredths, since 0.55 · 100 is a little more than 55 in floating point.
      const expected = Math.floor((percent * rows + 99) / 100);
      assert.equal(zerosPerColumn(values, rows, columns), new Array<number>(columns).fill(expected));
    },
    200,
  );
});

test('sparsity 0.55 of 100 rows is 55 zeros', () => {
  const values = sparse({ sparsity: 0.55 })([100, 3], null, random(5));
  assert.equal(zerosPerColumn(values, 100, 3), [55, 55, 55]);
});

test('zeros put into rows instead of columns would be noticed', () => {
  const rows = 30;
  const columns = 20;
  const wrong = sparse({ sparsity: 0.4 })([columns, rows], null, random(6));
  const turned = Array.from(wrong, (_, i) => wrong[(i % columns) * rows + Math.floor(i / columns)]!);
  assert.not.equal(zerosPerColumn(turned, rows, columns), new Array<number>(columns).fill(12));
});

test('the elements that sparse leaves are normal with the given std, 0.01 unless told otherwise', () => {
  for (const [options, std] of [
    [{ sparsity: 0.3 }, 0.01],
    [{ sparsity: 0.3, std: 2 }, 2],
  ] as const) {
    const values = sparse(options)([400, 200], null, random(7)).filter((x) => x !== 0);
    assert.is(values.length, 280 * 200);
    assertDistribution(values, normalDistribution(0, std));
  }
});

test('the zeros of sparse fall on every row equally often, and columns choose for themselves', () => {
  const [rows, columns] = [10, 20_000];
  const values = sparse({ sparsity: 0.3 })([rows, columns], null, random(8));
  const patterns = new Set<string>();
  const counts = new Array<number>(rows).fill(0);
  for (let j = 0; j < columns; j++) {
    const hit = counts.map((_, i) => (values[i * columns + j] === 0 ? 1 : 0));
    hit.forEach((zero, i) => void (counts[i]! += zero));
    patterns.add(hit.join(''));
  }
  const spread = Math.sqrt(columns * 0.3 * 0.7);
  assert.ok(
    counts.every((count) => Math.abs(count - 0.3 * columns) < 5 * spread),
    counts.join(),
  );
  assert.is(patterns.size, 120, 'all of the 10 over 3 choices occur');
});

test('sparse refuses what is not a matrix, and numbers out of range', () => {
  for (const shape of [[4], [2, 2, 2]])
    assertThrows(
      () => sparse({ sparsity: 0.1 })(shape, null, rng),
      'sparse: expected a matrix',
      `[${shape.join(', ')}]`,
    );
  for (const sparsity of [-0.1, 1.1, Number.NaN])
    assertThrows(() => sparse({ sparsity }), `sparse: sparsity lies in [0, 1], got ${sparsity}`);
  assertThrows(() => sparse({ sparsity: 0.1, std: -1 }), 'sparse: std is a finite number ≥ 0, got -1');
});

test('shapes that are no lists of whole numbers from 0 are refused', () => {
  for (const init of [zeros(), ones(), eye(), normal(), uniform(0, 1), truncatedNormal()])
    for (const shape of [
      [-2, 3],
      [2, 1.5],
      [Number.NaN, 2],
    ])
      assertThrows(
        () => init(shape, null, rng),
        'a shape is a list of whole numbers ≥ 0',
        `[${shape.join(', ')}]`,
      );
});
