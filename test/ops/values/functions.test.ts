import {
  acos,
  asin,
  atan,
  cbrt,
  cos,
  cosh,
  erf,
  exp,
  expm1,
  grad,
  log,
  log1p,
  normalCdf,
  pow,
  random,
  rsqrt,
  sin,
  sinh,
  sqrt,
  type Tensor,
  tan,
  tanh,
  tensor,
} from 'tapegrad';
import * as assert from 'uvu/assert';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { suite } from '../../support/suite.js';

const test = suite('functions');

const f64 = (data: number[]): Tensor => tensor(data, { dtype: 'float64' });
const slopes = (f: (x: Tensor) => Tensor, at: number[]): ArrayLike<number> =>
  grad((x: Tensor) => f(x).sum())(f64(at)).data;
const curvatures = (f: (x: Tensor) => Tensor, at: number[]): ArrayLike<number> =>
  slopes(
    grad((x: Tensor) => f(x).sum()),
    at,
  );

interface Row {
  readonly name: string;
  readonly op: (x: Tensor) => Tensor;
  readonly at: number[];
  /** Values to 30 digits, rounded to a double. */
  readonly values: number[];
  /** From 0, -0, ∞, −∞ and NaN. */
  readonly special: number[];
  /** The derivative as tables give it, in terms of x alone. */
  readonly slope: (x: number) => number;
}

const EVERYWHERE = [-2, -0.5, 0.25, 1, 3];
const DISC = [-1, -0.5, 0.25, 0.75, 1];

const FUNCTIONS: readonly Row[] = [
  {
    name: 'exp',
    op: exp,
    at: EVERYWHERE,
    values: [0.1353352832366127, 0.6065306597126334, 1.2840254166877414, Math.E, 20.085536923187668],
    special: [1, 1, Infinity, 0, NaN],
    slope: (x) => Math.E ** x,
  },
  {
    name: 'expm1',
    op: expm1,
    at: [-2, 1e-10, -1e-10, 0.25, 3],
    values: [
      -0.8646647167633873, 1.00000000005e-10, -9.999999999500001e-11, 0.2840254166877415, 19.085536923187668,
    ],
    special: [0, -0, Infinity, -1, NaN],
    slope: (x) => Math.E ** x,
  },
  {
    name: 'log',
    op: log,
    at: [0.125, 0.5, 1, 2, 10],
    values: [-2.0794415416798357, -Math.LN2, 0, Math.LN2, Math.LN10],
    special: [-Infinity, -Infinity, Infinity, NaN, NaN],
    slope: (x) => x ** -1,
  },
  {
    name: 'log1p',
    op: log1p,
    at: [-0.5, 1e-10, 0.25, 1, 9],
    values: [-Math.LN2, 9.999999999500001e-11, 0.22314355131420976, Math.LN2, Math.LN10],
    special: [0, -0, Infinity, NaN, NaN],
    slope: (x) => (1 + x) ** -1,
  },
  {
    name: 'sqrt',
    op: sqrt,
    at: [0.0625, 2, 3, 10, 144],
    values: [0.25, Math.SQRT2, 1.7320508075688772, 3.1622776601683795, 12],
    special: [0, -0, Infinity, NaN, NaN],
    slope: (x) => 0.5 * x ** -0.5,
  },
  {
    name: 'cbrt',
    op: cbrt,
    at: EVERYWHERE,
    values: [-1.2599210498948732, -0.7937005259840998, 0.6299605249474366, 1, 1.4422495703074083],
    special: [0, -0, Infinity, -Infinity, NaN],
    slope: (x) => Math.abs(x) ** (-2 / 3) / 3,
  },
  {
    name: 'rsqrt',
    op: rsqrt,
    at: [0.0625, 2, 3, 100, 144],
    values: [4, Math.SQRT1_2, 0.5773502691896258, 0.1, 0.08333333333333333],
    special: [Infinity, -Infinity, 0, NaN, NaN],
    slope: (x) => -0.5 * x ** -1.5,
  },
  {
    name: 'sin',
    op: sin,
    at: EVERYWHERE,
    values: [
      -0.9092974268256817, -0.479425538604203, 0.24740395925452294, 0.8414709848078965, 0.1411200080598672,
    ],
    special: [0, -0, NaN, NaN, NaN],
    slope: (x) => Math.sin(x + Math.PI / 2),
  },
  {
    name: 'cos',
    op: cos,
    at: EVERYWHERE,
    values: [
      -0.4161468365471424, 0.8775825618903728, 0.9689124217106447, 0.5403023058681398, -0.9899924966004454,
    ],
    special: [1, 1, NaN, NaN, NaN],
    slope: (x) => -Math.sin(x),
  },
  {
    name: 'tan',
    op: tan,
    at: EVERYWHERE,
    values: [
      2.185039863261519, -0.5463024898437905, 0.25534192122103627, 1.5574077246549023, -0.1425465430742778,
    ],
    special: [0, -0, NaN, NaN, NaN],
    slope: (x) => Math.cos(x) ** -2,
  },
  {
    name: 'asin',
    op: asin,
    at: DISC,
    values: [
      -1.5707963267948966, -0.5235987755982989, 0.25268025514207865, 0.848062078981481, 1.5707963267948966,
    ],
    special: [0, -0, NaN, NaN, NaN],
    slope: (x) => (1 - x * x) ** -0.5,
  },
  {
    name: 'acos',
    op: acos,
    at: DISC,
    values: [Math.PI, 2.0943951023931957, 1.318116071652818, 0.7227342478134157, 0],
    special: [Math.PI / 2, Math.PI / 2, NaN, NaN, NaN],
    slope: (x) => -((1 - x * x) ** -0.5),
  },
  {
    name: 'atan',
    op: atan,
    at: EVERYWHERE,
    values: [
      -1.1071487177940904, -0.4636476090008061, 0.24497866312686414, 0.7853981633974483, 1.2490457723982544,
    ],
    special: [0, -0, Math.PI / 2, -Math.PI / 2, NaN],
    slope: (x) => 1 / (1 + x * x),
  },
  {
    name: 'sinh',
    op: sinh,
    at: EVERYWHERE,
    values: [
      -3.6268604078470186, -0.5210953054937474, 0.2526123168081683, 1.1752011936438014, 10.017874927409903,
    ],
    special: [0, -0, Infinity, -Infinity, NaN],
    slope: (x) => (Math.exp(x) + Math.exp(-x)) / 2,
  },
  {
    name: 'cosh',
    op: cosh,
    at: EVERYWHERE,
    values: [
      3.7621956910836314, 1.1276259652063807, 1.0314130998795732, 1.5430806348152437, 10.067661995777765,
    ],
    special: [1, 1, Infinity, Infinity, NaN],
    slope: (x) => (Math.exp(x) - Math.exp(-x)) / 2,
  },
  {
    name: 'tanh',
    op: tanh,
    at: EVERYWHERE,
    values: [
      -0.9640275800758169, -0.46211715726000974, 0.24491866240370913, 0.7615941559557649, 0.9950547536867305,
    ],
    special: [0, -0, 1, -1, NaN],
    slope: (x) => Math.cosh(x) ** -2,
  },
  {
    name: 'erf',
    op: erf,
    at: EVERYWHERE,
    values: [
      -0.9953222650189527, -0.5204998778130465, 0.27632639016823696, 0.8427007929497149, 0.9999779095030014,
    ],
    special: [0, -0, 1, -1, NaN],
    slope: (x) => 1.1283791670955126 * Math.E ** -(x * x),
  },
  {
    name: 'normalCdf',
    op: normalCdf,
    at: EVERYWHERE,
    values: [
      0.02275013194817921, 0.3085375387259869, 0.5987063256829237, 0.8413447460685429, 0.9986501019683699,
    ],
    special: [0.5, 0.5, 1, 0, NaN],
    slope: (x) => 0.3989422804014327 * Math.E ** (-(x * x) / 2),
  },
];

for (const { name, op, at, values, special, slope } of FUNCTIONS) {
  test(`${name} has the tabulated values in float64, keeps the shape, and leaves its argument alone`, () => {
    const x = tensor(Float64Array.from(at), { shape: [1, 5, 1] });
    const y = op(x);
    assertClose(y.data, values, { relative: 1e-15, absolute: 0 });
    assert.equal(y.shape, [1, 5, 1]);
    assertSame(x.data, at);
  });

  test(`${name} of 0, −0, ∞, −∞ and NaN is that of IEEE 754 in both dtypes`, () => {
    const numbers = [0, -0, Infinity, -Infinity, NaN];
    assertSame(op(f64(numbers)).data, special);
    assertSame(op(tensor(numbers)).data, Float32Array.from(special));
  });

  test(`${name} has the tabulated derivative`, () => {
    const inside = at.filter((x) => Number.isFinite(slope(x)));
    assert.ok(inside.length >= 3);
    assertClose(slopes(op, inside), inside.map(slope), { relative: 1e-14, absolute: 1e-16 });
  });
}

/** The functions on seeded random arguments in their domain. */
const DOMAIN: Record<string, (uniform: number) => number> = {
  log: (u) => 0.01 + 10 * u,
  log1p: (u) => -0.9 + 10 * u,
  sqrt: (u) => 10 * u,
  rsqrt: (u) => 0.01 + 10 * u,
  asin: (u) => 1.9 * u - 0.95,
  acos: (u) => 1.9 * u - 0.95,
};

test('float32 agrees with float64 to its own precision', () => {
  const rng = random('functions');
  for (const { name, op } of FUNCTIONS) {
    const domain = DOMAIN[name] ?? ((u: number): number => 6 * u - 3);
    const x = Float32Array.from({ length: 300 }, () => domain(rng.uniform()));
    const y = op(tensor(x));
    assert.is(y.dtype, 'float32');
    assertClose(y.data, op(tensor(Float64Array.from(x))).data, { relative: 6e-8, absolute: 0, what: name });
  }
});

test('gradients in float32 agree with those in float64', () => {
  const rng = random('gradients');
  for (const { name, op } of FUNCTIONS) {
    const domain = DOMAIN[name] ?? ((u: number): number => 6 * u - 3);
    const x = Float32Array.from({ length: 100 }, () => domain(rng.uniform()));
    const slope = grad((at: Tensor) => op(at).sum());
    const single = slope(tensor(x));
    assert.is(single.dtype, 'float32');
    // Where y saturates, 1 − y² has the absolute precision of y; tan and its kin amplify the error of y by up to 1/cos².
    assertClose(single.data, slope(tensor(Float64Array.from(x))).data, {
      relative: 1e-6,
      absolute: 2e-7,
      what: name,
    });
  }
});

test('empty tensors and scalars keep their shape', () => {
  for (const { name, op, at, values } of FUNCTIONS) {
    assert.equal(op(tensor([], { shape: [3, 0] })).shape, [3, 0], name);
    const scalar = op(tensor(at[3]!, { dtype: 'float64' }));
    assert.equal(scalar.shape, [], name);
    assertClose(scalar.data, [values[3]!], { relative: 1e-15, what: name });
  }
});

test('an empty tensor has an empty gradient', () => {
  for (const { name, op } of FUNCTIONS) {
    const x = tensor([], { shape: [0, 2], requiresGrad: true });
    op(x).sum().backward();
    assert.equal(x.grad!.shape, [0, 2], name);
  }
});

test('functions that start as the identity keep subnormal numbers, others send them to their value at 0', () => {
  const least = 5e-324;
  for (const op of [expm1, log1p, sin, tan, asin, atan, sinh, tanh])
    assertSame(op(f64([least, -least])).data, [least, -least]);
  // erf x ≈ 1.128 x, which rounds to the least number itself.
  assertSame(erf(f64([least, -least])).data, [least, -least]);
  for (const op of [exp, cos, cosh]) assertSame(op(f64([least])).data, [1]);
  assertClose(log(f64([least])).data, [-1074 * Math.LN2], { relative: 1e-15 });
  assertSame(sqrt(f64([2 ** -1074])).data, [2 ** -537]);
  assertSame(cbrt(f64([2 ** -1074, -(2 ** -1074)])).data, [2 ** -358, -(2 ** -358)]);
  assertSame(rsqrt(f64([2 ** -1074])).data, [2 ** 537]);
});

test('huge arguments saturate or overflow as the limit says', () => {
  assertSame(exp(f64([1000, -1000])).data, [Infinity, 0]);
  assertSame(exp(tensor([89, -104])).data, [Infinity, 0]);
  assertSame(expm1(f64([1000, -1000])).data, [Infinity, -1]);
  assertClose(log(f64([1e308])).data, [308 * Math.LN10], { relative: 1e-15 });
  assertClose(log1p(f64([1e308])).data, [308 * Math.LN10], { relative: 1e-15 });
  assertSame(sqrt(f64([1e300])).data, [1e150]);
  assertSame(cbrt(f64([2 ** 1023, -(2 ** 1023)])).data, [2 ** 341, -(2 ** 341)]);
  assertSame(atan(f64([1e300, -1e300])).data, [Math.PI / 2, -Math.PI / 2]);
  assertSame(sinh(f64([1000, -1000])).data, [Infinity, -Infinity]);
  assertSame(cosh(f64([1000, -1000])).data, [Infinity, Infinity]);
  assertSame(tanh(f64([1000, -1000, 20])).data, [1, -1, 1]);
  assertSame(erf(f64([1000, -1000, 6])).data, [1, -1, 1]);
});

test('saturated functions have slope 0 and curvature 0, not NaN', () => {
  for (const op of [tanh, erf, atan]) {
    const at = [-1e300, 1e300];
    assertClose(slopes(op, at), [0, 0], { absolute: 0 });
    assertClose(curvatures(op, at), [0, 0], { absolute: 0 });
  }
  for (const op of [exp, expm1]) {
    assertSame(slopes(op, [-1000]), [0]);
    assertSame(curvatures(op, [-1000]), [0]);
  }
});

test('outside their domain functions are NaN', () => {
  for (const op of [log, sqrt, rsqrt]) assertSame(op(f64([-1e-300, -4])).data, [NaN, NaN]);
  assertSame(log1p(f64([-1.5])).data, [NaN]);
  for (const op of [asin, acos]) assertSame(op(f64([1.0000000000000002, -2])).data, [NaN, NaN]);
});

test('at the edge of a domain the slope is infinite, with the sign of the limit', () => {
  assertSame(slopes(sqrt, [0]), [Infinity]);
  assertSame(slopes(cbrt, [0, -0]), [Infinity, Infinity]);
  assertSame(slopes(rsqrt, [0]), [-Infinity]);
  assertSame(slopes(log, [0]), [Infinity]);
  assertSame(slopes(log1p, [-1]), [Infinity]);
  assertSame(slopes(asin, [-1, 1]), [Infinity, Infinity]);
  assertSame(slopes(acos, [-1, 1]), [-Infinity, -Infinity]);
  assert.is(log(f64([0])).item(), -Infinity);
  assert.is(log1p(f64([-1])).item(), -Infinity);
});

test('near 0 the logarithm and the root have their steep slopes without overflow', () => {
  assertSame(slopes(log, [2 ** -900, 2 ** -1000]), [2 ** 900, 2 ** 1000]);
  assertSame(slopes(sqrt, [2 ** -1000]), [2 ** 499]);
  assertSame(slopes(rsqrt, [2 ** -400]), [-(2 ** 599)]);
  assertClose(slopes(cbrt, [2 ** -1074, -(2 ** -1074)]), [2 ** 716 / 3, 2 ** 716 / 3], { relative: 1e-15 });
});

test('a cube root becomes flat at both ends: slope and curvature are 0 at ∞, the value is ∞, and NaN stays NaN', () => {
  assertSame(slopes(cbrt, [Infinity, -Infinity, NaN]), [0, 0, NaN]);
  assertClose(curvatures(cbrt, [Infinity, -Infinity]), [0, 0], { absolute: 0 });
  assertClose(slopes(cbrt, [2 ** 1023]), [2 ** -682 / 3], { relative: 1e-15, absolute: 0 });
  const single = tensor([2 ** 126, -(2 ** -147)], { requiresGrad: true });
  const y = cbrt(single);
  assertSame(y.data, [2 ** 42, -(2 ** -49)]);
  y.sum().backward();
  assertClose(single.grad!.data, [2 ** -84 / 3, 2 ** 98 / 3], { relative: 1e-7, absolute: 0 });
});

test('a negative number has a cube root, though its power of a third is NaN', () => {
  assertSame(cbrt(f64([-8, -27, 64])).data, [-2, -3, 4]);
  assertSame(pow(f64([-8]), 1 / 3).data, [NaN]);
});

test('a root of 0 inside a square has the slope 0 · ∞ of the chain rule, NaN', () => {
  assertSame(
    slopes((x) => sqrt(x.square()), [0, 3]),
    [NaN, 1],
  );
});

test('expm1 and log1p invert each other where exp and log lose every digit', () => {
  const x = [1e-18, -1e-12, 1e-5, 0.5];
  assertClose(log1p(expm1(f64(x))).data, x, { relative: 1e-15, absolute: 0 });
  assertClose(slopes(expm1, x), [1, 1 - 1e-12, 1.00001000005, Math.exp(0.5)], { relative: 1e-15 });
});

test('erf is exact to 15 digits on both sides of where its series gives way to a continued fraction', () => {
  assertClose(
    erf(f64([0.1, 1.5, 2, 2.4999, 2.5, 4, 5])).data,
    [
      0.1124629160182849, 0.9661051464753108, 0.9953222650189527, 0.9995928300996666, 0.999593047982555,
      0.9999999845827421, 0.9999999999984626,
    ],
    { relative: 1e-15, absolute: 0 },
  );
});

test('normalCdf keeps all digits of its left tail, where 1 + erf would have none left', () => {
  assertClose(
    normalCdf(f64([-5, -8, -12])).data,
    [2.866515718791939e-7, 6.220960574271784e-16, 1.776482112077679e-33],
    // The rounding of x² in the exponent alone makes 72 × 1.1e-16.
    { relative: 2e-14, absolute: 0 },
  );
});

test('second derivatives are those of the tables', () => {
  const at = [0.3, 0.8];
  const tables: [(x: Tensor) => Tensor, (x: number) => number][] = [
    [exp, Math.exp],
    [expm1, Math.exp],
    [log, (x) => -1 / x ** 2],
    [log1p, (x) => -1 / (1 + x) ** 2],
    [sqrt, (x) => -0.25 * x ** -1.5],
    [cbrt, (x) => (-2 / 9) * x ** (-5 / 3)],
    [rsqrt, (x) => 0.75 * x ** -2.5],
    [sin, (x) => -Math.sin(x)],
    [cos, (x) => -Math.cos(x)],
    [tan, (x) => (2 * Math.sin(x)) / Math.cos(x) ** 3],
    [asin, (x) => x * (1 - x * x) ** -1.5],
    [acos, (x) => -x * (1 - x * x) ** -1.5],
    [atan, (x) => (-2 * x) / (1 + x * x) ** 2],
    [sinh, Math.sinh],
    [cosh, Math.cosh],
    [tanh, (x) => (-2 * Math.sinh(x)) / Math.cosh(x) ** 3],
    [erf, (x) => (-4 * x * Math.exp(-x * x)) / Math.sqrt(Math.PI)],
    [normalCdf, (x) => (-x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)],
  ];
  for (const [op, second] of tables) assertClose(curvatures(op, at), at.map(second), { relative: 1e-13 });
});

test('the methods are the functions', () => {
  const x = f64([0.2, 0.7]);
  const pairs: [Tensor, Tensor][] = [
    [x.exp(), exp(x)],
    [x.expm1(), expm1(x)],
    [x.log(), log(x)],
    [x.log1p(), log1p(x)],
    [x.sqrt(), sqrt(x)],
    [x.rsqrt(), rsqrt(x)],
    [x.sin(), sin(x)],
    [x.cos(), cos(x)],
    [x.tan(), tan(x)],
    [x.tanh(), tanh(x)],
    [x.erf(), erf(x)],
  ];
  for (const [method, op] of pairs) assertSame(method.data, op.data);
});

test('an argument that is no tensor is refused by name', () => {
  for (const { name, op } of FUNCTIONS) {
    assertThrows(() => op(2 as unknown as Tensor), `${name}: input 0 is a number; expected a Tensor`);
    assertThrows(() => op(undefined as unknown as Tensor), `${name}: input 0 is undefined`, 'tensor(…)');
  }
});
