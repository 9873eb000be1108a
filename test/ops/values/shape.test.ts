import * as assert from 'uvu/assert';
import {
  ArgumentError,
  concat,
  expand,
  flatten,
  flip,
  pad,
  permute,
  reshape,
  ShapeError,
  type SliceSpec,
  slice,
  split,
  squeeze,
  stack,
  type Tensor,
  tensor,
  tile,
  transpose,
  unsqueeze,
  zeros,
} from '../../../src/index.js';
import { assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, build, DTYPES, filled, positions, tensors } from './loops.js';

const test = suite('shape');

/** 0, 1, 2, … in the shape. */
const counted = (...shape: number[]): Tensor =>
  tensor(Float32Array.from([...positions(shape)].keys()), { shape });

test('every op carries NaN, −0 and infinities over unchanged, keeps the dtype, and leaves its input alone', () => {
  const special = [Number.NaN, -0, 0, Infinity, -Infinity, 1.5];
  const moves: Record<string, [(x: Tensor) => Tensor, number[], number[]]> = {
    reshape: [(x) => reshape(x, [3, 2]), [3, 2], [0, 1, 2, 3, 4, 5]],
    flatten: [(x) => flatten(x), [6], [0, 1, 2, 3, 4, 5]],
    squeeze: [(x) => squeeze(reshape(x, [2, 1, 3, 1])), [2, 3], [0, 1, 2, 3, 4, 5]],
    unsqueeze: [(x) => unsqueeze(x, 1), [2, 1, 3], [0, 1, 2, 3, 4, 5]],
    expand: [(x) => expand(x, [2, -1, 3]), [2, 2, 3], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]],
    permute: [(x) => permute(x, [1, 0]), [3, 2], [0, 3, 1, 4, 2, 5]],
    transpose: [(x) => transpose(x), [3, 2], [0, 3, 1, 4, 2, 5]],
    slice: [(x) => slice(x, [null, [null, null, -1]]), [2, 3], [2, 1, 0, 5, 4, 3]],
    concat: [(x) => concat([x, x]), [4, 3], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]],
    stack: [(x) => stack([x, x], 1), [2, 2, 3], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]],
    split: [(x) => split(x, 3, 1)[1]!, [2, 1], [1, 4]],
    pad: [
      (x) =>
        slice(
          pad(x, [
            [1, 0],
            [0, 2],
          ]),
          [1, [0, 3]],
        ),
      [3],
      [0, 1, 2],
    ],
    flip: [(x) => flip(x, 0), [2, 3], [3, 4, 5, 0, 1, 2]],
    tile: [(x) => tile(x, [2]), [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]],
  };
  for (const dtype of DTYPES)
    for (const [name, [move, shape, sources]] of Object.entries(moves)) {
      const x = tensor(special, { shape: [2, 3], dtype });
      const y = move(x);
      assert.is(y.dtype, dtype, name);
      assert.equal(y.shape, shape, name);
      assertSame(
        y.data,
        sources.map((i) => special[i]!),
        name,
      );
      assert.ok(y.data.buffer !== x.data.buffer, `${name} owns its numbers`);
      assertSame(x.data, special, `${name}'s input`);
    }
});

test('methods are the ops of the same name', () => {
  const x = counted(2, 3, 1);
  const pairs: [Tensor, Tensor][] = [
    [x.reshape([3, 2]), reshape(x, [3, 2])],
    [x.flatten(0, 1), flatten(x, 0, 1)],
    [x.squeeze(2), squeeze(x, 2)],
    [x.unsqueeze(0), unsqueeze(x, 0)],
    [x.expand([2, 3, 4]), expand(x, [2, 3, 4])],
    [x.permute([2, 0, 1]), permute(x, [2, 0, 1])],
    [x.transpose(0, 1), transpose(x, 0, 1)],
    [x.slice([1]), slice(x, [1])],
    [
      x.pad(
        [
          [1, 0],
          [0, 1],
          [0, 0],
        ],
        7,
      ),
      pad(
        x,
        [
          [1, 0],
          [0, 1],
          [0, 0],
        ],
        7,
      ),
    ],
    [x.flip(1), flip(x, 1)],
    [x.tile([2, 1, 1]), tile(x, [2, 1, 1])],
    [x.split([1, 2], 1)[1]!, split(x, [1, 2], 1)[1]!],
  ];
  for (const [method, op] of pairs) {
    assert.equal(method.shape, op.shape);
    assertSame(method.data, op.data);
  }
});

test('reshape works out one size, also of nothing, and names both shapes where the elements do not fit', () => {
  assert.equal(reshape(counted(2, 6), [3, -1]).shape, [3, 4]);
  assert.equal(reshape(counted(2, 6), [-1]).shape, [12]);
  assert.equal(reshape(tensor(5), [1, -1, 1]).shape, [1, 1, 1]);
  assert.equal(reshape(counted(1), []).toArray(), 0);
  assert.equal(reshape(zeros([0, 4]), [-1, 2]).shape, [0, 2]);
  assert.equal(reshape(zeros([0, 4]), [7, 0]).shape, [7, 0]);
  const error = assertThrows(
    () => reshape(counted(2, 3), [4, 2]),
    'reshape: [2, 3] has 6 elements',
    '[4, 2]',
  );
  assert.instance(error, ShapeError);
  assertThrows(() => reshape(counted(2, 3), [4, -1]), 'reshape:', '[4, -1]');
  assertThrows(() => reshape(counted(2, 3), [-1, -1]), 'reshape:', '[-1, -1]');
  assertThrows(() => reshape(counted(2, 3), [1.5, 4]), 'reshape:', '[1.5, 4]');
  assertThrows(() => reshape(zeros([0]), [0, -1]), 'reshape:', '[0, -1]');
});

test('flatten joins the axes between two, both included, and makes a vector of a scalar', () => {
  assert.equal(flatten(counted(2, 3, 4)).shape, [24]);
  assert.equal(flatten(counted(2, 3, 4), 1).shape, [2, 12]);
  assert.equal(flatten(counted(2, 3, 4), 0, -2).shape, [6, 4]);
  assert.equal(flatten(counted(2, 3, 4), 1, 1).shape, [2, 3, 4]);
  assert.equal(flatten(zeros([2, 0, 4]), 1).shape, [2, 0]);
  assert.equal(flatten(tensor(3)).toArray(), [3]);
  assertThrows(() => flatten(counted(2, 3), 1, 0), 'flatten: start axis 1 comes after end axis 0');
  assertThrows(() => flatten(counted(2, 3), 2), 'flatten: axis 2', 'rank 2', '-2 to 1');
});

test('squeeze drops axes of size 1, all or those named, and refuses a longer one', () => {
  assert.equal(squeeze(counted(1, 3, 1)).shape, [3]);
  assert.equal(squeeze(counted(1, 3, 1), -1).shape, [1, 3]);
  assert.equal(squeeze(counted(1, 3, 1), [0, 2]).shape, [3]);
  assert.equal(squeeze(counted(1, 1)).shape, []);
  assert.equal(squeeze(zeros([0, 1])).shape, [0]);
  assert.equal(squeeze(tensor(1)).shape, []);
  assertThrows(() => squeeze(counted(1, 3), 1), 'squeeze: axis 1 of [1, 3] has size 3, not 1');
  assertThrows(() => squeeze(counted(1, 3), 4), 'squeeze: axis 4 does not exist');
  assertThrows(() => squeeze(counted(1, 1), [0, -2]), 'squeeze: an axis is named twice');
});

test('unsqueeze inserts an axis anywhere, the end included', () => {
  assert.equal(unsqueeze(counted(2, 3), 0).shape, [1, 2, 3]);
  assert.equal(unsqueeze(counted(2, 3), 2).shape, [2, 3, 1]);
  assert.equal(unsqueeze(counted(2, 3), -1).shape, [2, 3, 1]);
  assert.equal(unsqueeze(counted(2, 3), -3).shape, [1, 2, 3]);
  assert.equal(unsqueeze(tensor(4), 0).toArray(), [4]);
  assertThrows(() => unsqueeze(counted(2, 3), 3), 'unsqueeze: axis 3 does not exist');
  assertThrows(() => unsqueeze(counted(2, 3), 0.5), 'unsqueeze: axis 0.5 does not exist');
});

test('expand repeats axes of size 1 and new leading axes; −1 keeps a size', () => {
  assert.equal(expand(tensor([[1], [2]]), [-1, 3]).toArray(), [
    [1, 1, 1],
    [2, 2, 2],
  ]);
  assert.equal(expand(tensor([1, 2]), [2, -1]).toArray(), [
    [1, 2],
    [1, 2],
  ]);
  assert.equal(expand(tensor(5), [2]).toArray(), [5, 5]);
  assert.equal(expand(tensor([1]), [0]).shape, [0]);
  assertThrows(() => expand(tensor([1, 2]), [3]), 'cannot broadcast [2] with [3]');
  assertThrows(() => expand(tensor([1, 2]), [-1, 2]), 'expand: [-1, 2]', 'new leading axes need a size');
  assertThrows(() => expand(counted(2, 3), [3]), '[2, 3] does not broadcast to [3]');
});

test('permute puts axis order[i] at place i, and a second permute by the inverse undoes it', () => {
  const permuted = tensors(0, 4).chain((x) =>
    fc
      .shuffledSubarray([...x.shape.keys()], { minLength: x.rank, maxLength: x.rank })
      .map((order) => ({ x, order })),
  );
  property(permuted, ({ x, order }) => {
    const y = permute(x, order);
    assert.equal(
      y.shape,
      order.map((axis) => x.shape[axis]!),
    );
    const expected = build(y.shape, (place) =>
      at(
        x,
        [...x.shape.keys()].map((axis) => place[order.indexOf(axis)]!),
      ),
    );
    assertSame(y.data, expected);
    const inverse = [...order.keys()].map((axis) => order.indexOf(axis));
    assertSame(permute(y, inverse).data, x.data);
  });
  assert.equal(permute(counted(2, 3), [-1, 0]).shape, [3, 2]);
});

test('permute wants every axis once', () => {
  assertThrows(
    () => permute(counted(2, 3), [0]),
    'permute: [0] does not name each of the 2 axes of [2, 3] once',
  );
  assertThrows(() => permute(counted(2, 3), [1, -1]), 'permute: [1, -1] does not name each');
  assertThrows(() => permute(counted(2, 3), [0, 2]), 'permute: axis 2 does not exist in a tensor of rank 2');
});

test('transpose swaps the last two axes, or any two', () => {
  assert.equal(transpose(counted(2, 3)).toArray(), [
    [0, 3],
    [1, 4],
    [2, 5],
  ]);
  const x = counted(2, 3, 4);
  assert.equal(transpose(x).shape, [2, 4, 3]);
  const y = transpose(x, 0, -1);
  assertSame(
    y.data,
    build([4, 3, 2], ([i, j, k]) => at(x, [k!, j!, i!])),
  );
  assert.equal(transpose(x, 1, 1).toArray(), x.toArray());
  assertThrows(() => transpose(counted(3)), 'transpose: expected at least two axes, got shape [3]');
  assertThrows(() => transpose(x, 0, 3), 'transpose: axis 3 does not exist');
});

/** Python's range semantics by Array's own slice: `list[first:last:step]`. */
function sliced<T>(
  list: T[],
  [first, last, step = 1]: readonly [number | null, number | null, number?],
): T[] {
  const every = (part: T[]): T[] => part.filter((_, i) => i % Math.abs(step) === 0);
  if (step > 0) return every(list.slice(first ?? 0, last ?? list.length));
  const n = list.length;
  const from = first === null ? n - 1 : Math.min(first < 0 ? first + n : first, n - 1);
  const to = last === null ? -1 : Math.max(last < 0 ? last + n : last, -1);
  return from < 0 ? [] : every(list.slice(to + 1, from + 1).reverse());
}

test('slice takes ranges as Python does: steps, negative steps, ends out of range', () => {
  const end = fc.option(fc.integer({ min: -9, max: 9 }), { nil: null });
  const step = fc.constantFrom(1, 2, 3, -1, -2, -3, 9, -9);
  property(
    fc.tuple(fc.integer({ min: 0, max: 7 }), end, end, step),
    ([n, first, last, by]) => {
      const list = Array.from({ length: n }, (_, i) => i + 1);
      const y = slice(tensor(list), [[first, last, by]]);
      assert.equal(y.toArray(), sliced(list, [first, last, by]), `${n}: [${first}, ${last}, ${by}]`);
    },
    500,
  );
});

test('slice of several axes picks the product of the single picks; a number drops its axis', () => {
  const range = fc.tuple(
    fc.option(fc.integer({ min: -5, max: 5 }), { nil: null }),
    fc.option(fc.integer({ min: -5, max: 5 }), { nil: null }),
    fc.constantFrom(1, 2, -1, -2),
  );
  const specs = fc.array(fc.oneof(fc.constant(null), range, fc.integer({ min: -2, max: 1 })), {
    maxLength: 3,
  });
  const x = counted(2, 3, 4);
  property(
    specs,
    (chosen) => {
      const picks = x.shape.map((size, axis) => {
        const all = Array.from({ length: size }, (_, i) => i);
        const spec = chosen[axis] ?? null;
        return spec === null ? all : typeof spec === 'number' ? [all.at(spec)!] : sliced(all, spec);
      });
      const y = slice(x, chosen);
      assert.equal(
        y.shape,
        picks.map((pick) => pick.length).filter((_, axis) => typeof chosen[axis] !== 'number'),
      );
      const kept = picks.map((pick) => pick.length);
      assertSame(
        y.data,
        build(kept, (place) =>
          at(
            x,
            place.map((i, axis) => picks[axis]![i]!),
          ),
        ),
      );
    },
    200,
  );
});

test('slice with parts left out, of a scalar, and of nothing', () => {
  const x = counted(2, 3);
  assert.equal(slice(x, []).toArray(), x.toArray());
  assert.equal(slice(x, [[1]]).toArray(), [[3, 4, 5]]);
  assert.equal(slice(x, [null, [null, 2]]).toArray(), [
    [0, 1],
    [3, 4],
  ]);
  assert.equal(slice(x, [1, -1]).toArray(), 5);
  assert.equal(slice(x, [[2]]).shape, [0, 3]);
  assert.equal(slice(zeros([0, 3]), [null, [null, null, -1]]).shape, [0, 3]);
  assert.equal(slice(tensor(7), []).toArray(), 7);
});

test('slice refuses positions that do not exist, steps of 0, fractions, and too many entries', () => {
  const x = counted(2, 3);
  const refused = (specs: SliceSpec[], ...parts: string[]): Error =>
    assertThrows(() => slice(x, specs), ...parts);
  assert.instance(refused([2], 'slice: position 2 does not exist on axis 0 of size 2'), ArgumentError);
  refused([null, -4], 'slice: position -4 does not exist on axis 1 of size 3');
  refused([0.5], 'slice: position 0.5 does not exist');
  refused([[0, 2, 0]], 'slice: the step on axis 0 is 0; expected a whole number that is not 0');
  refused([[0, 2, 1.5]], 'slice: the step on axis 0 is 1.5');
  refused([null, [0.5, 2]], 'slice: the range on axis 1 has an end at 0.5; expected whole numbers');
  refused([[0, Number.NaN]], 'slice: the range on axis 0 has an end at NaN');
  assert.instance(refused([0, 0, 0], 'slice: 3 entries for a tensor of 2 axes, shape [2, 3]'), ShapeError);
  assertThrows(() => slice(zeros([0]), [0]), 'slice: position 0 does not exist on axis 0 of size 0');
});

test('concat puts parts one after the other along an axis, and split undoes it', () => {
  const joined = fc
    .record({
      shape: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 3 }),
      lengths: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
      place: fc.nat(2),
    })
    .chain(({ shape, lengths, place }) => {
      const axis = place % shape.length;
      const shapes = lengths.map((n) => shape.map((size, i) => (i === axis ? n : size)));
      return fc.tuple(fc.constant(axis), fc.tuple(...shapes.map((own) => filled(own))));
    });
  property(joined, ([axis, parts]) => {
    const y = concat(parts, axis);
    const expected = build(y.shape, (place) => {
      let start = 0;
      for (const part of parts) {
        const i = place[axis]! - start;
        if (i < part.shape[axis]!)
          return at(
            part,
            place.map((own, j) => (j === axis ? i : own)),
          );
        start += part.shape[axis]!;
      }
      throw new RangeError('the result is longer than its parts');
    });
    assertSame(y.data, expected);
    assert.is(
      y.shape[axis],
      parts.reduce((sum, part) => sum + part.shape[axis]!, 0),
    );
    const back = split(
      y,
      parts.map((part) => part.shape[axis]!),
      axis,
    );
    for (const [i, part] of parts.entries()) {
      assert.equal(back[i]!.shape, part.shape);
      assertSame(back[i]!.data, part.data);
    }
  });
});

test('concat takes a negative axis and mixed dtypes, and names the part that does not fit', () => {
  assert.equal(concat([tensor([[1], [2]]), tensor([[3], [4]])], -1).toArray(), [
    [1, 3],
    [2, 4],
  ]);
  const mixed = concat([tensor([0.5]), tensor([0.1], { dtype: 'float64' })]);
  assert.is(mixed.dtype, 'float64');
  assertSame(mixed.data, [0.5, 0.1]);
  assertThrows(
    () => concat([counted(2, 3), counted(2, 3), counted(2, 4)]),
    'concat: tensor 2 has shape [2, 4], the first has [2, 3]; they may differ on axis 0 only',
  );
  assertThrows(() => concat([counted(2), counted(2, 1)]), 'concat: tensor 1 has shape [2, 1]');
  assertThrows(() => concat([]), 'concat: expected at least one tensor');
  assertThrows(() => concat([tensor(1), tensor(2)]), 'concat: axis 0 does not exist in a tensor of rank 0');
  assertThrows(() => concat([counted(2)], 1), 'concat: axis 1 does not exist');
});

test('stack makes a new axis anywhere, of scalars too, and wants equal shapes', () => {
  const [a, b] = [tensor([1, 2]), tensor([3, 4])];
  assert.equal(stack([a, b]).toArray(), [
    [1, 2],
    [3, 4],
  ]);
  assert.equal(stack([a, b], 1).toArray(), [
    [1, 3],
    [2, 4],
  ]);
  assert.equal(stack([a, b], -1).toArray(), [
    [1, 3],
    [2, 4],
  ]);
  assert.equal(stack([tensor(1), tensor(2), tensor(3)]).toArray(), [1, 2, 3]);
  assert.equal(stack([a]).shape, [1, 2]);
  assertThrows(
    () => stack([a, counted(3)]),
    'stack: tensor 1 has shape [3], the first has [2]; they must be equal',
  );
  assertThrows(() => stack([a, tensor([[1, 2]])]), 'stack: tensor 1 has shape [1, 2]');
  assertThrows(() => stack([]), 'stack: expected at least one tensor');
  assertThrows(() => stack([a, b], 2), 'axis 2 does not exist');
});

test('split cuts into equal parts or given sizes, and says when it cannot', () => {
  const x = counted(6);
  assert.equal(
    split(x, 3).map((part) => part.toArray()),
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  );
  assert.equal(
    split(x, [1, 0, 5]).map((part) => part.toArray()),
    [[0], [], [1, 2, 3, 4, 5]],
  );
  assert.equal(
    split(counted(2, 2), 2, -1).map((part) => part.toArray()),
    [
      [[0], [2]],
      [[1], [3]],
    ],
  );
  assert.equal(
    split(zeros([0]), 2).map((part) => part.shape),
    [[0], [0]],
  );
  assertThrows(() => split(x, 4), 'split: axis 0 of [6] has 6 elements and cannot be cut into 4 equal parts');
  assertThrows(() => split(x, [2, 3]), 'split:', 'cannot be cut into [2, 3]');
  assertThrows(() => split(x, [7, -1]), 'split:', '[7, -1]');
  assertThrows(() => split(x, 2.5), 'split:', 'the number of parts is a whole number ≥ 1, got 2.5');
  assertThrows(() => split(x, -1), 'split: the number of parts is a whole number ≥ 1, got -1');
  assertThrows(() => split(x, 2, 1), 'split: axis 1 does not exist');
});

test('pad surrounds x with the value', () => {
  const width = fc.tuple(fc.nat(2), fc.nat(2));
  const padded = tensors(0, 3).chain((x) =>
    fc.record({
      x: fc.constant(x),
      widths: fc.array(width, { minLength: x.rank, maxLength: x.rank }),
      value: fc.constantFrom(0, 2.5, -1, Infinity, -Infinity, Number.NaN),
    }),
  );
  property(padded, ({ x, widths, value }) => {
    const y = pad(x, widths, value);
    assert.equal(
      y.shape,
      x.shape.map((size, axis) => size + widths[axis]![0] + widths[axis]![1]),
    );
    const expected = build(y.shape, (place) => {
      const inner = place.map((i, axis) => i - widths[axis]![0]);
      const outside = inner.some((i, axis) => i < 0 || i >= x.shape[axis]!);
      return outside ? value : at(x, inner);
    });
    assertSame(y.data, expected);
  });
});

test('pad keeps NaN and infinities of x inside, and refuses widths that do not fit', () => {
  const x = tensor([Number.NaN, Infinity]);
  assertSame(pad(x, [[1, 1]]).data, [0, Number.NaN, Infinity, 0]);
  assertSame(pad(x, [[0, 1]], -Infinity).data, [Number.NaN, Infinity, -Infinity]);
  assertThrows(() => pad(counted(2, 3), [[1, 1]]), 'pad: 1 pairs of widths for shape [2, 3]');
  assertThrows(() => pad(counted(2), [[-1, 0]]), 'pad: the widths are whole numbers ≥ 0, got [-1, 0]');
  assertThrows(() => pad(counted(2), [[0.5, 0]]), 'pad: the widths are whole numbers ≥ 0, got [0.5, 0]');
});

test('flip reverses the named axes, all by default, and twice is nothing', () => {
  const flipped = tensors(0, 3).chain((x) => fc.subarray([...x.shape.keys()]).map((axes) => ({ x, axes })));
  property(flipped, ({ x, axes }) => {
    const y = flip(x, axes);
    const expected = build(x.shape, (place) =>
      at(
        x,
        place.map((i, axis) => (axes.includes(axis) ? x.shape[axis]! - 1 - i : i)),
      ),
    );
    assertSame(y.data, expected);
    assertSame(flip(y, axes).data, x.data);
  });
  assert.equal(flip(counted(2, 2)).toArray(), [
    [3, 2],
    [1, 0],
  ]);
  assert.equal(flip(counted(2, 2), -1).toArray(), [
    [1, 0],
    [3, 2],
  ]);
  assertThrows(() => flip(counted(2, 2), 2), 'flip: axis 2 does not exist');
  assertThrows(() => flip(counted(2, 2), [0, -2]), 'flip: an axis is named twice');
});

test('tile repeats the whole of x, with missing axes and missing repeats taken as 1', () => {
  const tiled = fc.tuple(tensors(0, 3), fc.array(fc.nat(3), { maxLength: 3 }));
  property(tiled, ([x, repeats]) => {
    const y = tile(x, repeats);
    const rank = Math.max(x.rank, repeats.length);
    const fill = (list: readonly number[]): number[] => [...Array(rank - list.length).fill(1), ...list];
    const sizes = fill(x.shape);
    assert.equal(
      y.shape,
      fill(repeats).map((times, axis) => times * sizes[axis]!),
    );
    const expected = build(y.shape, (place) =>
      at(x, place.map((i, axis) => i % sizes[axis]!).slice(rank - x.rank)),
    );
    assertSame(y.data, expected);
  });
  assert.equal(tile(tensor([1, 2]), [2, 2]).toArray(), [
    [1, 2, 1, 2],
    [1, 2, 1, 2],
  ]);
  assertThrows(() => tile(tensor([1, 2]), [-1]), 'tile: the repeats are whole numbers ≥ 0, got [-1]');
  assertThrows(() => tile(tensor([1, 2]), [1.5]), 'tile: the repeats are whole numbers ≥ 0, got [1.5]');
});

test('a border of ∞ or NaN leaves the inside and its gradient alone', () => {
  for (const value of [Infinity, NaN]) {
    const x = tensor([1, Infinity, NaN], { requiresGrad: true });
    const y = pad(x, [[1, 1]], value);
    assertSame(y.data, [value, 1, Infinity, NaN, value]);
    y.sum().backward();
    assertSame(x.grad!.data, [1, 1, 1]);
  }
});

test('squeeze takes the axis 0 or −1 of a scalar, as NumPy does, and flip refuses it', () => {
  for (const axis of [0, -1]) {
    assert.equal(squeeze(tensor(5), axis).shape, []);
    assertThrows(() => flip(tensor(5), axis), `flip: axis ${axis} does not exist in a tensor of rank 0`);
  }
  assertThrows(() => squeeze(tensor(5), 1), 'squeeze: axis 1 does not exist');
});
