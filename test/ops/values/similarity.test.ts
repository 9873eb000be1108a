import * as assert from 'uvu/assert';
import {
  cosineEmbeddingLoss,
  cosineSimilarity,
  grad,
  ones,
  type Reduction,
  randn,
  random,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { DTYPES } from './loops.js';

const test = suite('similarity');

const f64 = (data: number[] | number[][]): Tensor => tensor(data, { dtype: 'float64' });

test('the cosine of an angle in the plane is the cosine, whatever the lengths are', () => {
  const draws = fc.tuple(
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.constantFrom(1e-5, 1, 1e200),
    fc.constantFrom(1e-5, 1, 1e200),
  );
  property(draws, ([alpha, beta, p, q]) => {
    const at = (angle: number, length: number): Tensor =>
      f64([Math.cos(angle) * length, Math.sin(angle) * length]);
    const cosine = cosineSimilarity(at(alpha, p), at(beta, q));
    assertClose(cosine.data, [Math.cos(alpha - beta)], { relative: 1e-12, absolute: 1e-14 });
  });
});

test('axes count in the shape that both have together, and pairs of all vectors come from two of size 1', () => {
  const [a, b] = [
    randn([2, 3], random(1), { dtype: 'float64' }),
    randn([4, 3], random(2), { dtype: 'float64' }),
  ];
  const all = cosineSimilarity(a.reshape([2, 1, 3]), b.reshape([1, 4, 3]));
  assert.equal(all.shape, [2, 4]);
  const row = (x: Tensor, i: number): Tensor => x.slice([i]);
  for (const [i, j] of [
    [0, 0],
    [0, 3],
    [1, 2],
  ] as const)
    assertClose([all.data[i * 4 + j]!], cosineSimilarity(row(a, i), row(b, j)).data, { relative: 1e-14 });
  const columns = cosineSimilarity(a, f64([[1], [0]]), 0);
  assert.equal(columns.shape, [3]);
  assertClose(
    columns.data,
    [0, 1, 2].map((c) => a.data[c]! / Math.hypot(a.data[c]!, a.data[3 + c]!)),
  );
  assert.equal(cosineSimilarity(a, row(b, 0), 1).shape, [2], 'a vector against the rows of a matrix');
});

test('in float32 vectors are as long and as short as float32 allows', () => {
  for (const size of [1e-7, 1, 1e30]) {
    const a = tensor([3 * size, 4 * size]);
    assertClose(cosineSimilarity(a, tensor([1e30, 0])).data, [0.6], { relative: 1e-6 });
  }
});

test('a vector of zeros is like nothing, and one shorter than ε less like others than its direction is', () => {
  assertSame(cosineSimilarity(zeros([3]), ones([3])).data, [0]);
  assertSame(cosineSimilarity(zeros([3]), zeros([3])).data, [0]);
  assertClose(cosineSimilarity(f64([0.25, 0]), f64([2, 0]), -1, { eps: 0.5 }).data, [0.5]);
  assertSame(cosineSimilarity(zeros([2, 0]), zeros([2, 0])).data, [0, 0], 'vectors of no numbers');
  assertSame(cosineSimilarity(tensor([Number.NaN, 1]), ones([2])).data, [Number.NaN]);
});

test('along the vector itself the cosine has no slope', () => {
  const b = f64([1, -2, 0.5]);
  const a = f64([0.25, 3, -1]);
  const slope = grad((x: Tensor) => cosineSimilarity(x, b))(a);
  assertClose([slope.mul(a).sum().item()], [0], { relative: 0, absolute: 1e-15 });
});

test('shapes that do not broadcast, axes that do not exist and an ε of 0 are refused', () => {
  assertThrows(
    () => cosineSimilarity(zeros([2, 3]), zeros([2, 4])),
    'cosineSimilarity: cannot broadcast [2, 3] with [2, 4]: axis 1 is 3 against 4',
  );
  assertThrows(() => cosineSimilarity(zeros([2]), zeros([2]), 1), 'cosineSimilarity: axis 1 does not exist');
  assertThrows(() => cosineSimilarity(zeros([]), zeros([])), 'cosineSimilarity: axis -1 does not exist');
  assertThrows(
    () => cosineSimilarity(zeros([2]), zeros([2]), 0, { eps: 0 }),
    'cosineSimilarity: eps is a finite number > 0, got 0',
  );
});

const right = [
  [1, 0],
  [0, 2],
  [3, 4],
  [3, 4],
];
const left = [
  [1, 1],
  [5, 0],
  [4, 3],
  [-4, -3],
];
/** The cosines are √½, 0, 24/25 and −24/25. */
const COSINES = [Math.SQRT1_2, 0, 0.96, -0.96];

test('pairs that shall be alike cost 1 − cos, others cos above the margin, in both dtypes and every reduction', () => {
  const side = [1, 1, -1, -1];
  for (const margin of [0, 0.5]) {
    const each = COSINES.map((c, i) => (side[i] === 1 ? 1 - c : Math.max(0, c - margin)));
    const sum = each.reduce((a, b) => a + b, 0);
    for (const dtype of DTYPES) {
      const close = dtype === 'float64' ? { relative: 1e-14, absolute: 1e-15 } : { relative: 1e-5 };
      const [a, b, target] = [tensor(right, { dtype }), tensor(left, { dtype }), tensor(side, { dtype })];
      const loss = (reduction?: Reduction): Tensor =>
        cosineEmbeddingLoss(a, b, target, { margin, ...(reduction && { reduction }) });
      assertClose(loss('none').data, each, close);
      assertClose(loss('sum').data, [sum], close);
      assertClose(loss('mean').data, [sum / 4], close);
      assertSame(loss().data, loss('mean').data);
    }
  }
});

test('one pair of vectors has a target without axes', () => {
  const loss = cosineEmbeddingLoss(f64([1, 0]), f64([0, 1]), tensor(1));
  assert.equal([loss.shape, loss.item()], [[], 1]);
});

test('a target of another shape, or with other numbers than 1 and −1, is refused, and so are unequal vectors', () => {
  const [a, b] = [ones([2, 3]), ones([2, 3])];
  assertThrows(
    () => cosineEmbeddingLoss(a, b, ones([2, 1])),
    'cosineEmbeddingLoss: the target [2, 1] does not fit vectors [2, 3]; expected a target [2]',
  );
  assertThrows(
    () => cosineEmbeddingLoss(a, b, tensor([1, 0])),
    'cosineEmbeddingLoss: the target is 1 for vectors to be alike and -1 for others, got 0',
  );
  assertThrows(
    () => cosineEmbeddingLoss(a, ones([3]), ones([2])),
    'cosineEmbeddingLoss: prediction [2, 3] and target [3] must have one shape',
  );
  assertThrows(
    () => cosineEmbeddingLoss(tensor(1), tensor(1), tensor(1)),
    'cosineEmbeddingLoss: the target [] does not fit vectors []; expected vectors with an axis',
  );
});
