/** Splits of datasets: sizes by hand, and what every split has to satisfy. */
import * as assert from 'uvu/assert';
import { ImageSet, randomSplit, spiral, subset } from '../../src/data/index.js';
import { random, tensor, zeros } from '../../src/index.js';
import { assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('splits');

/** Rows that hold their own position, with classes. */
function numbered(labels: readonly number[]) {
  const x = tensor(Float32Array.from(labels, (_, i) => i)).reshape([labels.length, 1]);
  return { x, labels, name: labels.map((_, i) => `row ${i}`) };
}

const rowsOf = (part: { x: { data: ArrayLike<number> } }): number[] => Array.from(part.x.data);
const countOf = (labels: ArrayLike<number>, label: number): number =>
  Array.from(labels).filter((one) => one === label).length;
const sizesFor = (n: number, parts: readonly number[]): number[] =>
  randomSplit(numbered(new Array<number>(n).fill(0)), parts, { rng: random(0) }).map(
    (part) => part.labels.length,
  );

test('chosen rows come in the order of their positions, repeats too, in every column', () => {
  const { x, labels, name } = subset(numbered([5, 6, 7]), [2, 0, 2]);
  assert.equal(x.toArray(), [[2], [0], [2]]);
  assert.equal(labels, Int32Array.of(7, 5, 7));
  assert.equal(name, ['row 2', 'row 0', 'row 2']);
  assert.equal(subset(numbered([5, 6, 7]), []).x.shape, [0, 1]);
  assert.is(subset({ x: zeros([2, 2], { dtype: 'float64' }) }, new Uint8Array([1])).x.dtype, 'float64');
});

test('chosen images are images, copied', () => {
  const images = new ImageSet(Uint8Array.of(1, 2, 3, 4, 5, 6), Uint8Array.of(7, 8, 9), 1, 2);
  const some = subset(images, [2, 0]);
  assert.is(String(some), 'ImageSet(2 images of 1 × 2)');
  assert.equal(some.pixels, Uint8Array.of(5, 6, 1, 2));
  assert.equal(some.labels, Uint8Array.of(9, 7));
  some.pixels[0] = 200;
  assert.is(images.pixels[4], 5);
});

test('positions that do not exist are refused', () => {
  for (const index of [-1, 3, 0.5, Number.NaN])
    assertThrows(
      () => subset(numbered([0, 0, 0]), [0, index]),
      `subset: row ${index} does not exist; there are 3`,
    );
});

test('what is no list of positions is refused, in the same words for columns and images', () => {
  const images = new ImageSet(new Uint8Array(2), new Uint8Array(2), 1, 1);
  const takers: [string, (positions: number[]) => unknown][] = [
    ['subset', (positions) => subset(numbered([0, 0]), positions)],
    ['subset', (positions) => subset(images, positions)],
    ['images', (positions) => images.images(positions)],
    ['labelsOf', (positions) => images.labelsOf(positions)],
  ];
  for (const [op, take] of takers) {
    for (const [wrong, kind] of [
      [new DataView(new ArrayBuffer(8)), 'a DataView'],
      [new BigInt64Array(1), 'a BigInt64Array'],
      [{ length: 1, 0: 0 }, 'an object'],
      ['01', 'a string'],
      [null, 'null'],
    ] as const)
      assertThrows(() => take(wrong as never), `${op}: expected positions in a list, got ${kind}`);
    assertThrows(() => take([0, 2]), `${op}: `, ' 2 does not exist; there are 2, counted from 0');
    assertThrows(() => take(['0' as never]), `${op}: `, " '0' does not exist");
    take(new Uint8Array([1, 0]) as never);
  }
});

test('sizes are those that were asked for, or shares by the largest remainder', () => {
  assert.equal(sizesFor(10, [7, 0, 3]), [7, 0, 3]);
  assert.equal(sizesFor(10, [0.8, 0.1, 0.1]), [8, 1, 1]);
  // 3.5 + 3.5 + 3: the one row that is left goes to the first of equal fractions.
  assert.equal(sizesFor(10, [0.35, 0.35, 0.3]), [4, 3, 3]);
  // 1.7 + 1.7 + 1.6: two are left, for the fractions .7.
  assert.equal(sizesFor(5, [0.34, 0.34, 0.32]), [2, 2, 1]);
  // 1.25 + 3.75: the larger fraction is that of the second.
  assert.equal(sizesFor(5, [0.25, 0.75]), [1, 4]);
  // In binary 0.57 · 100 is 56.99999999999999.
  assert.equal(sizesFor(100, [0.57, 0.43]), [57, 43]);
  assert.equal(sizesFor(3, [1 / 3, 1 / 3, 1 / 3]), [1, 1, 1]);
  assert.equal(sizesFor(7, [1]), [7]);
  assert.equal(sizesFor(1, [1, 0]), [1, 0]);
  assert.equal(sizesFor(0, [0.5, 0.5]), [0, 0]);
});

test('every row lies in exactly one part, in an order that the seed decides', () => {
  const data = numbered(new Array<number>(50).fill(0));
  const parts = randomSplit(data, [0.6, 0.4], { rng: random(1) });
  const rows = parts.flatMap(rowsOf);
  assert.equal(
    [...rows].sort((a, b) => a - b),
    rowsOf(data),
  );
  for (const part of parts) {
    const own = rowsOf(part);
    assert.not.equal(
      own,
      [...own].sort((a, b) => a - b),
    );
    assert.equal(
      part.name,
      own.map((i) => `row ${i}`),
    );
  }
  assert.equal(randomSplit(data, [0.6, 0.4], { rng: random(1) }).flatMap(rowsOf), rows);
  assert.not.equal(randomSplit(data, [0.6, 0.4], { rng: random(2) }).flatMap(rowsOf), rows);
});

test('every row has the same chance to be in a part', () => {
  const rng = random(5);
  const times = new Array<number>(6).fill(0);
  const data = numbered([0, 0, 0, 0, 1, 1]);
  for (let i = 0; i < 3000; i++)
    for (const row of rowsOf(randomSplit(data, [2, 4], { rng })[0])) times[row]!++;
  // 1000 expected of each, with a standard deviation of √(3000 · 1/3 · 2/3) = 25.8; five of them are 129.
  for (const time of times) assert.ok(Math.abs(time - 1000) < 130, String(times));
});

test('a stratified split divides each class, and not only the rows', () => {
  // Sorted by class, as files often are.
  const labels = [...new Array<number>(80).fill(0), ...new Array<number>(20).fill(1)];
  const [train, rest] = randomSplit(numbered(labels), [0.75, 0.25], { rng: random(0), stratify: true });
  assert.equal([countOf(train.labels, 0), countOf(train.labels, 1)], [60, 15]);
  assert.equal([countOf(rest.labels, 0), countOf(rest.labels, 1)], [20, 5]);
});

test('classes that do not divide do not all favour the first part', () => {
  // Ten classes of three rows: each gives one part two rows, and each part still has fifteen.
  const labels = Array.from({ length: 30 }, (_, i) => i % 10);
  const halves = randomSplit(numbered(labels), [0.5, 0.5], { rng: random(0), stratify: true });
  assert.equal(
    halves.map((part) => part.labels.length),
    [15, 15],
  );
});

test('a stratified split keeps the sizes, and rounds each class up or down', () => {
  const drawn = fc.record({
    labels: fc.array(fc.integer({ min: -2, max: 4 }), { minLength: 1, maxLength: 40 }),
    cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
    seed: fc.integer(),
  });
  property(
    drawn,
    ({ labels, cuts, seed }) => {
      const bounds = [
        0,
        ...cuts.map((cut) => Math.round(cut * labels.length)).sort((a, b) => a - b),
        labels.length,
      ];
      const sizes = bounds.slice(1).map((bound, i) => bound - bounds[i]!);
      const parts = randomSplit(numbered(labels), sizes, { rng: random(seed), stratify: true });
      assert.equal(
        parts.map(({ labels: own }) => own.length),
        sizes,
      );
      assert.equal(
        parts.flatMap(rowsOf).sort((a, b) => a - b),
        labels.map((_, i) => i),
      );
      for (const label of new Set(labels))
        for (const [i, part] of parts.entries()) {
          const exact = (countOf(labels, label) * sizes[i]!) / labels.length;
          const own = countOf(part.labels, label);
          assert.ok(Math.abs(own - exact) < 1, `class ${label}: ${own} rows of ${exact} in part ${i}`);
        }
    },
    200,
  );
});

test('a class makes room for another one where the rounding needs it', () => {
  // Classes 0 and 1 prefer the first two parts, 0.86 and 0.57 rows. Two rows of class 2 are left then, for one part with room.
  const labels = [0, 0, 1, 1, 2, 2, 2];
  const parts = randomSplit(numbered(labels), [3, 2, 2], { rng: random(0), stratify: true });
  assert.equal(
    parts.map((part) => part.labels.length),
    [3, 2, 2],
  );
  for (const part of parts) {
    assert.ok(countOf(part.labels, 0) <= 1 && countOf(part.labels, 1) <= 1);
    assert.ok(countOf(part.labels, 2) <= 2);
  }
});

test('images are split by their labels', () => {
  const images = new ImageSet(
    new Uint8Array(12),
    Uint8Array.from({ length: 12 }, (_, i) => i % 3),
    1,
    1,
  );
  const [train, validation] = randomSplit(images, [0.75, 0.25], { rng: random(0), stratify: true });
  assert.equal([train.length, validation.length], [9, 3]);
  assert.equal([...validation.labels].sort(), [0, 1, 2]);
});

test('sizes that fit neither as shares nor as rows are refused, with what they sum to', () => {
  const split = (parts: number[]) => () => randomSplit(numbered([0, 1, 0, 1]), parts, { rng: random(0) });
  assertThrows(split([0.8, 0.1]), 'the parts sum to 0.9', 'sum to 1', 'sum to the 4 rows');
  assertThrows(split([3, 2]), 'the parts sum to 5');
  assertThrows(split([2.5, 1.5]), 'the parts sum to 4; expected shares');
  assertThrows(split([1.5, -0.5]), 'part 1 is a finite number ≥ 0, got -0.5');
  assertThrows(split([Number.NaN, 1]), 'part 0 is a finite number ≥ 0, got NaN');
  assertThrows(split([]), 'the parts sum to 0');
});

test('a split needs a generator, and classes to be stratified', () => {
  const data = { x: zeros([2, 1]), labels: zeros([2, 1]) };
  assertThrows(
    () => randomSplit(data, [1, 1], { rng: random(0), stratify: true }),
    'a class for each row',
    'a Tensor',
  );
  assertThrows(
    () => randomSplit({ x: zeros([2, 1]) }, [1, 1], { rng: random(0), stratify: true }),
    'undefined',
  );
  assertThrows(
    () => randomSplit(data, [1, 1], {} as never),
    'randomSplit: needs a generator for a random order',
  );
  assertThrows(
    () => randomSplit(spiral(4, { rng: random(0) }), [2, 2], { rng: random(0), shuffle: true } as never),
    'shuffle',
  );
});
