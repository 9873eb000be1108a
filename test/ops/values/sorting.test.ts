import * as assert from 'uvu/assert';
import {
  argMax,
  argSort,
  max,
  maxWithIndex,
  min,
  minWithIndex,
  sort,
  type Tensor,
  takeAlongAxis,
  tensor,
  topk,
  type ValuesAndIndices,
  zeros,
} from '../../../src/index.js';
import { assertSame, assertThrows } from '../../support/close.js';
import { property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { at, build, DTYPES, tensors } from './loops.js';

const test = suite('sorting');

/** Values and positions as flat lists. */
function same({ values, indices }: ValuesAndIndices, expected: number[], positions: number[]): void {
  assertSame(values.data, expected);
  assertSame(indices.data, positions);
  assert.equal(indices.shape, values.shape);
}

test('sort puts elements in order, with their positions, in both directions', () => {
  for (const dtype of DTYPES) {
    const x = tensor([0.5, -2, 7, 1], { dtype });
    same(sort(x), [-2, 0.5, 1, 7], [1, 0, 3, 2]);
    same(sort(x, 0, { descending: true }), [7, 1, 0.5, -2], [2, 3, 0, 1]);
    assert.is(sort(x).values.dtype, dtype);
    assert.is(sort(x).indices.dtype, dtype);
  }
});

test('equal elements keep their order in both directions, 0 and −0 are equal', () => {
  // 40 elements of two kinds: a sort that is not stable mixes the positions.
  const bits = Array.from({ length: 40 }, (_, i) => (i * 7 + Math.floor(i / 5)) % 2);
  const places = (bit: number): number[] => [...bits.keys()].filter((i) => bits[i] === bit);
  assertSame(argSort(tensor(bits)).data, [...places(0), ...places(1)]);
  assertSame(argSort(tensor(bits), 0, { descending: true }).data, [...places(1), ...places(0)]);
  same(sort(tensor([0, -0, -1, -0, 0])), [-1, 0, -0, -0, 0], [2, 0, 1, 3, 4]);
});

test('NaN comes last in both directions, several in their order, and ∞ before them', () => {
  const x = tensor([NaN, 2, Infinity, NaN, -Infinity]);
  same(sort(x), [-Infinity, 2, Infinity, NaN, NaN], [4, 1, 2, 0, 3]);
  same(sort(x, 0, { descending: true }), [Infinity, 2, -Infinity, NaN, NaN], [2, 1, 4, 0, 3]);
});

test('sort runs along the axis that is named', () => {
  const x = tensor([
    [10, 7, 4],
    [3, 8, 1],
  ]);
  same(sort(x, 0), [3, 7, 1, 10, 8, 4], [1, 0, 1, 0, 1, 0]);
  same(sort(x), [4, 7, 10, 1, 3, 8], [2, 1, 0, 2, 0, 1]);
  same(sort(x, -1, { descending: true }), [10, 7, 4, 8, 3, 1], [0, 1, 2, 1, 0, 2]);
});

test('along every axis sort gives what sorting each line gives, and the positions say where it came from', () => {
  property(tensors(1, 3, 1), (x) => {
    for (const axis of x.shape.keys()) {
      const { values, indices } = sort(x, axis);
      const expected = build(x.shape, (place) => {
        const line = Array.from({ length: x.shape[axis]! }, (_, i) => at(x, place.with(axis, i)));
        return line.sort((a, b) => a - b)[place[axis]!]!;
      });
      assertSame(values.data, expected);
      assertSame(takeAlongAxis(x, indices, axis).data, expected);
    }
  });
});

test('the gradient of sort goes back to where each element came from', () => {
  const x = tensor([5, 1, 3], { requiresGrad: true });
  sort(x)
    .values.mul(tensor([1, 10, 100]))
    .sum()
    .backward();
  assertSame(x.grad!.data, [100, 1, 10]);
  assert.not.ok(sort(x).indices.requiresGrad);
  assertThrows(() => argSort(x).sum().backward(), 'argSort has no derivative');
});

test('topk takes the largest first, and of equal elements those that come first', () => {
  same(topk(tensor([1, 5, 2, 5, 5, 0]), 2), [5, 5], [1, 3]);
  same(topk(tensor([1, 5, 2, 5, 5, 0]), 4), [5, 5, 5, 2], [1, 3, 4, 2]);
  same(topk(tensor([3, 1, 1, 2, 1]), 2, 0, { largest: false }), [1, 1], [1, 2]);
  const x = tensor([
    [1, 4],
    [3, 2],
    [3, 4],
  ]);
  same(topk(x, 2, 0), [3, 4, 3, 4], [1, 0, 2, 2]);
  same(topk(x, 1), [4, 3, 4], [1, 0, 1]);
});

test('topk chooses NaN last, all elements in order if k is the size, and none if k is 0', () => {
  same(topk(tensor([NaN, 1, Infinity]), 2), [Infinity, 1], [2, 1]);
  same(topk(tensor([2, NaN]), 2, 0, { largest: false }), [2, NaN], [0, 1]);
  assert.equal(topk(zeros([2, 3]), 0).values.shape, [2, 0]);
  same(topk(tensor(5), 1), [5], [0]);
});

test('the gradient of topk goes to the elements taken, and to no other', () => {
  const x = tensor([2, 7, 7, 7], { requiresGrad: true });
  topk(x, 2)
    .values.mul(tensor([3, 5]))
    .sum()
    .backward();
  assertSame(x.grad!.data, [0, 3, 5, 0]);
});

test('maxWithIndex gives what max and argMax give, and its gradient goes to one element alone', () => {
  const x = tensor(
    [
      [1, 7, 7],
      [4, 2, 4],
    ],
    { requiresGrad: true },
  );
  same(maxWithIndex(x), [7, 4], [1, 0]);
  same(maxWithIndex(x, 0), [4, 7, 7], [1, 0, 0]);
  same(minWithIndex(x), [1, 2], [0, 1]);
  assert.equal(maxWithIndex(x, 1, true).values.shape, [2, 1]);
  assert.equal(maxWithIndex(x, 1, true).indices.shape, [2, 1]);
  maxWithIndex(x)
    .values.mul(tensor([3, 5]))
    .sum()
    .backward();
  assertSame(x.grad!.data, [0, 3, 0, 5, 0, 0]);
});

test('maxWithIndex and minWithIndex agree with max and min on every tensor', () => {
  property(tensors(1, 3, 1), (x) => {
    for (const axis of x.shape.keys()) {
      assertSame(maxWithIndex(x, axis).values.data, max(x, axis).data);
      assertSame(minWithIndex(x, axis, true).values.data, min(x, axis, true).data);
      assertSame(maxWithIndex(x, axis).indices.data, argMax(x, axis).data);
    }
  });
});

test('the first NaN is the extreme, as in max and min, and infinities count', () => {
  same(maxWithIndex(tensor([7, NaN, NaN])), [NaN], [1]);
  same(minWithIndex(tensor([7, NaN, NaN])), [NaN], [1]);
  same(maxWithIndex(tensor([-Infinity, -Infinity])), [-Infinity], [0]);
  same(minWithIndex(tensor([Infinity, -Infinity, -Infinity])), [-Infinity], [1]);
});

test('a scalar is its own order and its own extreme', () => {
  const x = tensor(5, { requiresGrad: true });
  for (const found of [sort(x), maxWithIndex(x), minWithIndex(x)]) {
    assert.equal(found.values.shape, []);
    same(found, [5], [0]);
  }
  sort(x).values.backward();
  assert.is(x.grad!.item(), 1);
});

test('empty axes sort to nothing and have no extreme', () => {
  assert.equal(sort(zeros([2, 0])).values.shape, [2, 0]);
  assert.equal(sort(zeros([0, 2])).indices.shape, [0, 2]);
  assert.equal(maxWithIndex(zeros([0, 2])).values.shape, [0]);
  assertThrows(() => maxWithIndex(zeros([2, 0])), 'maxWithIndex: axis 1 of [2, 0] has no elements');
});

test('what does not fit is refused by name', () => {
  const x = tensor([1, 2, 3]);
  assertThrows(() => topk(x, 4), 'topk: axis 0 of [3] has 3 elements, fewer than k = 4');
  assertThrows(() => topk(x, 1.5), 'topk: k is a whole number ≥ 0, got 1.5');
  assertThrows(() => sort(x, 1), 'sort: axis 1 does not exist in a tensor of rank 1; expected -1 to 0');
  assertThrows(
    () => sort(x, 0, { descend: true } as object),
    'sort: knows no option descend; expected descending',
  );
  assertThrows(() => topk(x, 1, 0, { largest: 1 } as object), 'topk: largest is true or false, got 1');
  assertThrows(() => argSort([1, 2] as unknown as Tensor), 'argSort: expected a Tensor, got an array');
});
