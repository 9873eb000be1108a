import {
  clip,
  equal,
  grad,
  greater,
  greaterEqual,
  less,
  lessEqual,
  notEqual,
  random,
  type Shape,
  sqrt,
  type Tensor,
  tensor,
  where,
} from 'tapegrad';
import * as assert from 'uvu/assert';
import { assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';

const test = suite('compare');

const f64 = (data: number[], shape: Shape = [data.length]): Tensor =>
  tensor(data, { dtype: 'float64', shape });
const leaf = (data: number[], shape: Shape = [data.length]): Tensor =>
  tensor(data, { dtype: 'float64', shape, requiresGrad: true });

interface Row {
  readonly name: string;
  readonly op: (a: Tensor | number, b: Tensor | number) => Tensor;
  /** For 1 with 2, 2 with 2, 3 with 2. */
  readonly truth: number[];
  /** For NaN with NaN, NaN with 1, 1 with NaN; a comparison with NaN is false, and so NaN ≠ all. */
  readonly nan: number;
}

const COMPARISONS: readonly Row[] = [
  { name: 'greater', op: greater, truth: [0, 0, 1], nan: 0 },
  { name: 'greaterEqual', op: greaterEqual, truth: [0, 1, 1], nan: 0 },
  { name: 'less', op: less, truth: [1, 0, 0], nan: 0 },
  { name: 'lessEqual', op: lessEqual, truth: [1, 1, 0], nan: 0 },
  { name: 'equal', op: equal, truth: [0, 1, 0], nan: 0 },
  { name: 'notEqual', op: notEqual, truth: [1, 0, 1], nan: 1 },
];

for (const { name, op, truth, nan } of COMPARISONS) {
  const [below, tie, above] = truth as [number, number, number];

  test(`${name} is 1 where it holds and 0 elsewhere, with numbers on either side`, () => {
    assertSame(op(f64([1, 2, 3]), f64([2, 2, 2])).data, truth);
    assertSame(op(f64([1, 2, 3]), 2).data, truth);
    assertSame(op(2, f64([3, 2, 1])).data, truth);
    assert.is(op(1, 2).item(), below);
  });

  test(`${name} broadcasts`, () => {
    const column = f64([1, 2, 3], [3, 1]);
    const y = op(column, f64([1, 2]));
    assert.equal(y.shape, [3, 2]);
    assertSame(y.data, [tie, below, above, tie, above, above]);
    const deep = op(f64([1, 2], [2, 1, 1]), column);
    assert.equal(deep.shape, [2, 3, 1]);
    assertSame(deep.data, [tie, below, below, above, tie, below]);
    assert.equal(op(f64([], [0, 3]), f64([1, 2, 3])).shape, [0, 3]);
    assert.equal(op(f64([5], []), f64([5], [])).shape, []);
  });

  test(`${name} of NaN, infinities, signed zeros and neighbours follows IEEE 754`, () => {
    assertSame(op(f64([NaN, NaN, 1]), f64([NaN, 1, NaN])).data, [nan, nan, nan]);
    assertSame(op(f64([Infinity, -Infinity]), f64([Infinity, -Infinity])).data, [tie, tie]);
    assertSame(op(f64([-Infinity, 1e308]), f64([-1e308, Infinity])).data, [below, below]);
    assertSame(op(f64([0, -0]), f64([-0, 0])).data, [tie, tie]);
    assertSame(op(f64([5e-324]), 0).data, [above]);
    assertSame(op(f64([1]), 1 + Number.EPSILON).data, [below]);
  });

  test(`${name} takes the dtype of its operands and lets no gradient through`, () => {
    assert.is(op(tensor([1]), tensor([2])).dtype, 'float32');
    assert.is(op(tensor([1]), f64([2])).dtype, 'float64');
    const x = leaf([1, 2, 3]);
    const y = op(x, 2);
    assert.is(y.requiresGrad, false);
    y.mul(x).sum().backward();
    assertSame(x.grad!.data, truth);
  });

  test(`${name} refuses shapes that do not broadcast and operands that are none`, () => {
    assertThrows(
      () => op(f64([1, 2, 3]), f64([1, 2])),
      `${name}: cannot broadcast [3] with [2]: axis 0 is 3 against 2`,
      '(test/ops/values/compare.test.ts:',
    );
    assertThrows(
      () => op(f64([1]), 'x' as unknown as Tensor),
      `${name}: expected a Tensor or a number, got a string`,
    );
    assertThrows(() => op(undefined as unknown as Tensor, 1), `${name}: expected`, 'got undefined');
  });
}

test('exactly one of less, equal and greater holds, in both dtypes', () => {
  const rng = random('compare');
  const draw = (): Float32Array => Float32Array.from({ length: 200 }, () => rng.integer(5) / 2);
  const [a, b] = [draw(), draw()];
  for (const dtype of ['float32', 'float64'] as const) {
    const [p, q] = [tensor(a, { dtype }), tensor(b, { dtype })];
    const all = less(p, q).add(equal(p, q)).add(greater(p, q));
    assertSame(all.data, new Float64Array(200).fill(1));
    assertSame(lessEqual(p, q).add(greater(p, q)).data, all.data);
    assertSame(greaterEqual(p, q).add(less(p, q)).data, all.data);
    assertSame(notEqual(p, q).add(equal(p, q)).data, all.data);
    assertSame(
      less(p, q).data,
      Array.from(a, (value, i) => Number(value < b[i]!)),
    );
  }
});

test('where chooses elementwise; every condition but 0 and −0 counts, NaN included', () => {
  const c = f64([1, 0, -0, -3, NaN, 0.5]);
  assertSame(where(c, 10, 20).data, [10, 20, 20, 10, 10, 10]);
  assertSame(where(c, f64([1, 2, 3, 4, 5, 6]), f64([-1, -2, -3, -4, -5, -6])).data, [1, -2, -3, 4, 5, 6]);
});

test('where broadcasts all three', () => {
  const y = where(f64([1, 0], [2, 1]), f64([1, 2, 3]), f64([9], []));
  assert.equal(y.shape, [2, 3]);
  assertSame(y.data, [1, 2, 3, 9, 9, 9]);
  const deep = where(f64([1, 0, 1]), f64([1, 2], [2, 1, 1]), f64([-1, -2], [2, 1]));
  assert.equal(deep.shape, [2, 2, 3]);
  assertSame(deep.data, [1, -1, 1, 1, -2, 1, 2, -1, 2, 2, -2, 2]);
  assert.equal(where(f64([], [0, 2]), 1, f64([5, 6])).shape, [0, 2]);
  assert.is(where(f64([0], []), 1, 2).item(), 2);
});

test('where sends the gradient to what was chosen, summed to its shape; the condition gets none', () => {
  const c = leaf([1, 0], [2, 1]);
  const a = leaf([1, 2, 3]);
  const b = leaf([9], []);
  where(c, a, b)
    .mul(f64([1, 2, 3, 10, 20, 30], [2, 3]))
    .sum()
    .backward();
  assertSame(a.grad!.data, [1, 2, 3]);
  assert.is(b.grad!.item(), 60);
  assert.is(c.grad, null);
});

test('where takes the wider dtype of its branches, and numbers take that of the other branch', () => {
  assert.is(where(tensor([1]), f64([0.1]), 0.2).dtype, 'float64');
  assertSame(where(f64([0]), f64([0.1]), 0.2).data, [0.2]);
  assert.is(where(tensor([1]), tensor([0.1]), 0.2).dtype, 'float32');
});

test('a value that was not chosen does not show, but its infinite slope does: 0 · ∞ is NaN', () => {
  assertSame(where(f64([1, 0]), f64([1, NaN]), f64([Infinity, 2])).data, [1, 2]);
  const unsafe = (x: Tensor): Tensor => where(greater(x, 0), sqrt(x), 0).sum();
  assertSame(unsafe(f64([0, 4])).data, [2]);
  assertSame(grad(unsafe)(f64([0, 4])).data, [NaN, 0.25]);
  const safe = (x: Tensor): Tensor => {
    const c = greater(x, 0);
    return where(c, sqrt(where(c, x, 1)), 0).sum();
  };
  assertSame(grad(safe)(f64([0, 4])).data, [0, 0.25]);
});

test('where refuses shapes that do not broadcast and conditions that are no tensor', () => {
  assertThrows(() => where(f64([1, 0]), f64([1, 2, 3]), 0), 'where: cannot broadcast [2] with [3]');
  assertThrows(() => where(f64([1, 0]), 0, f64([1, 2, 3])), 'where: cannot broadcast [2] with [3]');
  assertThrows(
    () => where(true as unknown as Tensor, 1, 2),
    'where: input 0 is a boolean; expected a Tensor',
  );
  assertThrows(() => where(undefined as unknown as Tensor, 1, 2), 'where: input 0 is undefined');
  assertThrows(
    () => where(f64([1]), null as unknown as Tensor, 2),
    'where: expected a Tensor or a number, got null',
  );
});

test('clip limits to both bounds and keeps the shape; NaN stays NaN', () => {
  const x = f64([-5, -1, 0.5, 2, 7, NaN], [2, 3]);
  const y = clip(x, -1, 2);
  assert.equal(y.shape, [2, 3]);
  assertSame(y.data, [-1, -1, 0.5, 2, 2, NaN]);
  assertSame(clip(f64([-Infinity, -0, Infinity]), 0, 1).data, [0, -0, 1]);
  assertSame(clip(f64([-3, 3]), -Infinity, Infinity).data, [-3, 3]);
  assertSame(clip(f64([-3, 3]), 1, 1).data, [1, 1]);
  assert.equal(clip(f64([], [0, 2]), 0, 1).shape, [0, 2]);
  assert.is(clip(f64([3], []), 0, 1).item(), 1);
});

test('clip lets the gradient through inside, at its bounds and for NaN, and stops it outside, also an infinite one', () => {
  const slope = grad((x: Tensor) => clip(x, -1, 2).sum());
  const past = 2 + 2 * Number.EPSILON;
  assertSame(slope(f64([-5, -1, 0, 2, past, Infinity, NaN])).data, [0, 1, 1, 1, 0, 0, 1]);
  assertSame(grad((x: Tensor) => clip(x, 0, 9).sqrt().sum())(f64([-1, 4])).data, [0, 0.25]);
  assertSame(grad((x: Tensor) => slope(x).sum())(f64([-5, -1, 0])).data, [0, 0, 0]);
  assertSame(grad((x: Tensor) => clip(x, 1, 1).sum())(f64([0, 1, 2])).data, [0, 1, 0]);
});

test('clip is the smaller of high and the larger of low and x, in both dtypes', () => {
  property(
    fc.tuple(fc.integer({ min: -300, max: 300 }), fc.array(fc.integer({ min: -300, max: 300 }))),
    ([n, m]) => {
      const low = n / 64;
      const values = m.map((value) => value / 64);
      const expected = values.map((value) => Math.min(Math.max(value, low), low + 1));
      for (const dtype of ['float32', 'float64'] as const)
        assertSame(clip(tensor(values, { dtype }), low, low + 1).data, expected);
    },
  );
});

test('a clip with its bounds the wrong way round, or with no bound, is refused', () => {
  assertThrows(
    () => clip(f64([1]), 2, 1),
    'clip: expected low ≤ high, got 2 and 1',
    '(test/ops/values/compare.test.ts:',
  );
  assertThrows(() => clip(f64([1]), NaN, 1), 'clip: expected low ≤ high, got NaN and 1');
  assertThrows(
    () => clip(f64([1]), 0, undefined as unknown as number),
    'clip: expected a Tensor or a number, got undefined',
  );
  assertThrows(() => clip(1 as unknown as Tensor, 0, 1), 'clip: input 0 is a number; expected a Tensor');
});

test('the methods are the functions', () => {
  const [a, b] = [f64([1, 2, 3]), f64([2, 2, 2])];
  const pairs: [Tensor, Tensor][] = [
    [a.greater(b), greater(a, b)],
    [a.greaterEqual(2), greaterEqual(a, 2)],
    [a.less(b), less(a, b)],
    [a.lessEqual(2), lessEqual(a, 2)],
    [a.equal(b), equal(a, b)],
    [a.notEqual(b), notEqual(a, b)],
    [a.clip(1.5, 2.5), clip(a, 1.5, 2.5)],
  ];
  for (const [method, op] of pairs) assertSame(method.data, op.data);
});
