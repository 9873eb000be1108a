/** Shifted and mirrored images, by hand and by what has to hold. */
import * as assert from 'uvu/assert';
import { DataLoader, flipImages, type ImageOptions, shiftImages } from '../../src/data/index.js';
import { type Rng, rand, random, type Tensor, tensor, zeros } from '../../src/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('augmentation');

/** A generator whose integers are these, one after the other, for shifts by hand. */
function integers(...values: number[]): Rng {
  return { ...random(0), uniform: () => 0, integer: () => values.shift()! } as Rng;
}

const image = tensor([
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
]);

test('an image moves down by dy and to the right by dx, and zeros come in', () => {
  const shifted = (dy: number, dx: number): unknown =>
    shiftImages(image, { most: 2, rng: integers(dy + 2, dx + 2) }).toArray();
  assert.equal(shifted(0, 0), [
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ]);
  assert.equal(shifted(1, 0), [
    [
      [0, 0, 0],
      [1, 2, 3],
    ],
  ]);
  assert.equal(shifted(0, 1), [
    [
      [0, 1, 2],
      [0, 4, 5],
    ],
  ]);
  assert.equal(shifted(-1, -2), [
    [
      [6, 0, 0],
      [0, 0, 0],
    ],
  ]);
  assert.equal(shifted(2, 0), [
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ]);
});

test('a shift beyond the image leaves zeros', () => {
  const [far] = [
    shiftImages(image, { most: 9, rng: integers(9, 0) }),
    shiftImages(image, { most: 9, rng: integers(9, 18) }),
  ];
  assertSame(far!.data, [0, 0, 0, 0, 0, 0]);
});

test('all planes of an image move together, and each image by itself', () => {
  const x = rand([20, 3, 5, 4], random(1)).add(1);
  const y = shiftImages(x, { most: 1, rng: random(2) });
  const places = new Set<string>();
  for (let n = 0; n < 20; n++) {
    const shifts = [0, 1, 2].map((plane) => {
      // Where the inner pixel (2, 1) of the plane went.
      const value = x.data[(3 * n + plane) * 20 + 2 * 4 + 1]!;
      return y.data.slice((3 * n + plane) * 20, (3 * n + plane + 1) * 20).indexOf(value);
    });
    assert.ok(shifts[0]! >= 0 && shifts.every((at) => at === shifts[0]), String(shifts));
    places.add(String(shifts[0]));
  }
  // Nine places are possible, and 20 images reach more than half of them almost surely.
  assert.ok(places.size > 4 && places.size <= 9);
});

test('every shift has the same chance', () => {
  const x = zeros([9000, 3, 3]).add(
    tensor([
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]),
  );
  const counts = new Array<number>(9).fill(0);
  const { data } = shiftImages(x, { most: 1, rng: random(3) });
  for (const [i, value] of data.entries()) counts[i % 9]! += value;
  // 1000 expected, with a standard deviation of √(9000 · 1/9 · 8/9) = 29.8.
  for (const count of counts) assert.ok(Math.abs(count - 1000) < 5 * 29.8, String(counts));
});

test('flat images are changed as those with axes are, in their dtype', () => {
  const x = rand([6, 2, 3, 4], random(4), { dtype: 'float64' });
  const flat = x.reshape([6, 24]);
  for (const change of [
    (it: Tensor, more: object) => shiftImages(it, { most: 2, rng: random(5), ...more }),
    (it: Tensor, more: object) => flipImages(it, { rng: random(5), ...more }),
  ]) {
    const y = change(flat, { height: 3, width: 4 });
    assert.equal([y.shape, y.dtype], [[6, 24], 'float64']);
    assertSame(y.data, change(x, {}).data);
    assert.not.equal([...y.data], [...x.data]);
  }
});

test('a mirrored image has its columns in the other order', () => {
  assert.equal(flipImages(image, { p: 1, rng: random(0) }).toArray(), [
    [
      [3, 2, 1],
      [6, 5, 4],
    ],
  ]);
  assert.equal(flipImages(image, { p: 0, rng: random(0) }).toArray(), image.toArray());
  const x = rand([1000, 1, 2], random(6));
  const y = flipImages(x, { p: 0.25, rng: random(7) });
  const mirrored = y.data.filter((value, i) => i % 2 === 0 && value === x.data[i + 1]).length;
  // 250 expected, with a standard deviation of √(1000 · 1/4 · 3/4) = 13.7.
  assert.ok(Math.abs(mirrored - 250) < 5 * 13.7, String(mirrored));
});

test('the images that come in stay what they are', () => {
  const x = rand([4, 3, 3], random(8), { requiresGrad: true });
  const before = x.data.slice();
  const outs = [shiftImages(x, { most: 1, rng: random(0) }), flipImages(x, { p: 1, rng: random(0) })];
  assertSame(x.data, before);
  assert.equal(
    outs.map((out) => out.requiresGrad),
    [false, false],
  );
});

test('a loader shifts the images of its batches anew in each pass', () => {
  const rng = random(9);
  const loader = new DataLoader(
    { x: rand([6, 4, 4], random(0)), labels: [0, 1, 2, 3, 4, 5] },
    {
      batchSize: 6,
      transform: (batch) => ({ ...batch, x: shiftImages(batch.x, { most: 1, rng }) }),
    },
  );
  const [first] = [...loader];
  const [second] = [...loader];
  assert.not.equal([...first!.x.data], [...second!.x.data]);
  assert.equal(first!.labels, second!.labels);
});

test('images of unknown or another size are refused', () => {
  const rng = random(0);
  const shift =
    (x: Tensor, more: Partial<ImageOptions> = {}) =>
    () =>
      shiftImages(x, { most: 1, rng, ...more });
  assertThrows(
    shift(zeros([2, 9])),
    'shiftImages: [2, 9] does not say how high and wide',
    '{ height, width }',
  );
  assertThrows(shift(zeros([2, 9]), { height: 3 }), 'does not say how high and wide');
  assertThrows(
    shift(zeros([2, 9]), { height: 3, width: 4 }),
    '[2, 9] holds no images of height 3 and width 4',
  );
  assertThrows(shift(zeros([2, 3, 4]), { height: 4, width: 3 }), 'holds no images of height 4 and width 3');
  assertThrows(shift(zeros([9]), { height: 3, width: 3 }), 'does not say');
  assertThrows(
    () => shiftImages(image, { most: -1, rng }),
    'shiftImages: most is a whole number ≥ 0, got -1',
  );
  assertThrows(() => flipImages(image, { p: 2, rng }), 'flipImages: p lies in [0, 1], got 2');
  assertThrows(
    () => flipImages(image, {} as ImageOptions),
    'flipImages: needs a generator for the choice of images',
  );
  assert.equal(shiftImages(zeros([0, 3, 3]), { most: 1, rng }).shape, [0, 3, 3]);
});
