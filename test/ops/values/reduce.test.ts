import {
  argMax,
  argMin,
  broadcastTo,
  cumSum,
  grad,
  hessian,
  logSumExp,
  max,
  mean,
  min,
  norm,
  prod,
  random,
  type Shape,
  std,
  sum,
  sumTo,
  type Tensor,
  tensor,
  variance,
} from 'tapegrad';
import * as assert from 'uvu/assert';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';

const test = suite('reduce');

type Axes = number | readonly number[] | undefined;

const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);
const f64 = (data: number[], shape: Shape = [data.length]): Tensor =>
  tensor(data, { dtype: 'float64', shape });
const slopes = (f: (x: Tensor) => Tensor, at: Tensor): Tensor => grad((x: Tensor) => f(x).sum())(at);
const curvatures = (f: (x: Tensor) => Tensor, at: Tensor): Tensor =>
  slopes(
    grad((x: Tensor) => f(x).sum()),
    at,
  );
const rng = random('reduce');
const normal = (shape: Shape, requiresGrad = false): Tensor =>
  tensor(
    Float64Array.from({ length: sizeOf(shape) }, () => rng.normal()),
    { shape, requiresGrad },
  );

const total = (x: number[]): number => x.reduce((a, b) => a + b, 0);
const average = (x: number[]): number => total(x) / x.length;
const spread = (x: number[], correction: number): number =>
  total(x.map((v) => (v - average(x)) ** 2)) / (x.length - correction);
const length = (x: number[], p: number): number => total(x.map((v) => Math.abs(v) ** p)) ** (1 / p);
const product = (x: number[]): number => x.reduce((a, b) => a * b, 1);
const largest = (x: number[]): number => x.reduce((a, b) => (a > b ? a : b));
const smallest = (x: number[]): number => x.reduce((a, b) => (a < b ? a : b));

interface Reduction {
  readonly name: string;
  readonly op: (x: Tensor, axes?: Axes, keepdims?: boolean) => Tensor;
  readonly value: (x: number[]) => number;
  /** ∂y/∂xᵢ where no two elements tie. */
  readonly slope: (x: number[], i: number) => number;
}

const REDUCTIONS: readonly Reduction[] = [
  { name: 'sum', op: sum, value: total, slope: () => 1 },
  { name: 'mean', op: mean, value: average, slope: (x) => 1 / x.length },
  { name: 'max', op: max, value: largest, slope: (x, i) => (x[i] === largest(x) ? 1 : 0) },
  { name: 'min', op: min, value: smallest, slope: (x, i) => (x[i] === smallest(x) ? 1 : 0) },
  { name: 'prod', op: prod, value: product, slope: (x, i) => product(x.filter((_, j) => j !== i)) },
  {
    name: 'logSumExp',
    op: logSumExp,
    value: (x) => Math.log(total(x.map(Math.exp))),
    slope: (x, i) => Math.exp(x[i]!) / total(x.map(Math.exp)),
  },
  {
    name: 'variance with correction 0',
    op: (x, axes, keepdims = false) => variance(x, axes, { keepdims, correction: 0 }),
    value: (x) => spread(x, 0),
    slope: (x, i) => (2 * (x[i]! - average(x))) / x.length,
  },
  {
    name: 'norm',
    op: (x, axes, keepdims = false) => norm(x, axes, { keepdims }),
    value: (x) => length(x, 2),
    slope: (x, i) => x[i]! / length(x, 2),
  },
  {
    name: 'norm with p = 1',
    op: (x, axes, keepdims = false) => norm(x, axes, { keepdims, p: 1 }),
    value: (x) => total(x.map(Math.abs)),
    slope: (x, i) => Math.sign(x[i]!),
  },
  {
    name: 'norm with p = 3',
    op: (x, axes, keepdims = false) => norm(x, axes, { keepdims, p: 3 }),
    value: (x) => length(x, 3),
    slope: (x, i) => (x[i]! * Math.abs(x[i]!)) / length(x, 3) ** 2,
  },
  {
    name: 'norm with p = ∞',
    op: (x, axes, keepdims = false) => norm(x, axes, { keepdims, p: Infinity }),
    value: (x) => largest(x.map(Math.abs)),
    slope: (x, i) => (Math.abs(x[i]!) === largest(x.map(Math.abs)) ? Math.sign(x[i]!) : 0),
  },
];

/** These are undefined for single elements and so meet rows of two and more only. */
const SPREADS: readonly Reduction[] = [
  {
    name: 'variance',
    op: (x, axes, keepdims = false) => variance(x, axes, { keepdims }),
    value: (x) => spread(x, 1),
    slope: (x, i) => (2 * (x[i]! - average(x))) / (x.length - 1),
  },
  {
    name: 'std',
    op: (x, axes, keepdims = false) => std(x, axes, { keepdims }),
    value: (x) => Math.sqrt(spread(x, 1)),
    slope: (x, i) => (x[i]! - average(x)) / ((x.length - 1) * Math.sqrt(spread(x, 1))),
  },
  {
    name: 'std with correction 0',
    op: (x, axes, keepdims = false) => std(x, axes, { keepdims, correction: 0 }),
    value: (x) => Math.sqrt(spread(x, 0)),
    slope: (x, i) => (x[i]! - average(x)) / (x.length * Math.sqrt(spread(x, 0))),
  },
];

/** Shape, axes as given, axes meant, shape of the result, shape with keepdims. */
const CASES: readonly (readonly [Shape, Axes, number[], Shape, Shape])[] = [
  [[2, 3, 4], undefined, [0, 1, 2], [], [1, 1, 1]],
  [[2, 3, 4], [0, 1, 2], [0, 1, 2], [], [1, 1, 1]],
  [[2, 3, 4], 0, [0], [3, 4], [1, 3, 4]],
  [[2, 3, 4], -3, [0], [3, 4], [1, 3, 4]],
  [[2, 3, 4], 1, [1], [2, 4], [2, 1, 4]],
  [[2, 3, 4], [1], [1], [2, 4], [2, 1, 4]],
  [[2, 3, 4], -1, [2], [2, 3], [2, 3, 1]],
  [[2, 3, 4], [2, 0], [0, 2], [3], [1, 3, 1]],
  [[2, 3, 4], [-1, 1], [1, 2], [2], [2, 1, 1]],
  [[2, 3, 4], [-2, -3], [0, 1], [4], [1, 1, 4]],
  [[5], 0, [0], [], [1]],
  [[1, 6], -1, [1], [1], [1, 1]],
  [[7, 2], 0, [0], [2], [1, 2]],
];

const SINGLE_ELEMENTS: typeof CASES = [
  [[], undefined, [], [], []],
  [[], [], [], [], []],
  [[3], [], [], [3], [3]],
  [[3, 1], 1, [1], [3], [3, 1]],
  [[1, 1], undefined, [0, 1], [], [1, 1]],
];

/** For each element of the result, row-major, the positions in x that are reduced into it. */
function groups(shape: Shape, axes: readonly number[]): number[][] {
  const members = new Map<string, number[]>();
  for (let position = 0; position < sizeOf(shape); position++) {
    const index: number[] = [];
    for (let axis = shape.length - 1, rest = position; axis >= 0; axis--) {
      index.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    const kept = index.filter((_, axis) => !axes.includes(axis)).join();
    members.set(kept, [...(members.get(kept) ?? []), position]);
  }
  return [...members.values()];
}

for (const { name, op, value, slope } of [...REDUCTIONS, ...SPREADS]) {
  const isSpread = SPREADS.some((spread) => spread.name === name);
  const cases = isSpread ? CASES : [...CASES, ...SINGLE_ELEMENTS];

  test(`${name} has the values of the formula over any axes, with and without keepdims`, () => {
    for (const [shape, axes, meant, reduced, kept] of cases) {
      const x = normal(shape);
      const expected = groups(shape, meant).map((group) => value(group.map((i) => x.data[i]!)));
      const what = `${name} of [${shape}] over ${axes}`;
      const y = op(x, axes);
      assert.equal(y.shape, reduced, what);
      assertClose(y.data, expected, { relative: 1e-13, absolute: 1e-15, what });
      const z = op(x, axes, true);
      assert.equal(z.shape, kept, what);
      assertSame(z.data, y.data, what);
    }
  });

  test(`${name} spreads the gradient over what it reduced`, () => {
    for (const [shape, axes, meant, reduced] of cases) {
      const x = normal(shape, true);
      const g = normal(reduced);
      op(x, axes).backward(g);
      const expected = new Float64Array(x.size);
      for (const [row, group] of groups(shape, meant).entries()) {
        const values = group.map((i) => x.data[i]!);
        for (const [i, position] of group.entries()) expected[position] = g.data[row]! * slope(values, i);
      }
      assert.equal(x.grad!.shape, shape);
      assertClose(x.grad!.data, expected, {
        relative: 1e-12,
        absolute: 1e-14,
        what: `${name} of [${shape}] over ${axes}`,
      });
    }
  });

  test(`${name} in float32 agrees with float64`, () => {
    const numbers = Float32Array.from({ length: 60 }, () => rng.normal());
    const single = tensor(numbers, { shape: [3, 4, 5] });
    const double = tensor(Float64Array.from(numbers), { shape: [3, 4, 5] });
    for (const axes of [0, 1, -1, [0, 2]]) {
      const y = op(single, axes);
      assert.is(y.dtype, 'float32');
      assertClose(y.data, op(double, axes).data, { relative: 1e-6, absolute: 5e-7, what: name });
      const slope32 = slopes((x) => op(x, axes), single);
      assertClose(slope32.data, slopes((x) => op(x, axes), double).data, { relative: 5e-6, absolute: 1e-6 });
    }
  });

  test(`${name} refuses axes that do not exist or come twice, in its own name`, () => {
    const own = name.split(' ')[0]!;
    const x = normal([2, 3, 4]);
    const range = 'does not exist in a tensor of rank 3; expected -3 to 2';
    assertThrows(() => op(x, 3), `${own}: axis 3 ${range}`, '(test/ops/values/reduce.test.ts:');
    assertThrows(() => op(x, [0, -4]), `${own}: axis -4 ${range}`);
    assertThrows(() => op(x, 0.5), `${own}: axis 0.5 ${range}`);
    assertThrows(() => op(x, [1, -2]), `${own}: an axis is named twice in [1, 1]`);
    assertThrows(() => op(f64([1], []), 1), `${own}: axis 1`, 'rank 0; expected none');
    assertThrows(() => op(f64([1], []), [0]), `${own}: axis 0`, 'rank 0; expected none');
  });

  test(`${name} of a scalar along axis 0 or −1 is that of one number`, () => {
    for (const axis of [0, -1])
      for (const keepdims of [false, true]) {
        const x = tensor(-3, { dtype: 'float64', requiresGrad: true });
        const y = op(x, axis, keepdims);
        assert.equal(y.shape, []);
        assertClose(y.data, [value([-3])], { what: name });
        y.backward();
        assert.equal(x.grad!.shape, []);
        if (!isSpread) assertClose(x.grad!.data, [slope([-3], 0)], { absolute: 0, what: name });
      }
  });
}

test('over nothing a sum is 0, a product 1, a norm 0, a logSumExp −∞, and a mean or variance NaN', () => {
  const empty = f64([]);
  const three = f64([], [0, 3]);
  const expected: [(x: Tensor, axes?: Axes) => Tensor, number][] = [
    [sum, 0],
    [prod, 1],
    [(x, axes) => norm(x, axes), 0],
    [(x, axes) => norm(x, axes, { p: 1 }), 0],
    [(x, axes) => norm(x, axes, { p: 3 }), 0],
    [(x, axes) => norm(x, axes, { p: Infinity }), 0],
    [logSumExp, -Infinity],
    [mean, NaN],
    [(x, axes) => variance(x, axes), NaN],
    [(x, axes) => variance(x, axes, { correction: 0 }), NaN],
    [(x, axes) => std(x, axes), NaN],
  ];
  for (const [op, value] of expected) {
    assertSame(op(empty).data, [value]);
    assertSame(op(three, 0).data, [value, value, value]);
    assert.equal(op(three, 0).shape, [3]);
    assert.equal(op(three, 1).shape, [0]);
    assertSame(op(f64([], [2, 0, 2]), 1).data, [value, value, value, value]);
  }
});

test('the gradient of a reduction over nothing is empty', () => {
  for (const op of [sum, mean, (x: Tensor) => norm(x), (x: Tensor) => variance(x)]) {
    const x = tensor([], { shape: [2, 0], requiresGrad: true });
    op(x).backward();
    assert.equal(x.grad!.shape, [2, 0]);
  }
});

test('the largest and the smallest of no elements do not exist', () => {
  const none = f64([], [0, 3]);
  assertThrows(() => max(none), 'max: the max of no elements does not exist: shape [0, 3] over axes [0, 1]');
  assertThrows(() => min(none, 0), 'min: the min of no elements does not exist: shape [0, 3] over axes [0]');
  assertThrows(() => argMax(none, 0), 'argMax: the argMax of no elements does not exist');
  assertThrows(() => argMin(none, 0), 'argMin: the argMin of no elements does not exist');
  for (const op of [max, min, argMax, argMin]) assert.equal(op(none, 1).shape, [0]);
});

test('NaN and infinities stay in their row', () => {
  const x = f64([1, NaN, 2, Infinity, 5, Infinity, -Infinity, Infinity, 1, 2, 3, 4], [4, 3]);
  const last = (op: (x: Tensor, axes: number) => Tensor): ArrayLike<number> => op(x, 1).data;
  assertSame(last(sum), [NaN, Infinity, NaN, 9]);
  assertSame(last(mean), [NaN, Infinity, NaN, 3]);
  assertSame(last(max), [NaN, Infinity, Infinity, 4]);
  assertSame(last(min), [NaN, 5, -Infinity, 2]);
  assertSame(last(prod), [NaN, Infinity, -Infinity, 24]);
  assertClose(last(norm), [NaN, Infinity, Infinity, Math.sqrt(29)], { relative: 1e-15 });
  assertClose(
    last((row, axes) => norm(row, axes, { p: 3 })),
    [NaN, Infinity, Infinity, 99 ** (1 / 3)],
    { relative: 1e-15 },
  );
  assertClose(last(logSumExp), [NaN, Infinity, Infinity, Math.log(Math.exp(2) + Math.exp(3) + Math.exp(4))], {
    relative: 1e-15,
  });
  assertSame(last(variance), [NaN, NaN, NaN, 1]);
  assertSame(last(std), [NaN, NaN, NaN, 1]);
  assertSame(cumSum(x).data, [1, NaN, NaN, Infinity, Infinity, Infinity, -Infinity, NaN, NaN, 2, 5, 9]);
  for (const op of [max, norm, logSumExp, prod, std]) {
    const lastRow = slopes((t) => op(t, 1), x).data.slice(9);
    assertSame(lastRow, slopes((t) => op(t, 1), f64([2, 3, 4], [1, 3])).data, 'gradient of the healthy row');
  }
});

test('sums are accumulated in double precision and rounded once', () => {
  const x = [1e8, 1, -1e8];
  assert.is(sum(tensor(x)).item(), 1);
  assertSame(sum(tensor([x, x].flat(), { shape: [2, 3] }), 1).data, [1, 1]);
  assertSame(sum(tensor([1e8, 1e8, 1, 2, -1e8, -1e8], { shape: [3, 2] }), 0).data, [1, 2]);
  assertSame(cumSum(tensor(x)).data, [1e8, 1e8, 1]);
  const tenths = new Float32Array(100_000).fill(0.1);
  assert.is(sum(tensor(tenths)).item(), Math.fround(100_000 * Math.fround(0.1)));
});

test('huge and subnormal numbers sum, and overflow only where the result does', () => {
  assertSame(sum(f64([1e308, 1e308])).data, [Infinity]);
  assertSame(sum(f64([5e-324, 5e-324])).data, [1e-323]);
  assertSame(sum(tensor([2 ** 127, 2 ** 127, -(2 ** 127)])).data, [2 ** 127]);
  assertSame(max(f64([-1e308, -5e-324])).data, [-5e-324]);
  assertSame(min(f64([0, -0])).data, [-0]);
  assertSame(max(f64([-0, 0])).data, [0]);
});

test('ties in max and min share the gradient evenly', () => {
  assertSame(slopes(max, f64([3, 1, 3])).data, [0.5, 0, 0.5]);
  assertSame(slopes(min, f64([3, 1, 3, 1])).data, [0, 0.5, 0, 0.5]);
  assertSame(slopes(max, f64([7, 7, 7, 7])).data, [0.25, 0.25, 0.25, 0.25]);
  assertSame(slopes(max, f64([0, -0])).data, [0.5, 0.5]);
  assertSame(slopes(max, f64([-Infinity, -Infinity])).data, [0.5, 0.5]);
  const rows = f64([1, 1, 0, 2, 5, 2], [2, 3]);
  assertSame(slopes((x) => max(x, 1), rows).data, [0.5, 0.5, 0, 0, 1, 0]);
  assertSame(slopes((x) => min(x, -1), rows).data, [0, 0, 1, 0.5, 0, 0.5]);
  assertSame(slopes((x) => max(x, [0, 1]), rows).data, [0, 0, 0, 0, 1, 0]);
  assertSame(slopes((x) => max(x, 1, true), rows).data, [0.5, 0.5, 0, 0, 1, 0]);
  assertSame(curvatures(max, f64([3, 1, 3])).data, [0, 0, 0]);
});

test('max and min send an infinite gradient to the winners alone, and take NaN for the winner', () => {
  assertSame(slopes((x) => max(x).sqrt(), f64([0, -1])).data, [Infinity, 0]);
  assertSame(slopes((x) => min(x).sqrt(), f64([0, 5])).data, [Infinity, 0]);
  for (const op of [max, min])
    assertSame(
      slopes((x) => op(x, 1), f64([1, NaN, NaN, 2, 2, 1, 1, 2], [2, 4])).data.slice(0, 4),
      [0, 0.5, 0.5, 0],
    );
});

test('a variance of too few elements for its correction is NaN, or infinite where the values differ', () => {
  assertSame(variance(f64([3])).data, [NaN]);
  assertSame(std(f64([3])).data, [NaN]);
  assertSame(variance(f64([3]), undefined, { correction: 2 }).data, [NaN]);
  assertSame(variance(f64([1, 3]), undefined, { correction: 3 }).data, [Infinity]);
  assertSame(variance(f64([3]), undefined, { correction: 0 }).data, [0]);
  assertSame(slopes((x) => variance(x, 0, { correction: 0 }), f64([3])).data, [0]);
});

test('variance and std divide by n − correction', () => {
  const x = f64([1, 2, 3, 6]);
  const corrected = [0, 1, 2, 1.5].map((correction) => variance(x, 0, { correction }).item());
  assertClose(corrected, [14 / 4, 14 / 3, 14 / 2, 14 / 2.5], { relative: 1e-15 });
  assert.is(variance(x).item(), 14 / 3);
  assert.is(std(x).item(), Math.sqrt(14 / 3));
  assert.is(std(x, 0, { correction: 2 }).item(), Math.sqrt(7));
});

test('variance does not lose small differences of large numbers', () => {
  assert.is(variance(f64([1e9 + 1, 1e9 + 2, 1e9 + 3])).item(), 1);
  assert.is(variance(tensor([4097, 4098, 4099])).item(), 1);
});

test('std of a constant is 0 with slope 0; its variance has slope 0 and the usual curvature', () => {
  const constant = f64([2, 2, 2]);
  assertSame(std(constant).data, [0]);
  assertSame(slopes((x) => std(x), constant).data, [0, 0, 0]);
  assertSame(slopes((x) => variance(x), constant).data, [0, 0, 0]);
  const rows = f64([2, 2, 1, 3], [2, 2]);
  assertClose(slopes((x) => std(x, 1), rows).data, [0, 0, -Math.SQRT1_2, Math.SQRT1_2], { relative: 1e-15 });
  assertClose(
    hessian((x) => variance(x))(constant).data,
    [2 / 3, -1 / 3, -1 / 3, -1 / 3, 2 / 3, -1 / 3, -1 / 3, -1 / 3, 2 / 3],
    { relative: 1e-15 },
  );
});

test('a norm at 0 is 0 with slope 0, for every p, beside rows that are not 0', () => {
  for (const p of [1, 1.5, 2, 3, Infinity]) {
    const rows = f64([0, 0, 0, 5], [2, 2]);
    const op = (x: Tensor): Tensor => norm(x, 1, { p });
    assertSame(op(rows).data, [0, 5], `p = ${p}`);
    assertClose(slopes(op, rows).data, [0, 0, 0, 1], { relative: 1e-15, what: `p = ${p}` });
  }
});

test('a norm neither overflows nor vanishes where its result does not', () => {
  for (const scale of [1e200, 1, 1e-200, 1e-300]) {
    const x = f64([3 * scale, -4 * scale]);
    assertClose(norm(x).data, [5 * scale], { relative: 1e-15, absolute: 0 });
    assertClose(slopes((t) => norm(t), x).data, [0.6, -0.8], { relative: 1e-15 });
    assertClose(norm(x, 0, { p: 3 }).data, [91 ** (1 / 3) * scale], { relative: 1e-15, absolute: 0 });
  }
  assertClose(norm(tensor([3e30, 4e30])).data, [5e30], { relative: 1e-7 });
  assertSame(norm(f64([5e-324])).data, [5e-324]);
});

test('norms of hand-computed vectors; ties in the largest element share its gradient', () => {
  const x = f64([3, -4, 0]);
  const p = (value: number): number => norm(x, undefined, { p: value }).item();
  assertClose([p(1), p(2), p(3), p(Infinity)], [7, 5, 91 ** (1 / 3), 4], { relative: 1e-15 });
  assertClose(slopes((t) => norm(t, 0, { p: 1 }), x).data, [1, -1, 0]);
  assertClose(slopes((t) => norm(t, 0, { p: Infinity }), f64([3, -3, 1])).data, [0.5, -0.5, 0]);
});

test('a norm with p below 1 is refused', () => {
  assertThrows(
    () => norm(f64([1]), 0, { p: 0.5 }),
    'norm: p is a number ≥ 1, got 0.5',
    '(test/ops/values/reduce.test.ts:',
  );
  assertThrows(() => norm(f64([1]), 0, { p: NaN }), 'norm: p is a number ≥ 1, got NaN');
  assertThrows(() => norm(f64([1]), 0, { p: -Infinity }), 'norm: p is a number ≥ 1, got -Infinity');
});

test('logSumExp of ±1000 has finite values, gradients and second derivatives in both dtypes', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const x = tensor([1000, 1000, -1000, -1000, 1000, -1000], { dtype, shape: [3, 2] });
    const op = (t: Tensor): Tensor => logSumExp(t, 1);
    const expected = [1000 + Math.LN2, -1000 + Math.LN2, 1000];
    assertClose(op(x).data, expected, { relative: dtype === 'float32' ? 1e-7 : 1e-15 });
    const tolerance = dtype === 'float32' ? 1e-4 : 1e-12;
    assertClose(slopes(op, x).data, [0.5, 0.5, 0.5, 0.5, 1, 0], { absolute: tolerance });
    // The rows of each Hessian sum to 0; its diagonal is p(1 − p).
    assertClose(curvatures(op, x).data, [0, 0, 0, 0, 0, 0], { absolute: tolerance });
    const diagonal = hessian((t) => logSumExp(t))(tensor([1000, 1000], { dtype })).data;
    assertClose(diagonal, [0.25, -0.25, -0.25, 0.25], { absolute: tolerance });
  }
});

test('logSumExp passes over −∞, and is −∞ where there is nothing else', () => {
  const x = f64([-Infinity, 2, -Infinity, -Infinity], [2, 2]);
  assertSame(logSumExp(x, 1).data, [2, -Infinity]);
  assertSame(slopes((t) => logSumExp(t, 1), x).data.slice(0, 2), [0, 1]);
  assertClose(logSumExp(f64([0, -Infinity, 0])).data, [Math.LN2], { relative: 1e-15 });
  assertClose(slopes(logSumExp, f64([0, -Infinity, 0])).data, [0.5, 0, 0.5], { relative: 1e-15 });
  assertSame(logSumExp(f64([Infinity, -Infinity])).data, [Infinity]);
});

test('logSumExp of one number is that number, and adding a constant to all adds it to the result', () => {
  assertSame(logSumExp(f64([-1234.5])).data, [-1234.5]);
  assertSame(logSumExp(f64([7], [])).data, [7]);
  property(fc.array(fc.integer({ min: -640, max: 640 }), { minLength: 1, maxLength: 6 }), (values) => {
    const x = f64(values.map((value) => value / 64));
    for (const constant of [-4096, 4096])
      assertClose(logSumExp(x.add(constant)).data, logSumExp(x).add(constant).data, { relative: 1e-15 });
    assertClose([slopes(logSumExp, x).sum().item()], [1], { relative: 1e-14 });
  });
});

test('the gradient of a product is exact where factors are 0', () => {
  assertClose(slopes(prod, f64([0, 2, 3])).data, [6, 0, 0], { absolute: 0 });
  assertClose(slopes(prod, f64([5, 0, 2, 0])).data, [0, 0, 0, 0], { absolute: 0 });
  assertClose(slopes(prod, f64([2, 3, -4, 0, 5])).data, [0, 0, 0, -120, 0], { absolute: 0 });
  const rows = f64([0, 2, 3, 1, 2, 3], [2, 3]);
  assertSame(prod(rows, 1).data, [0, 6]);
  assertClose(slopes((x) => prod(x, 1), rows).data, [6, 0, 0, 6, 3, 2], { absolute: 0 });
  assertSame(prod(rows, 0).data, [0, 4, 9]);
  assertClose(slopes((x) => prod(x, 0), rows).data, [1, 2, 3, 0, 2, 3], { absolute: 0 });
});

test('the second derivative of a product is exact where two factors are 0', () => {
  assertClose(hessian((x) => prod(x))(f64([0, 0, 3])).data, [0, 3, 0, 3, 0, 0, 0, 0, 0], { absolute: 0 });
  assertClose(hessian((x) => prod(x))(f64([2, 3, 5])).data, [0, 5, 3, 5, 0, 2, 3, 2, 0], { absolute: 0 });
});

test('argMax and argMin give the first position along the last axis, unless another is named', () => {
  const x = f64([1, 5, 5, 2, 0, 2], [2, 3]);
  assert.equal(argMax(x).shape, [2]);
  assertSame(argMax(x).data, [1, 0]);
  assertSame(argMin(x).data, [0, 1]);
  assertSame(argMax(x, 0).data, [1, 0, 0]);
  assertSame(argMin(x, -2).data, [0, 1, 1]);
  assert.equal(argMax(x, 0, true).shape, [1, 3]);
  assert.equal(argMin(x, 1, true).shape, [2, 1]);
  const cube = f64([0, 9, 4, 1, 8, 2, 3, 7], [2, 2, 2]);
  assertSame(argMax(cube, 1).data, [1, 0, 0, 1]);
  assertSame(argMin(cube, 1).data, [0, 1, 1, 0]);
  assertSame(argMax(f64([0, -0, -1])).data, [0]);
  assertSame(argMin(f64([-0, 0, 1])).data, [0]);
});

test('argMax and argMin point at the first NaN, and at infinities', () => {
  assertSame(argMax(f64([1, NaN, 7, NaN])).data, [1]);
  assertSame(argMin(f64([1, NaN, -7, NaN])).data, [1]);
  assertSame(argMax(f64([1, Infinity, Infinity])).data, [1]);
  assertSame(argMin(f64([-Infinity, 1, -Infinity])).data, [0]);
  assertSame(argMax(f64([-Infinity, -Infinity])).data, [0]);
});

test('positions carry no gradient, and keep the dtype', () => {
  const x = tensor([3, 1, 2], { requiresGrad: true });
  for (const op of [argMax, argMin]) {
    assert.is(op(x).requiresGrad, false);
    assert.is(op(x).dtype, 'float32');
  }
  assertThrows(() => argMax(x).sum().backward(), 'does not depend on any tensor that requires a gradient');
});

test('argMax and argMin refuse an axis that does not exist, in their own names', () => {
  for (const [name, op] of [
    ['argMax', argMax],
    ['argMin', argMin],
  ] as const) {
    assertThrows(() => op(f64([1, 2]), 1), `${name}: axis 1 does not exist in a tensor of rank 1`, '-1 to 0');
    for (const axis of [0, -1]) {
      assertSame(op(f64([7], []), axis).data, [0]);
      assert.equal(op(f64([7], []), axis, true).shape, []);
    }
    assertThrows(() => op(f64([1], []), 1), `${name}: axis 1 does not exist`);
  }
});

test('cumSum runs along the last axis or another, from either end', () => {
  const x = f64([1, 2, 3, 10, 20, 30], [2, 3]);
  assertSame(cumSum(x).data, [1, 3, 6, 10, 30, 60]);
  assertSame(cumSum(x, 0).data, [1, 2, 3, 11, 22, 33]);
  assertSame(cumSum(x, -2).data, cumSum(x, 0).data);
  assertSame(cumSum(x, 1, true).data, [6, 5, 3, 60, 50, 30]);
  assertSame(cumSum(x, 0, true).data, [11, 22, 33, 10, 20, 30]);
  const cube = f64([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
  assertSame(cumSum(cube, 1).data, [1, 2, 4, 6, 5, 6, 12, 14]);
  assert.equal(cumSum(f64([], [2, 0]), 0).shape, [2, 0]);
  assert.equal(cumSum(f64([], [0]), 0).shape, [0]);
});

test('the gradient of a running sum is the running sum of gradients from the other end', () => {
  const x = tensor([0, 0, 0], { dtype: 'float64', requiresGrad: true });
  cumSum(x).backward(f64([1, 10, 100]));
  assertSame(x.grad!.data, [111, 110, 100]);
  x.grad = null;
  cumSum(x, 0, true).backward(f64([1, 10, 100]));
  assertSame(x.grad!.data, [1, 11, 111]);
});

test('cumSum in float32 agrees with float64, and refuses an axis that does not exist', () => {
  const numbers = Float32Array.from({ length: 200 }, () => rng.normal());
  const y = cumSum(tensor(numbers));
  assert.is(y.dtype, 'float32');
  assertClose(y.data, cumSum(tensor(Float64Array.from(numbers))).data, { relative: 1e-7, absolute: 0 });
  assertThrows(
    () => cumSum(f64([1, 2]), 1),
    'cumSum: axis 1 does not exist in a tensor of rank 1; expected -1 to 0',
  );
  for (const axis of [0, -1]) {
    const x = tensor(5, { requiresGrad: true });
    const running = cumSum(x, axis);
    assert.equal([running.shape, running.toArray()], [[1], [5]], 'as in NumPy, one element');
    running.sum().backward();
    assert.equal(x.grad!.toArray(), 1);
  }
  assertThrows(() => cumSum(f64([1], []), 1), 'cumSum: axis 1 does not exist');
});

/** A shape and one that it broadcasts to. */
const REPEATS: readonly (readonly [Shape, Shape])[] = [
  [[], [2, 3]],
  [[3], [2, 3]],
  [
    [2, 1],
    [2, 3],
  ],
  [
    [1, 3],
    [4, 3],
  ],
  [
    [2, 1, 3],
    [5, 2, 4, 3],
  ],
  [[1], [1, 1, 1]],
  [
    [2, 3],
    [2, 3],
  ],
  [
    [1, 3],
    [0, 3],
  ],
];

test('broadcastTo repeats, sumTo adds up what was repeated', () => {
  const y = broadcastTo(f64([1, 2], [2, 1]), [2, 2, 3]);
  assert.equal(y.shape, [2, 2, 3]);
  assertSame(y.data, [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]);
  const x = f64([1, 2, 3, 10, 20, 30], [2, 3]);
  assertSame(sumTo(x, [3]).data, [11, 22, 33]);
  assertSame(sumTo(x, [2, 1]).data, [6, 60]);
  assertSame(sumTo(x, [1, 3]).data, [11, 22, 33]);
  assertSame(sumTo(x, []).data, [66]);
  assertSame(sumTo(x, [2, 3]).data, x.data);
  assertSame(sumTo(f64([], [0, 3]), [1, 3]).data, [0, 0, 0]);
});

test('broadcastTo and sumTo are each other’s adjoint: ⟨broadcastTo(x), g⟩ = ⟨x, sumTo(g)⟩, by value and by gradient', () => {
  for (const [small, large] of REPEATS) {
    const x = normal(small, true);
    const g = normal(large, true);
    const spreadOut = broadcastTo(x, large);
    const gathered = sumTo(g, small);
    assert.equal(spreadOut.shape, large);
    assert.equal(gathered.shape, small);
    const [left, right] = [spreadOut.mul(g.detach()).sum(), gathered.mul(x.detach()).sum()];
    assertClose(left.data, right.data, { relative: 1e-13, absolute: 1e-14 });
    left.backward();
    right.backward();
    assertClose(x.grad!.data, gathered.data, { relative: 1e-13, absolute: 1e-14 });
    assertClose(g.grad!.data, spreadOut.data, { relative: 1e-13 });
  }
});

test('broadcastTo refuses a shape that x does not repeat to, and one that is none', () => {
  assertThrows(
    () => broadcastTo(f64([1, 2]), [2, 3] as Shape),
    'broadcastTo: cannot broadcast [2] with [2, 3]: axis 1 is 2 against 3',
  );
  assertThrows(
    () => broadcastTo(f64([1, 2, 3], [1, 3]), [3] as Shape),
    'broadcastTo: [1, 3] does not broadcast to [3]',
    '(test/ops/values/reduce.test.ts:',
  );
  assertThrows(() => broadcastTo(f64([1, 2]), [1] as Shape), 'broadcastTo: [2] does not broadcast to [1]');
  assertThrows(
    () => broadcastTo(f64([1]), [-2] as Shape),
    'broadcastTo: a shape is a list of whole numbers ≥ 0',
  );
  assertThrows(() => broadcastTo(f64([1]), [1.5] as Shape), 'broadcastTo:', 'got [1.5]');
});

test('sumTo refuses a shape that does not repeat to that of x, even where the sizes agree', () => {
  assertThrows(
    () => sumTo(normal([2, 3]), [3, 2] as Shape),
    'sumTo: cannot broadcast [3, 2] with [2, 3]',
    '(test/ops/values/reduce.test.ts:',
  );
  assertThrows(() => sumTo(normal([4]), [2, 2] as Shape), 'sumTo: cannot broadcast [2, 2] with [4]');
  assertThrows(() => sumTo(normal([3]), [2, 3] as Shape), 'sumTo: [2, 3] does not broadcast to [3]');
  assertThrows(() => sumTo(normal([1, 3]), [2, 3] as Shape), 'sumTo: [2, 3] does not broadcast to [1, 3]');
});

test('the methods are the functions', () => {
  const x = f64([3, -1, 2, 5, 0.5, -2], [2, 3]);
  const pairs: [Tensor, Tensor][] = [
    [x.sum(1), sum(x, 1)],
    [x.mean([0, 1], true), mean(x, [0, 1], true)],
    [x.max(0), max(x, 0)],
    [x.min(-1, true), min(x, -1, true)],
    [x.prod(0), prod(x, 0)],
    [x.variance(1, { correction: 0 }), variance(x, 1, { correction: 0 })],
    [x.std(1, { keepdims: true }), std(x, 1, { keepdims: true })],
    [x.norm(0, { p: 3 }), norm(x, 0, { p: 3 })],
    [x.logSumExp(1), logSumExp(x, 1)],
    [x.argMax(0), argMax(x, 0)],
    [x.argMin(), argMin(x)],
    [x.cumSum(0, true), cumSum(x, 0, true)],
    [x.broadcastTo([2, 2, 3]), broadcastTo(x, [2, 2, 3])],
    [x.sumTo([3]), sumTo(x, [3])],
  ];
  for (const [method, op] of pairs) {
    assert.equal(method.shape, op.shape);
    assertSame(method.data, op.data);
  }
});

test('an argument that is no tensor is refused by name', () => {
  assertThrows(
    () => sum(2 as unknown as Tensor),
    'sum: expected a Tensor, got a number; make one with tensor(…)',
  );
});

test('a product over nothing still leads back to what it was computed from', () => {
  const x = tensor([], { requiresGrad: true });
  prod(x).backward();
  assert.equal(x.grad!.shape, [0]);
  assertSame(prod(f64([], [2, 0]), 1).data, [1, 1]);
});
