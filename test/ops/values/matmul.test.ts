import * as assert from 'uvu/assert';
import { dot, linear, matmul, outer, ShapeError, type Tensor, tensor, zeros } from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, build, DTYPES, filled } from './loops.js';

const test = suite('matmul');

/** [..., m, k] · [..., k, n] by its definition: one sum over k an element. */
function product(a: Tensor, b: Tensor, batch: readonly number[]): { shape: number[]; data: number[] } {
  const [m, k, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const shape = [...batch, m, n];
  const data = build(shape, (place) => {
    const lead = place.slice(0, -2);
    const [i, j] = place.slice(-2) as [number, number];
    let sum = 0;
    for (let l = 0; l < k; l++) sum += inBatch(a, lead, i, l) * inBatch(b, lead, l, j);
    return sum;
  });
  return { shape, data };
}

function inBatch(x: Tensor, lead: readonly number[], row: number, column: number): number {
  const own = lead.slice(lead.length - (x.rank - 2));
  const places = own.map((i, axis) => (x.shape[axis] === 1 ? 0 : i));
  return at(x, [...places, row, column]);
}

const size = fc.integer({ min: 0, max: 6 });

test('matrices of every size, empty and odd ones included, multiply by the definition, exactly in both dtypes', () => {
  const pairs = fc.tuple(size, size, size).chain(([m, k, n]) => fc.tuple(filled([m, k]), filled([k, n])));
  property(
    pairs,
    ([a, b]) => {
      const expected = product(a, b, []);
      for (const dtype of DTYPES) {
        const y = matmul(a.astype(dtype), b.astype(dtype));
        assert.is(y.dtype, dtype);
        assert.equal(y.shape, expected.shape);
        assertClose(y.data, expected.data, { relative: 0, absolute: 0 });
      }
    },
    150,
  );
});

test('a batch multiplies matrix by matrix, and its axes broadcast', () => {
  const batches = fc
    .record({
      batch: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
      sizes: fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)),
      ones: fc.tuple(fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }), fc.nat(2)),
      left: fc.boolean(),
    })
    .chain(({ batch, sizes: [m, k, n], ones: [ones, drop], left }) => {
      const smaller = batch.map((s, axis) => (ones[axis] ? 1 : s)).slice(Math.min(drop, batch.length));
      const [leadA, leadB] = left ? [smaller, batch] : [batch, smaller];
      return fc.record({
        batch: fc.constant(batch),
        a: filled([...leadA, m, k]),
        b: filled([...leadB, k, n]),
      });
    });
  property(
    batches,
    ({ batch, a, b }) => {
      const expected = product(a, b, batch);
      const y = matmul(a, b);
      assert.equal(y.shape, expected.shape);
      assertClose(y.data, expected.data, { relative: 0, absolute: 0 });
    },
    150,
  );
});

test('both operands may broadcast at once: [2, 1, m, k] · [3, k, n] has batch [2, 3]', () => {
  const pair = fc.tuple(filled([2, 1, 2, 3]), filled([3, 3, 2]));
  property(pair, ([a, b]) => {
    const y = matmul(a, b);
    assert.equal(y.shape, [2, 3, 2, 2]);
    assertClose(y.data, product(a, b, [2, 3]).data, { relative: 0, absolute: 0 });
  });
});

test('products by hand: two matrices, a row, a column, two vectors', () => {
  const a = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]) as Tensor;
  const b = tensor([
    [7, 8],
    [9, 10],
    [11, 12],
  ]) as Tensor;
  assert.equal(matmul(a, b).toArray(), [
    [58, 64],
    [139, 154],
  ]);
  assert.equal(matmul(tensor([1, 0, -1]) as Tensor, b).toArray(), [-4, -4]);
  assert.equal(matmul(a, tensor([1, 0, -1]) as Tensor).toArray(), [-2, -2]);
  const y = matmul(tensor([1, 2, 3]) as Tensor, tensor([4, 5, 6]) as Tensor);
  assert.equal([y.toArray(), y.shape], [32, []]);
  assert.equal(matmul(tensor([[3]]) as Tensor, tensor([[-2]]) as Tensor).toArray(), [[-6]]);
});

test('a vector is a row on the left of a batch and a column on its right, and its axis is dropped', () => {
  const v = tensor([1, 10]) as Tensor;
  const batch = tensor([
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  ]) as Tensor;
  assert.equal(matmul(v, batch).toArray(), [
    [31, 42],
    [75, 86],
  ]);
  assert.equal(matmul(batch, v).toArray(), [
    [21, 43],
    [65, 87],
  ]);
});

test('sums over nothing are zeros', () => {
  assert.equal(matmul(zeros([2, 0]), zeros([0, 3])).toArray(), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
  assert.equal(matmul(zeros([0, 2, 3]), zeros([3, 4])).shape, [0, 2, 4]);
  assert.is(dot(tensor([]), tensor([])).item(), 0);
  assert.is((matmul(tensor([]) as Tensor, tensor([]) as Tensor) as Tensor).item(), 0);
  assert.equal(outer(tensor([]), tensor([1, 2])).shape, [0, 2]);
});

test('NaN and infinities follow IEEE arithmetic: one NaN spoils its row only, and 0 · ∞ is NaN', () => {
  for (const dtype of DTYPES) {
    const a = tensor(
      [
        [Number.NaN, 1],
        [1, 1],
        [Infinity, 0],
      ],
      { dtype },
    ) as Tensor;
    const y = matmul(
      a,
      tensor(
        [
          [1, 0],
          [0, 1],
        ],
        { dtype },
      ) as Tensor,
    );
    assertSame(y.data, [Number.NaN, Number.NaN, 1, 1, Infinity, Number.NaN]);
  }
});

test('float32 products keep the accuracy of a sum in double precision: 2²⁴ + 1 − 2²⁴ is 1', () => {
  const big = 2 ** 24;
  const a = tensor([[big, 1, -big]]) as Tensor;
  assert.is((matmul(a, tensor([[1], [1], [1]]) as Tensor) as Tensor).item(), 1);
});

test('operands of two dtypes multiply in float64', () => {
  const y = matmul(tensor([[0.1]], { dtype: 'float64' }) as Tensor, tensor([[2]]) as Tensor);
  assert.is(y.dtype, 'float64');
  assertSame(y.data, [0.2]);
});

test('inner sizes that differ are named with both shapes, the operands’ names, and a transpose that would fit', () => {
  const x = (zeros([100, 784]) as Tensor).named('x');
  const w = (zeros([748, 200]) as Tensor).named('W');
  const error = assertThrows(
    () => matmul(x, w),
    'matmul: inner sizes differ, x [100, 784] · W [748, 200]: 784 ≠ 748, axis 1 of x against axis 0 of W',
  );
  assert.instance(error, ShapeError);
  assert.equal((error as ShapeError).shapes, [
    [100, 784],
    [748, 200],
  ]);
  const turned = zeros([200, 784]) as Tensor;
  assertThrows(
    () => matmul(x, turned),
    '784 ≠ 200, axis 1 of x against axis 0 of b',
    'the transpose of the second would fit',
    'b.transpose()',
  );
});

test('vectors are named as they came', () => {
  const [v, m] = [zeros([3]) as Tensor, zeros([2, 4]) as Tensor];
  assertThrows(() => matmul(v, zeros([2]) as Tensor), '[3] · [2]: 3 ≠ 2, axis 0 of a against axis 0 of b');
  assertThrows(() => matmul(v, m), 'matmul: inner sizes differ, [3] · [2, 4]: 3 ≠ 2');
  assertThrows(() => matmul(m, v), '[2, 4] · [3]: 4 ≠ 3, axis 1 of a against axis 0 of b');
});

test('scalars are sent to mul, and batches that do not broadcast are named', () => {
  const x = zeros([2, 2]) as Tensor;
  assertThrows(
    () => matmul(x, tensor(2) as Tensor),
    'matmul: expected tensors with axes, got [2, 2] and []',
    'use mul',
  );
  assertThrows(() => matmul(tensor(2) as Tensor, x), 'matmul: expected tensors with axes, got [] and [2, 2]');
  assertThrows(
    () => matmul(zeros([2, 3, 4, 5]) as Tensor, zeros([2, 5, 6]) as Tensor),
    'matmul: batch axes differ, [2, 3, 4, 5] · [2, 5, 6]: [2, 3] does not broadcast with [2]',
    'sizes must be equal or 1',
  );
});

test('dot is the sum of products of two vectors of one length', () => {
  const pair = fc.nat(9).chain((n) => fc.tuple(filled([n]), filled([n])));
  property(pair, ([a, b]) => {
    let sum = 0;
    for (let i = 0; i < a.size; i++) sum += a.data[i]! * b.data[i]!;
    assert.is(dot(a, b).item(), sum);
    assert.is(a.astype('float32').dot(b.astype('float32')).item(), sum);
  });
  assertThrows(
    () => dot(tensor([1, 2]), tensor([1])),
    'dot: expected two vectors of one length, got [2] and [1]',
  );
  assertThrows(
    () => dot(tensor([[1]]), tensor([1])),
    'dot: expected two vectors of one length, got [1, 1] and [1]',
  );
});

test('outer multiplies every element of one vector with every one of the other', () => {
  assert.equal(outer(tensor([1, 2]), tensor([3, 4, 5])).toArray(), [
    [3, 4, 5],
    [6, 8, 10],
  ]);
  const pair = fc.tuple(fc.nat(4), fc.nat(4)).chain(([n, m]) => fc.tuple(filled([n]), filled([m])));
  property(pair, ([a, b]) => {
    const y = a.outer(b);
    assert.equal(y.shape, [a.size, b.size]);
    assertSame(
      y.data,
      build(y.shape, ([i, j]) => a.data[i!]! * b.data[j!]!),
    );
  });
  assertThrows(() => outer(tensor([[1]]), tensor([1])), 'outer: expected two vectors, got [1, 1] and [1]');
  assertThrows(() => outer(tensor([1]), tensor(1)), 'outer: expected two vectors, got [1] and []');
});

test('linear maps the last axis: y = x · W + b for a vector, a matrix and a batch of them', () => {
  const cases = fc
    .record({ lead: fc.array(fc.nat(3), { maxLength: 3 }), inputs: fc.nat(4), outputs: fc.nat(4) })
    .chain(({ lead, inputs, outputs }) =>
      fc.record({
        x: filled([...lead, inputs]),
        w: filled([inputs, outputs]),
        b: fc.option(filled([outputs]), { nil: null }),
      }),
    );
  property(
    cases,
    ({ x, w, b }) => {
      const [inputs, outputs] = w.shape as [number, number];
      const shape = [...x.shape.slice(0, -1), outputs];
      const expected = build(shape, (place) => {
        const o = place.at(-1)!;
        let sum = b ? at(b, [o]) : 0;
        for (let i = 0; i < inputs; i++) sum += at(x, [...place.slice(0, -1), i]) * at(w, [i, o]);
        return sum;
      });
      for (const dtype of DTYPES) {
        const y = linear(x.astype(dtype), w.astype(dtype), b?.astype(dtype) ?? null);
        assert.equal(y.shape, shape);
        assertClose(y.data, expected, { relative: 0, absolute: 0 });
      }
    },
    100,
  );
});

test('linear refuses weights, inputs and biases of another shape', () => {
  const w = zeros([3, 2]).named('W');
  assertThrows(
    () => linear(zeros([4, 3]), zeros([3])),
    'linear: expected a weight of shape [in, out], got [3]',
  );
  assertThrows(
    () => linear(zeros([4, 5]), w),
    'linear: expected x of shape [..., 3] for the weight W [3, 2], which is [in, out]; got [4, 5]',
  );
  assertThrows(() => linear(zeros([2, 4, 5]), w), 'linear: expected x of shape [..., 3]', 'got [2, 4, 5]');
  assertThrows(() => linear(tensor(1), w), 'linear: expected x of shape [..., 3]', 'got []');
  assertThrows(() => linear(zeros([4, 3]), w, zeros([3])), 'linear: expected a bias of shape [2], got [3]');
  assertThrows(
    () => linear(zeros([1, 3]), w, zeros([4, 2])),
    'linear: expected a bias of shape [2], got [4, 2]',
  );
});

test('the method is the op', () => {
  const pair = fc.tuple(filled([2, 3]), filled([3, 2]));
  property(pair, ([a, b]) => assertSame(a.matmul(b).data, matmul(a, b).data));
});
