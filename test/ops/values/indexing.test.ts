import * as assert from 'uvu/assert';
import {
  ArgumentError,
  diagonal,
  gather,
  type IndexInput,
  indexSelect,
  oneHot,
  ShapeError,
  scatterAdd,
  type Tensor,
  takeAlongAxis,
  tensor,
  tril,
  triu,
  withDefaultDtype,
  zeros,
} from '../../../src/index.js';
import { assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, build, DTYPES, filled, positions, tensors } from './loops.js';

const test = suite('indexing');

/** Positions along an axis, negative ones included, in a tensor of the given shape. */
function indices(shape: readonly number[], size: number): fc.Arbitrary<Tensor> {
  const count = shape.reduce((product, n) => product * n, 1);
  return fc
    .array(fc.integer({ min: -size, max: size - 1 }), { minLength: count, maxLength: count })
    .map((list) => tensor(Float32Array.from(list), { shape }));
}

/** A tensor, an axis of it, and an index of its rank with other sizes that gather takes. */
const picks = tensors(1, 3, 1).chain((x) =>
  fc
    .record({
      axis: fc.nat(x.rank - 1),
      sizes: fc.tuple(...x.shape.map((size) => fc.integer({ min: 0, max: size }))),
      length: fc.nat(5),
    })
    .chain(({ axis, sizes, length }) => {
      const shape = sizes.map((size, i) => (i === axis ? length : size));
      return fc.record({
        x: fc.constant(x),
        axis: fc.constant(axis),
        index: indices(shape, x.shape[axis]!),
        source: filled(shape),
      });
    }),
);

const replaced = (place: readonly number[], axis: number, i: number): number[] =>
  place.map((own, j) => (j === axis ? i : own));
const wrapped = (i: number, size: number): number => (i < 0 ? i + size : i);

test('gather picks y[i, j] = x[i, index[i, j]], from the end where negative', () => {
  property(
    picks,
    ({ x, axis, index }) => {
      const expected = build(index.shape, (place) =>
        at(x, replaced(place, axis, wrapped(at(index, place), x.shape[axis]!))),
      );
      for (const dtype of DTYPES) {
        const y = gather(x.astype(dtype), axis, index);
        assert.is(y.dtype, dtype);
        assert.equal(y.shape, index.shape);
        assertSame(y.data, expected);
      }
    },
    150,
  );
});

test('scatterAdd adds each element where its index points, and repeats accumulate', () => {
  property(
    picks,
    ({ x, axis, index, source }) => {
      const expected = [...x.data];
      const strides = x.shape.map((_, i) => x.shape.slice(i + 1).reduce((product, n) => product * n, 1));
      for (const place of positions(index.shape)) {
        const to = replaced(place, axis, wrapped(at(index, place), x.shape[axis]!));
        const flat = to.reduce((sum, i, j) => sum + i * strides[j]!, 0);
        expected[flat]! += at(source, place);
      }
      const before = [...x.data];
      for (const dtype of DTYPES) {
        const y = scatterAdd(x.astype(dtype), axis, index, source.astype(dtype));
        assert.is(y.dtype, dtype);
        assert.equal(y.shape, x.shape);
        assert.equal([...y.data], expected);
      }
      assertSame(x.data, before);
    },
    150,
  );
});

test('gather and scatterAdd by hand, with an index that repeats', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal(
    gather(x, 1, [
      [2, 2],
      [0, -1],
    ]).toArray(),
    [
      [3, 3],
      [4, 6],
    ],
  );
  assert.equal(gather(x, -2, [[1, 0, 1]]).toArray(), [[4, 2, 6]]);
  const y = scatterAdd(
    zeros([2, 3]),
    1,
    [
      [0, 0, 0],
      [2, 1, 2],
    ],
    x,
  );
  assert.equal(y.toArray(), [
    [6, 0, 0],
    [0, 5, 10],
  ]);
  assert.equal(scatterAdd(tensor([10, 20]), 0, [1, 1, -1], tensor([1, 2, 3])).toArray(), [10, 26]);
});

test('indexSelect takes whole slices along any axis, in any order, as often as asked', () => {
  const selected = tensors(1, 3, 1).chain((x) =>
    fc
      .tuple(fc.nat(x.rank - 1), fc.nat(5))
      .chain(([axis, length]) =>
        fc.record({ x: fc.constant(x), axis: fc.constant(axis), index: indices([length], x.shape[axis]!) }),
      ),
  );
  property(selected, ({ x, axis, index }) => {
    const y = indexSelect(x, axis, index);
    assert.equal(y.shape, replaced(x.shape, axis, index.size));
    const expected = build(y.shape, (place) =>
      at(x, replaced(place, axis, wrapped(index.data[place[axis]!]!, x.shape[axis]!))),
    );
    assertSame(y.data, expected);
    assertSame(indexSelect(x.astype('float32'), axis, index).data, expected);
  });
  const table = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  assert.equal(indexSelect(table, 0, [2, 0, 2, -3]).toArray(), [
    [5, 6],
    [1, 2],
    [5, 6],
    [1, 2],
  ]);
  assert.equal(indexSelect(table, -1, [1]).toArray(), [[2], [4], [6]]);
});

test('takeAlongAxis broadcasts its index off the axis', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal(takeAlongAxis(x, [[2, 0]]).toArray(), [
    [3, 1],
    [6, 4],
  ]);
  assert.equal(takeAlongAxis(x, [[1], [0]], 0).toArray(), [
    [4, 5, 6],
    [1, 2, 3],
  ]);
  assert.equal(takeAlongAxis(x, [[0], [2]], 1).toArray(), [[1], [6]]);
  const broadcast = tensors(1, 3, 1).chain((values) =>
    fc
      .record({
        axis: fc.nat(values.rank - 1),
        ones: fc.tuple(...values.shape.map(() => fc.boolean())),
        length: fc.nat(4),
      })
      .chain(({ axis, ones, length }) => {
        const shape = values.shape.map((size, i) => (i === axis ? length : ones[i] ? 1 : size));
        return fc.record({
          values: fc.constant(values),
          axis: fc.constant(axis),
          index: indices(shape, values.shape[axis]!),
        });
      }),
  );
  property(broadcast, ({ values, axis, index }) => {
    const y = takeAlongAxis(values, index, axis);
    assert.equal(y.shape, replaced(values.shape, axis, index.shape[axis]!));
    const expected = build(y.shape, (place) => {
      const own = place.map((i, j) => (j !== axis && index.shape[j] === 1 ? 0 : i));
      return at(values, replaced(place, axis, wrapped(at(index, own), values.shape[axis]!)));
    });
    assertSame(y.data, expected);
  });
});

test('positions come as nested arrays, integer arrays, tensors or a single number', () => {
  const x = tensor([10, 20, 30]);
  const inputs: IndexInput[] = [[2, 0], Int32Array.of(2, 0), Uint8Array.of(2, 0), tensor([2, 0])];
  for (const index of inputs) assert.equal(gather(x, 0, index).toArray(), [30, 10]);
  for (const index of inputs) assert.equal(indexSelect(x, 0, index).toArray(), [30, 10]);
  assert.equal(oneHot(1, 3).toArray(), [0, 1, 0]);
});

test('indexing nothing gives nothing', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  assert.equal(gather(x, 1, [[], []]).shape, [2, 0]);
  assert.equal(indexSelect(x, 0, []).shape, [0, 2]);
  assert.equal(indexSelect(zeros([3, 0]), 0, [1, 1]).shape, [2, 0]);
  assert.equal(scatterAdd(x, 0, zeros([0, 2]), zeros([0, 2])).toArray(), x.toArray());
  assert.equal(takeAlongAxis(x, [[]], 1).shape, [2, 0]);
  assert.equal(oneHot([], 3).shape, [0, 3]);
  assert.equal(diagonal(zeros([0, 3])).shape, [0]);
  assert.equal(tril(zeros([0, 3])).shape, [0, 3]);
  assertThrows(() => gather(zeros([0]), 0, [0]), 'gather: index 0', 'axis of size 0');
});

test('NaN and infinities are picked and added as they are', () => {
  const x = tensor([Number.NaN, Infinity, -0, 1]);
  assertSame(gather(x, 0, [0, 1, 2]).data, [Number.NaN, Infinity, -0]);
  assertSame(indexSelect(x, 0, [1, 0]).data, [Infinity, Number.NaN]);
  const sum = scatterAdd(tensor([0, 0, 5]), 0, [0, 1, 1], tensor([Number.NaN, Infinity, -Infinity]));
  assertSame(sum.data, [Number.NaN, Number.NaN, 5]);
  const wild = tensor([
    [1, Number.NaN],
    [Infinity, 2],
  ]);
  assertSame(tril(wild).data, [1, 0, Infinity, 2]);
  assertSame(triu(wild).data, [1, Number.NaN, 0, 2]);
});

test('positions out of range, fractions and NaN are named with their place and the range', () => {
  const x = zeros([2, 3]);
  const error = assertThrows(
    () => gather(x, 1, [[0, 3]]),
    'gather: index 3 at position 1 does not exist on an axis of size 3',
    'expected a whole number from -3 to 2',
  );
  assert.instance(error, ArgumentError);
  assertThrows(() => gather(x, 1, [[0, -4]]), 'gather: index -4 at position 1');
  assertThrows(() => indexSelect(x, 0, [0, 0.5]), 'indexSelect: index 0.5 at position 1', 'from -2 to 1');
  assertThrows(() => indexSelect(x, 0, tensor([Number.NaN])), 'indexSelect: index NaN at position 0');
  assertThrows(() => takeAlongAxis(x, [[7]]), 'takeAlongAxis: index 7');
  assertThrows(() => scatterAdd(x, 0, [[2]], zeros([1, 1])), 'scatterAdd: index 2', 'axis of size 2');
});

test('positions that are no numbers, or ragged, are refused even where their count fits by chance', () => {
  const x = zeros([3, 2]);
  const ragged = [[0, 1], [2], [0, 1, 2]];
  assert.instance(
    assertThrows(() => gather(x, 0, ragged), 'gather: the nested arrays of positions are ragged'),
    ShapeError,
  );
  assertThrows(() => gather(x, 0, [[0, 1], 2]), 'gather: the nested arrays of positions are ragged');
  assertThrows(() => gather(x, 0, [0, [1]]), 'gather:', 'ragged');
  assertThrows(
    () => indexSelect(x, 0, [null] as unknown as number[]),
    'indexSelect: found null among the positions',
  );
  assertThrows(
    () => indexSelect(x, 0, ['1'] as unknown as number[]),
    "indexSelect: found '1' among the positions",
  );
  assertThrows(
    () => indexSelect(x, 0, 'first' as unknown as number[]),
    'indexSelect: expected positions as an array of whole numbers or a Tensor, got a string',
  );
});

test('axes that do not exist and shapes that do not fit are named', () => {
  const x = zeros([2, 3]);
  assertThrows(
    () => gather(x, 2, [[0]]),
    'gather: axis 2 does not exist in a tensor of rank 2; expected -2 to 1',
  );
  assertThrows(() => indexSelect(x, -3, [0]), 'indexSelect: axis -3 does not exist');
  assertThrows(
    () => gather(tensor(1), 0, 0),
    'gather: axis 0 does not exist in a tensor of rank 0; expected none',
  );
  assertThrows(() => gather(x, 1, [0]), 'gather: an index of shape [1] does not fit [2, 3] along axis 1');
  assertThrows(
    () => gather(x, 1, [[0], [0], [0]]),
    'gather: an index of shape [3, 1] does not fit [2, 3] along axis 1',
    'off that axis, no larger sizes',
  );
  assertThrows(
    () => indexSelect(x, 0, [[0]]),
    'indexSelect: expected a vector of positions, got shape [1, 1]',
  );
  assertThrows(
    () => takeAlongAxis(x, [0]),
    'takeAlongAxis: an index of shape [1] has another rank than [2, 3]',
  );
  assertThrows(
    () => takeAlongAxis(x, [[0], [0], [0]], 1),
    'takeAlongAxis: an index of shape [3, 1] does not broadcast to [2, 3] off axis 1',
  );
  assertThrows(
    () => scatterAdd(x, 1, [[0], [0]], zeros([2, 2])),
    'scatterAdd: the index has shape [2, 1], the source [2, 2]; they must be equal',
  );
});

test('oneHot puts a 1 at the class in an axis of its own', () => {
  assert.equal(oneHot([2, 0], 3).toArray(), [
    [0, 0, 1],
    [1, 0, 0],
  ]);
  assert.equal(oneHot([[0], [1]], 2).toArray(), [[[1, 0]], [[0, 1]]]);
  assert.is(oneHot([0], 2).dtype, 'float32');
  assert.is(oneHot([0], 2, 'float64').dtype, 'float64');
  assert.is(withDefaultDtype('float64', () => oneHot([0], 2)).dtype, 'float64');
  assertThrows(
    () => oneHot([0, -1], 3),
    'oneHot: class -1 does not exist; expected a whole number from 0 to 2 (',
  );
  assertThrows(() => oneHot([3], 3), 'oneHot: class 3 does not exist');
  assertThrows(() => oneHot([0], 2.5), 'oneHot: expected the number of classes, a whole number ≥ 0, got 2.5');
  assertThrows(() => oneHot([0], -1), 'oneHot: expected the number of classes');
  assertThrows(() => oneHot([0], 1, 'int8' as 'float32'), 'oneHot: unknown dtype int8');
});

test('diagonal of any offset, of the last two axes', () => {
  property(fc.tuple(tensors(2, 3), fc.integer({ min: -5, max: 5 })), ([x, offset]) => {
    const [rows, columns] = x.shape.slice(-2) as [number, number];
    const places: [number, number][] = [];
    for (let row = 0; row < rows; row++)
      if (row + offset >= 0 && row + offset < columns) places.push([row, row + offset]);
    const y = diagonal(x, offset);
    assert.equal(y.shape, [...x.shape.slice(0, -2), places.length]);
    assertSame(
      y.data,
      build(y.shape, (place) => at(x, [...place.slice(0, -1), ...places[place.at(-1)!]!])),
    );
  });
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.equal(diagonal(x).toArray(), [1, 5]);
  assert.equal(diagonal(x, 1).toArray(), [2, 6]);
  assert.equal(diagonal(x, -1).toArray(), [4]);
  assert.equal(diagonal(x, 3).toArray(), []);
  assertThrows(() => diagonal(tensor([1, 2])), 'diagonal: expected at least two axes, got shape [2]');
});

test('tril keeps column ≤ row + k and triu column ≥ row + k; the rest is 0', () => {
  property(fc.tuple(tensors(2, 3), fc.integer({ min: -5, max: 5 })), ([x, offset]) => {
    const kept = (keep: (row: number, column: number) => boolean): number[] =>
      build(x.shape, (place) => (keep(place.at(-2)!, place.at(-1)!) ? at(x, place) : 0));
    assertSame(
      tril(x, offset).data,
      kept((row, column) => column <= row + offset),
    );
    assertSame(
      triu(x, offset).data,
      kept((row, column) => column >= row + offset),
    );
    assertSame(tril(x.astype('float32'), offset).data, tril(x, offset).data);
  });
  assertThrows(() => tril(tensor([1])), 'tril: expected at least two axes, got shape [1]');
  assertThrows(() => triu(tensor(1)), 'triu: expected at least two axes, got shape []');
});

test('methods are the ops of the same name', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const index = [
    [0, 1, 1],
    [1, 0, 0],
  ];
  const pairs: [Tensor, Tensor][] = [
    [x.gather(0, index), gather(x, 0, index)],
    [x.indexSelect(1, [2, 0]), indexSelect(x, 1, [2, 0])],
    [x.takeAlongAxis([[2]], 1), takeAlongAxis(x, [[2]], 1)],
    [x.scatterAdd(0, index, x), scatterAdd(x, 0, index, x)],
    [x.diagonal(1), diagonal(x, 1)],
    [x.tril(-1), tril(x, -1)],
    [x.triu(1), triu(x, 1)],
  ];
  for (const [method, op] of pairs) {
    assert.equal(method.shape, op.shape);
    assertSame(method.data, op.data);
  }
});

test('a scalar is selected from as a vector of one element, as in NumPy', () => {
  const x = tensor(5, { requiresGrad: true });
  const y = indexSelect(x, -1, [0, 0]);
  assert.equal(y.toArray(), [5, 5]);
  y.sum().backward();
  assert.equal(x.grad!.toArray(), 2);
});
