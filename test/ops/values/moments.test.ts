/** Means, spreads and lengths: their digits at any scale, and their derivatives where a plain formula has a hole. */
import * as assert from 'uvu/assert';
import {
  abs,
  cos,
  type Dtype,
  exp,
  grad,
  hessian,
  hvp,
  logSoftmax,
  logSumExp,
  mean,
  norm,
  pow,
  randn,
  random,
  softmax,
  std,
  sum,
  type Tensor,
  tensor,
  variance,
} from '../../../src/index.js';
import { assertClose, assertSame } from '../../support/close.js';
import { suite } from '../../support/suite.js';
import { DTYPES } from './loops.js';

const test = suite('moments');

const f64 = (data: number[], shape: number[] = [data.length]): Tensor =>
  tensor(data, { dtype: 'float64', shape });
const slopes = (f: (x: Tensor) => Tensor, at: Tensor): Tensor => grad((x: Tensor) => f(x).sum())(at);
const curvature = (f: (x: Tensor) => Tensor, at: Tensor): ArrayLike<number> =>
  hessian((x) => f(x).sum())(at).data;

/** Mean and standard deviation of numbers that are multiplied by `scale` afterwards, from plain loops. */
function exactly(values: ArrayLike<number>): { mean: number; std: number; norm: number } {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  const average = total / values.length;
  let [squares, around] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    squares += values[i]! ** 2;
    around += (values[i]! - average) ** 2;
  }
  return { mean: average, std: Math.sqrt(around / (values.length - 1)), norm: Math.sqrt(squares) };
}

/** Powers of two, by which multiplying costs no digit, from the smallest to the largest that each dtype has room for. */
const SCALES: Record<Dtype, number[]> = {
  float32: [2 ** -110, 2 ** -83, 1, 2 ** 63, 2 ** 100, 2 ** 118],
  float64: [2 ** -1000, 2 ** -664, 2 ** -500, 1, 2 ** 500, 2 ** 664, 2 ** 1010],
};

test('mean, std, norm and their gradients are as exact for huge and tiny numbers as for others', () => {
  for (const dtype of DTYPES)
    for (const centre of [0, 10]) {
      const plain = randn([1000], random(dtype), { dtype }).add(centre);
      const expected = exactly(plain.data);
      const relative = dtype === 'float32' ? 2 ** -23 : 1e-13;
      const ops: [string, (x: Tensor) => Tensor, number][] = [
        ['mean', (x) => mean(x), expected.mean],
        ['std', (x) => std(x), expected.std],
        ['norm', (x) => norm(x), expected.norm],
      ];
      for (const [name, op, value] of ops) {
        const slope = slopes(op, plain).data;
        for (const scale of SCALES[dtype]) {
          const x = plain.mul(scale);
          const what = `${name} of ${dtype} around ${centre} times ${scale}`;
          assertClose(op(x).data, [value * scale], { relative, absolute: 0, what });
          assertClose(slopes(op, x).data, slope, {
            relative: 1e-5,
            absolute: 0,
            what: `gradient of the ${what}`,
          });
        }
      }
    }
});

test('std of N(1e20, 1e19) and of N(0, 1e−25) in float32 are about 1e19 and 1e−25', () => {
  for (const [centre, spread] of [
    [1e20, 1e19],
    [0, 1e-25],
  ] as const) {
    const x = tensor(
      Float32Array.from(randn([1000], random(5), { dtype: 'float64' }).data, (z) => centre + spread * z),
    );
    assertClose(std(x).data, [exactly(x.data).std], { relative: 1e-6, absolute: 0 });
    assert.ok(std(x).item() > 0.9 * spread && std(x).item() < 1.1 * spread);
    const slope = slopes(std, x);
    assertClose([norm(slope).item()], [1 / Math.sqrt(999)], { relative: 1e-5 });
  }
});

test('a variance overflows only where it is beyond the dtype itself, and its gradient does not', () => {
  const x = tensor([1e19, 3e19]);
  assertClose(variance(x).data, [2e38], { relative: 1e-6 });
  assertClose(slopes(variance, x).data, [-2e19, 2e19], { relative: 1e-6 });
  assertSame(variance(tensor([1e20, 3e20])).data, [Infinity]);
  assertClose(slopes(variance, tensor([1e20, 3e20])).data, [-2e20, 2e20], { relative: 1e-6 });
  assertClose(variance(f64([1e-155, 3e-155])).data, [2e-310], { relative: 1e-12, absolute: 0 });
});

test('the mean of numbers whose sum overflows is finite', () => {
  assertClose(mean(tensor([3e38, 3e38, 3e38])).data, [3e38], { relative: 1e-7 });
  assertClose(mean(tensor(new Float32Array(4096).fill(3e38))).data, [3e38], { relative: 1e-7 });
  assertSame(mean(f64([1e308, 1e308, 1e308])).data, [1e308]);
  assertSame(mean(f64([1.5e308, 1e308, 1e308, -1.5e308], [2, 2]), 1).data, [1.25e308, -2.5e307]);
  assertSame(std(f64([1e308, -1e308]), 0, { correction: 0 }).data, [1e308]);
  assertSame(mean(f64([Infinity, 1])).data, [Infinity]);
  assertSame(mean(f64([Infinity, -Infinity])).data, [NaN]);
});

test('a mean is rounded once, over rows, columns and both', () => {
  const x = randn([64, 48], random(2));
  for (const axes of [0, 1, [0, 1]])
    assertSame(mean(x, axes).data, Float32Array.from(mean(x.astype('float64'), axes).data), `over ${axes}`);
});

test('std and variance of equal numbers are exactly 0, with slope 0', () => {
  for (const dtype of DTYPES)
    for (const value of [7.7, 0.1, 1e-30, 1e20, 16777217, -3.3])
      for (let n = 2; n < 40; n++) {
        const x = tensor(new Array<number>(n).fill(value), { dtype });
        assertSame(std(x).data, [0], `${n} times ${value} in ${dtype}`);
        assertSame(variance(x).data, [0]);
        assertClose(slopes(std, x).data, new Array(n).fill(0), { absolute: 0 });
      }
});

const HALVES = [0.5, -0.5, -0.5, 0.5];

test('a smooth function of a norm or of |x| has its second derivative at 0', () => {
  const zero = f64([0, 0]);
  const diagonal = (value: number): number[] => [value, 0, 0, value];
  const cases: [string, (x: Tensor) => Tensor, number][] = [
    ['‖x‖²', (x) => norm(x).square(), 2],
    ['‖x‖² by pow', (x) => pow(norm(x), 2), 2],
    ['‖x‖ · ‖x‖', (x) => norm(x).mul(norm(x)), 2],
    ['n · n', (x) => [norm(x)].map((n) => n.mul(n))[0]!, 2],
    ['exp(−‖x‖²)', (x) => exp(norm(x).square().neg()), -2],
    ['cos ‖x‖', (x) => cos(norm(x)), -1],
    ['√(1 + ‖x‖²)', (x) => norm(x).square().add(1).sqrt(), 1],
    ['‖x‖⁴', (x) => norm(x).square().square(), 0],
    ['|x|²', (x) => abs(x).square(), 2],
    ['|x| · |x|', (x) => abs(x).mul(abs(x)), 2],
    ['|x|³', (x) => pow(abs(x), 3), 0],
    ['2 cosh |x|', (x) => [abs(x)].map((a) => a.exp().add(a.neg().exp()))[0]!, 2],
  ];
  for (const [what, f, value] of cases)
    assertClose(curvature(f, zero), diagonal(value), { absolute: 1e-15, what });
  for (const dtype of DTYPES)
    assertClose(
      curvature((x) => norm(x).square(), tensor([0, 0], { dtype })),
      diagonal(2),
    );
  assertSame(hvp((x) => norm(x).square(), zero, f64([3, -5])).data, [6, -10]);
  const weight = grad((w: Tensor) => hvp((x) => norm(x).square().mul(w), zero, f64([1, 1])).sum());
  assertSame(weight(f64([3], [])).data, [4], 'the second derivative can be differentiated by a weight');
});

test('a smooth function of std has its second derivative at equal values', () => {
  const equal = f64([3, 3]);
  assertClose(
    curvature((x) => std(x, 0, { correction: 0 }).square(), equal),
    HALVES,
  );
  assertClose(
    curvature((x) => std(x).square(), equal),
    [1, -1, -1, 1],
  );
  const three = f64([7.7, 7.7, 7.7]);
  assertClose(
    curvature((x) => std(x).square(), three),
    curvature((x) => variance(x), three),
    { absolute: 1e-15 },
  );
  assertClose(
    curvature((x) => std(x, 0, { correction: 0 }).mul(std(x, 0, { correction: 0 })), equal),
    HALVES,
  );
});

test('rows at the tip and beside it have each their own second derivatives', () => {
  const rows = f64([0, 0, 3, 4], [2, 2]);
  for (const [f, axes] of [
    [(x: Tensor) => norm(x, 1).square(), 1],
    [(x: Tensor) => norm(x, -1, { keepdims: true }).square(), -1],
  ] as const) {
    const found = curvature(f, rows);
    const expected = curvature((x) => x.square().sum(axes), rows);
    assertClose(found, expected, { absolute: 1e-14 });
  }
  assertClose(
    curvature((x) => norm(x, 0).square(), f64([0, 3, 0, 4], [2, 2])),
    curvature((x) => x.square(), rows),
    {
      absolute: 1e-14,
    },
  );
});

test('a corner has no second derivative, and 0 is taken', () => {
  assertSame(
    curvature((x) => norm(x), f64([0, 0])),
    [0, 0, 0, 0],
  );
  assertSame(
    curvature((x) => std(x), f64([2, 2])),
    [0, 0, 0, 0],
  );
  assertSame(
    curvature((x) => abs(x), f64([0])),
    [0],
  );
  assertClose(
    curvature((x) => norm(x).add(norm(x).square()), f64([0, 0])),
    [2, 0, 0, 2],
  );
});

test('beside an infinite element the finite ones have the slope 0 in norm and logSumExp', () => {
  for (const dtype of DTYPES) {
    const at = (...values: number[]): Tensor => tensor(values, { dtype });
    const half = Math.SQRT1_2;
    assertSame(norm(at(Infinity, 2)).data, [Infinity]);
    assertSame(slopes((x) => norm(x), at(Infinity, 2, 3)).data, [1, 0, 0]);
    assertClose(slopes((x) => norm(x), at(-Infinity, 2, Infinity)).data, [-half, 0, half]);
    assertClose(slopes((x) => norm(x, 0, { p: 3 }), at(Infinity, 2)).data, [1, 0]);
    assertSame(slopes((x) => norm(x, 0, { p: 1 }), at(Infinity, -2)).data, [1, -1]);
    assertSame(slopes((x) => norm(x, 0, { p: Infinity }), at(-Infinity, 2)).data, [-1, 0]);
    assertSame(slopes((x) => logSumExp(x), at(Infinity, 2, 3)).data, [1, 0, 0]);
    assertSame(slopes((x) => logSumExp(x), at(Infinity, Infinity, 3)).data, [0.5, 0.5, 0]);
    assertSame(slopes((x) => logSumExp(x), at(-Infinity, -Infinity)).data, [0.5, 0.5]);
    for (const f of [(x: Tensor) => norm(x), (x: Tensor) => logSumExp(x)])
      assertClose(curvature(f, at(Infinity, 2)), [0, 0, 0, 0], { absolute: 0 });
    assertClose(slopes((x) => softmax(x).mul(at(1, 2, 3)), at(Infinity, 2, 3)).data, [0, 0, 0], {
      absolute: 0,
    });
    assertClose(slopes((x) => logSoftmax(x).mul(at(1, 0, 0)), at(Infinity, 2, 3)).data, [0, 0, 0], {
      absolute: 0,
    });
    assertSame(std(at(Infinity, 1, 2)).data, [NaN]);
  }
});

test('an impossible sum inside a possible one takes no part: its gradient is 0, not NaN', () => {
  const x = f64([-Infinity, -Infinity, 1, 2], [2, 2]);
  assertClose(slopes((t) => logSumExp(logSumExp(t, 1)), x).data.slice(0, 2), [0, 0], { absolute: 0 });
  const masked = slopes(
    (t) =>
      softmax(t, 1)
        .mul(f64([0, 1], [2, 1]))
        .square(),
    x,
  ).data;
  assert.ok(masked.every(Number.isFinite));
});

test('sums are added up in double precision for both ways to lay out the axes', () => {
  const x = new Float32Array(40_000).map((_, i) => Math.fround(1 + (i % 7) * 1e-3));
  const exact = x.reduce((a, b) => a + b, 0);
  for (const shape of [[40_000], [200, 200], [40_000, 1]])
    assertClose(
      [sum(tensor(x, { shape })).item(), mean(tensor(x, { shape })).item() * 40_000],
      [exact, exact],
      {
        relative: 2 ** -23,
        absolute: 0,
      },
    );
});
