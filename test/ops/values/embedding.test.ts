/** Rows of a table: values, sums over repeats, the row that is not trained, refusals. */
import * as assert from 'uvu/assert';
import { demand, gradcheck } from '../../../src/check/index.js';
import { embedding, gradients, type Tensor, tensor, zeros } from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { goldenCase, goldenCotangent } from '../../support/golden.js';
import { suite } from '../../support/suite.js';

const test = suite('embedding');

const table = (): Tensor =>
  tensor(
    [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ],
    { requiresGrad: true },
  );

test('each index becomes the row that it names, in the shape of the indices', () => {
  assert.equal(
    embedding(
      [
        [1, 3],
        [1, 0],
      ],
      table(),
    ).toArray(),
    [
      [
        [3, 4],
        [7, 8],
      ],
      [
        [3, 4],
        [1, 2],
      ],
    ],
  );
  assert.equal(embedding(2, table()).toArray(), [5, 6]);
  assert.equal(embedding(Int32Array.of(2), table()).toArray(), [[5, 6]]);
  assert.equal(embedding(tensor([[0]]), table()).shape, [1, 1, 2]);
  assert.equal(embedding([], table()).shape, [0, 2]);
  assert.equal(embedding([0, 1], zeros([4, 0])).shape, [2, 0]);
});

test('a row that is named several times receives the sum of its gradients, and one that is not named 0', () => {
  const weight = table();
  embedding([3, 1, 3], weight).backward(
    tensor([
      [1, 10],
      [2, 20],
      [4, 40],
    ]),
  );
  assertSame(weight.grad!.data, [0, 0, 2, 20, 0, 0, 5, 50]);
});

test('the gradient with a padding row is that of the golden case, in both dtypes', () => {
  const golden = goldenCase<{ weight: number[]; gradient: number[] }>('embedding');
  for (const [dtype, tolerance] of [
    ['float64', 1e-9],
    ['float32', 1e-5],
  ] as const) {
    const weight = tensor(golden.weight, { shape: [4, 3], dtype, requiresGrad: true });
    const y = embedding(
      [
        [1, 3, 1],
        [0, 0, 2],
      ],
      weight,
      { paddingIndex: 0 },
    );
    assert.is(y.dtype, dtype);
    assertSame(y.data.slice(0, 3), weight.data.slice(3, 6));
    const seed = tensor(goldenCotangent(18), { shape: [2, 3, 3], dtype });
    const [found] = gradients(y, [weight], { seed });
    assertClose(found!.data, golden.gradient, { absolute: tolerance });
  }
});

test('the padding row is read as it is, and its gradient is 0 even where that of the output is NaN', () => {
  const weight = table();
  const y = embedding([2, 0], weight, { paddingIndex: 2 });
  assert.equal(y.toArray(), [
    [5, 6],
    [1, 2],
  ]);
  y.backward(
    tensor([
      [Number.NaN, Infinity],
      [1, 1],
    ]),
  );
  assertSame(weight.grad!.data, [1, 1, 0, 0, 0, 0, 0, 0]);
});

test('a padding row that is not looked up changes nothing', () => {
  demand(gradcheck((w) => embedding([1, 3, 1], w, { paddingIndex: 0 }), table(), { order: 2 }));
});

test('the checker finds the row that is held, and says which call held it', () => {
  const report = gradcheck((w) => embedding([1, 0], w, { paddingIndex: 0 }), table());
  assert.is(report.verdict, 'wrong');
  assert.match(report.cuts.join(), 'detach()');
});

test('values that are NaN or infinite are handed on', () => {
  const weight = tensor([
    [Number.NaN, Infinity],
    [-Infinity, -0],
  ]);
  assertSame(embedding([1, 0], weight).data, [-Infinity, -0, Number.NaN, Infinity]);
});

test('an index that names no row is refused with its value, its position and the range', () => {
  assertThrows(
    () =>
      embedding(
        [
          [0, 1],
          [4, 0],
        ],
        table(),
      ),
    'embedding: index 4 at position 2 does not exist on an axis of size 4; expected a whole number from 0 to 3',
  );
  // indexSelect counts −1 from the end. Here it mostly is a word that is missing.
  assertThrows(() => embedding([0, -1], table()), 'embedding: index -1 at position 1 does not exist');
  assertThrows(() => embedding([0.5], table()), 'embedding: index 0.5 at position 0 does not exist');
  assertThrows(() => embedding([Number.NaN], table()), 'embedding: index NaN at position 0 does not exist');
});

test('a weight that is no matrix and a paddingIndex that is no row are refused', () => {
  assertThrows(
    () => embedding([0], zeros([3])),
    'embedding: expected a weight of shape [count, size], got [3]',
  );
  for (const paddingIndex of [4, -1, 0.5])
    assertThrows(
      () => embedding([0], table(), { paddingIndex }),
      `embedding: paddingIndex is a whole number from 0 to 3, got ${paddingIndex}`,
    );
});
