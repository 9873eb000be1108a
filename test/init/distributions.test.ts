import * as assert from 'uvu/assert';
import { type Rng, random } from '../../src/index.js';
import {
  heNormal,
  heUniform,
  type Initializer,
  lecunNormal,
  lecunUniform,
  linearFans,
  normal,
  siren,
  truncatedNormal,
  truncatedStd,
  uniform,
  varianceScaling,
  xavierFanIn,
  xavierHalf,
  xavierNormal,
  xavierUniform,
} from '../../src/init/index.js';
import { Linear } from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import {
  assertDistribution,
  type Deviation,
  type Distribution,
  deviation,
  exceeded,
  momentsOf,
  normalDistribution,
  truncatedNormalDistribution,
  uniformDistribution,
} from '../support/statistics.js';
import { suite } from '../support/suite.js';

const test = suite('initial distributions');

const IN = 784;
const OUT = 200;
const SHAPE = [IN, OUT] as const;
const FANS = linearFans(IN, OUT);
const draw = (init: Initializer, seed = 1): Float64Array => init(SHAPE, FANS, random(seed));

const gaussian = (variance: number): Distribution => normalDistribution(0, Math.sqrt(variance));
const evenly = (bound: number): Distribution => uniformDistribution(-bound, bound);
/** The standard deviation of N(0, 1) cut at ±2, from the closed form. */
const CUT_AT_2 = 0.8796256610342398;
const cutNormal = (variance: number): Distribution =>
  truncatedNormalDistribution(0, Math.sqrt(variance) / CUT_AT_2, 2);

const leaky = 2 / (1 + 0.2 ** 2);
const EXPECTED: [string, Initializer, Distribution][] = [
  ['uniform(-0.3, 0.7)', uniform(-0.3, 0.7), uniformDistribution(-0.3, 0.7)],
  ['normal', normal(), normalDistribution(0, 1)],
  ['normal, mean 2, std 0.5', normal({ mean: 2, std: 0.5 }), normalDistribution(2, 0.5)],
  ['truncatedNormal', truncatedNormal(), cutNormal(1)],
  [
    'truncatedNormal, moved and scaled',
    truncatedNormal({ mean: -1, std: 0.02 }),
    truncatedNormalDistribution(-1, 0.02 / CUT_AT_2, 2),
  ],
  [
    'truncatedNormal, not corrected',
    truncatedNormal({ std: 0.02, corrected: false }),
    truncatedNormalDistribution(0, 0.02, 2),
  ],
  [
    'truncatedNormal cut at 1 sigma',
    truncatedNormal({ cutoffSigmas: 1 }),
    truncatedNormalDistribution(0, 1 / 0.5395600945, 1),
  ],
  [
    'truncatedNormal cut at 3 sigma',
    truncatedNormal({ cutoffSigmas: 3 }),
    truncatedNormalDistribution(0, 1 / 0.9865783943, 3),
  ],
  ['truncatedNormal never cut', truncatedNormal({ cutoffSigmas: Infinity }), normalDistribution(0, 1)],
  ['varianceScaling', varianceScaling(), gaussian(1 / IN)],
  ['varianceScaling, fanOut', varianceScaling({ mode: 'fanOut' }), gaussian(1 / OUT)],
  [
    'varianceScaling, geometric mean, truncated',
    varianceScaling({ scale: 3, mode: 'fanGeoAvg', distribution: 'truncatedNormal' }),
    cutNormal(3 / Math.sqrt(IN * OUT)),
  ],
  [
    'varianceScaling, mean, uniform',
    varianceScaling({ scale: 0.5, mode: 'fanAvg', distribution: 'uniform' }),
    evenly(Math.sqrt((3 * 0.5 * 2) / (IN + OUT))),
  ],
  ['xavierUniform', xavierUniform(), evenly(Math.sqrt(6 / (IN + OUT)))],
  ['xavierUniform, gain 5/3', xavierUniform({ gain: 5 / 3 }), evenly((5 / 3) * Math.sqrt(6 / (IN + OUT)))],
  ['xavierNormal', xavierNormal(), gaussian(2 / (IN + OUT))],
  ['xavierNormal, gain 2, truncated', xavierNormal({ gain: 2, truncated: true }), cutNormal(8 / (IN + OUT))],
  ['xavierFanIn', xavierFanIn(), gaussian(1 / IN)],
  ['xavierHalf', xavierHalf(), gaussian(1 / (IN + OUT))],
  ['heNormal', heNormal(), gaussian(2 / IN)],
  ['heNormal, fanOut', heNormal({ mode: 'fanOut' }), gaussian(2 / OUT)],
  ['heNormal, truncated', heNormal({ truncated: true }), cutNormal(2 / IN)],
  ['heNormal, leakyRelu', heNormal({ nonlinearity: 'leakyRelu', slope: 0.2 }), gaussian(leaky / IN)],
  ['heNormal, own gain', heNormal({ gain: 3 }), gaussian(9 / IN)],
  ['heUniform', heUniform(), evenly(Math.sqrt(6 / IN))],
  ['heUniform, fanOut', heUniform({ mode: 'fanOut' }), evenly(Math.sqrt(6 / OUT))],
  ['lecunNormal', lecunNormal(), gaussian(1 / IN)],
  ['lecunNormal, truncated', lecunNormal({ truncated: true }), cutNormal(1 / IN)],
  ['lecunUniform', lecunUniform(), evenly(Math.sqrt(3 / IN))],
  ['siren', siren(), evenly(Math.sqrt(6 / IN) / 30)],
  ['siren, omega0 10', siren({ omega0: 10 }), evenly(Math.sqrt(6 / IN) / 10)],
  ['siren, first layer', siren({ first: true }), evenly(1 / IN)],
];

for (const [name, init, expected] of EXPECTED)
  test(`${name} has its mean, variance, kurtosis and distribution function`, () => {
    const values = draw(init);
    assert.is(values.length, IN * OUT);
    assertDistribution(values, expected, name);
  });

test('the weight of a Linear layer follows its initialiser with fanIn = in and fanOut = out', () => {
  const weightOf = (init: Initializer): ArrayLike<number> =>
    new Linear(IN, OUT, { rng: random(2), init }).weight.data;
  assertDistribution(weightOf(heNormal()), gaussian(2 / IN));
  assertDistribution(weightOf(heNormal({ mode: 'fanOut' })), gaussian(2 / OUT));
  assertDistribution(weightOf(xavierUniform()), evenly(Math.sqrt(6 / (IN + OUT))));
  assertDistribution(new Linear(IN, OUT, { rng: random(2) }).weight.data, gaussian(2 / IN), 'the default');
});

type Draw = (rng: Rng) => number;
const fill = (one: Draw): Float64Array => {
  const rng = random(3);
  return Float64Array.from({ length: IN * OUT }, () => one(rng));
};
const swapped = { fanIn: OUT, fanOut: IN };
const clipped = (rng: Rng): number => 0.01 + 0.98 * rng.uniform();
const short = (values: Float64Array): Float64Array => values.map((_, i) => values[i % 1000]!);

/** Known mistakes: what is drawn, what should be drawn, and the statistics that must tell the difference. */
const MISTAKES: [string, Float64Array, Distribution, (keyof Deviation)[]][] = [
  [
    'a truncated normal without the correction of its variance',
    draw(truncatedNormal({ std: Math.sqrt(2 / IN), corrected: false })),
    gaussian(2 / IN),
    ['variance', 'kurtosis', 'ks'],
  ],
  [
    'the same, where a truncated normal is expected',
    draw(truncatedNormal({ std: Math.sqrt(2 / IN), corrected: false })),
    cutNormal(2 / IN),
    ['variance', 'ks'],
  ],
  ['a plain normal for a truncated one', draw(heNormal()), cutNormal(2 / IN), ['kurtosis', 'ks', 'outside']],
  [
    'a normal clamped at ±2 sigma, not drawn again',
    fill((rng) => Math.min(2, Math.max(-2, rng.normal()))),
    truncatedNormalDistribution(0, 1, 2),
    ['variance', 'ks'],
  ],
  ['swapped fans', heNormal()(SHAPE, swapped, random(3)), gaussian(2 / IN), ['variance', 'ks']],
  ['fanOut for fanIn', draw(lecunNormal()), gaussian(1 / OUT), ['variance', 'ks']],
  ['1/(in + out) for 2/(in + out)', draw(xavierHalf()), gaussian(2 / (IN + OUT)), ['variance', 'ks']],
  ['1/in for 2/(in + out)', draw(xavierFanIn()), gaussian(2 / (IN + OUT)), ['variance', 'ks']],
  [
    'the variance taken for the standard deviation',
    fill((rng) => (2 / IN) * rng.normal()),
    gaussian(2 / IN),
    ['variance', 'ks'],
  ],
  [
    'a uniform whose bound is the standard deviation',
    draw(uniform(-Math.sqrt(2 / IN), Math.sqrt(2 / IN))),
    evenly(Math.sqrt(6 / IN)),
    ['variance', 'ks'],
  ],
  ['a uniform of the right variance for a normal', draw(heUniform()), gaussian(2 / IN), ['kurtosis', 'ks']],
  ['a uniform on one side of 0', draw(uniform(0, 0.1)), evenly(0.1), ['mean', 'variance', 'ks']],
  [
    'Box and Muller on uniforms that miss the ends',
    fill((rng) => Math.sqrt(-2 * Math.log(clipped(rng))) * Math.cos(2 * Math.PI * clipped(rng))),
    normalDistribution(0, 1),
    ['mean', 'kurtosis', 'ks'],
  ],
  [
    'twelve uniforms added up for a normal',
    fill((rng) => Array.from({ length: 12 }, () => rng.uniform()).reduce((a, b) => a + b) - 6),
    normalDistribution(0, 1),
    ['kurtosis'],
  ],
  ['a stream that starts over', short(draw(normal())), normalDistribution(0, 1), ['repeated']],
  ['a NaN among the values', draw(normal()).fill(Number.NaN, 7, 8), normalDistribution(0, 1), ['variance']],
];

for (const [name, values, meant, by] of MISTAKES)
  test(`the statistics notice ${name}`, () => {
    const noticed = exceeded(deviation(values, meant));
    for (const statistic of by)
      assert.ok(noticed.includes(statistic), `${statistic} saw nothing; noticed by ${noticed.join(', ')}`);
  });

test('the standard deviation left by cutting a normal agrees with the known values', () => {
  const known = [
    [1, 0.53956009],
    [2, CUT_AT_2],
    [3, 0.98657839],
  ];
  for (const [cutoff, std] of known)
    assertClose([truncatedStd(cutoff!)], [std!], { relative: 1e-8, absolute: 0 });
  assert.is(truncatedStd(Infinity), 1);
  // A narrow cut leaves almost a uniform distribution on [−c, c], whose standard deviation is c/√3.
  assertClose([truncatedStd(0.1)], [0.1 / Math.sqrt(3)], { relative: 2e-3, absolute: 0 });
});

test('the kurtosis tells the three shapes of one variance apart: 3, 2.366 and 1.8', () => {
  const kurtosis = (init: Initializer): number => momentsOf(draw(init)).kurtosis;
  assertClose(
    [kurtosis(heNormal()), kurtosis(heNormal({ truncated: true })), kurtosis(heUniform())],
    [3, 2.3655, 1.8],
    { relative: 0.02 },
  );
});

test('a truncated normal stays inside its bounds, and reaches neither by clamping', () => {
  const bound = (2 * 0.02) / CUT_AT_2;
  const values = draw(truncatedNormal({ std: 0.02 }));
  const largest = Math.max(...Array.from(values.subarray(0, 50_000), Math.abs));
  assert.ok(values.every((x) => Math.abs(x) <= bound * (1 + 1e-12)));
  assert.ok(largest > 0.999 * bound, 'the tails are drawn');
  assert.is(values.filter((x) => Math.abs(x) > bound * (1 - 1e-9)).length, 0);
});

test('std 0 and an interval of no width give the mean and the bound', () => {
  const all = (init: Initializer, value: number): void =>
    assertSame(
      init([2, 3], FANS, random(1)).map((x) => x + 0),
      new Array<number>(6).fill(value),
    );
  all(normal({ mean: 4, std: 0 }), 4);
  all(truncatedNormal({ mean: 4, std: 0 }), 4);
  all(uniform(0.5, 0.5), 0.5);
  all(varianceScaling({ scale: 0 }), 0);
});

const fanPair = fc.record({
  fanIn: fc.integer({ min: 1, max: 2000 }),
  fanOut: fc.integer({ min: 1, max: 2000 }),
});
const few = [3, 4] as const;

test('a gain of c scales every value by c', () => {
  property(fc.tuple(fanPair, fc.integer({ min: 1, max: 64 })), ([fans, sixteenths]) => {
    const c = sixteenths / 16;
    const makers = [
      (gain: number) => xavierUniform({ gain }),
      (gain: number) => xavierNormal({ gain, truncated: true }),
      (gain: number) => heNormal({ gain }),
      (gain: number) => heUniform({ gain, mode: 'fanOut' }),
    ];
    for (const make of makers)
      assertClose(
        make(c)(few, fans, random(5)),
        make(1)(few, fans, random(5)).map((x) => c * x),
        { relative: 1e-14, absolute: 0 },
      );
  });
});

test('exchanging the fans exchanges the modes fanIn and fanOut, and leaves both means alone', () => {
  property(fanPair, ({ fanIn, fanOut }) => {
    const turned = { fanIn: fanOut, fanOut: fanIn };
    const pairs = [
      ['fanIn', 'fanOut'],
      ['fanAvg', 'fanAvg'],
      ['fanGeoAvg', 'fanGeoAvg'],
    ] as const;
    for (const [mode, other] of pairs)
      assertSame(
        varianceScaling({ mode })(few, { fanIn, fanOut }, random(6)),
        varianceScaling({ mode: other })(few, turned, random(6)),
      );
  });
});

test('the named initialisers are variance scaling with a scale and a mode of their own', () => {
  property(fanPair, (fans) => {
    const same = (a: Initializer, b: Initializer): void =>
      assertClose(a(few, fans, random(7)), b(few, fans, random(7)), { relative: 1e-14, absolute: 0 });
    same(heNormal(), varianceScaling({ scale: 2 }));
    same(heUniform(), varianceScaling({ scale: 2, distribution: 'uniform' }));
    same(xavierNormal(), varianceScaling({ mode: 'fanAvg' }));
    same(xavierFanIn(), lecunNormal());
    const square = { fanIn: fans.fanIn, fanOut: fans.fanIn };
    assertSame(xavierNormal()(few, square, random(7)), lecunNormal()(few, square, random(7)));
  });
});

test('spreads and means that make no sense are refused', () => {
  for (const std of [-1, Number.NaN, Infinity]) {
    assertThrows(() => normal({ std }), 'normal: ', 'std is a finite number ≥ 0', String(std));
    assertThrows(() => truncatedNormal({ std }), 'truncatedNormal: ', `got ${std}`);
  }
  for (const mean of [Number.NaN, -Infinity]) {
    assertThrows(() => normal({ mean }), 'normal: ', 'mean is a finite number', String(mean));
    assertThrows(() => truncatedNormal({ mean }), 'truncatedNormal: ', 'mean is a finite number');
  }
  for (const cutoffSigmas of [0, -2, 0.05, Number.NaN])
    assertThrows(
      () => truncatedNormal({ cutoffSigmas }),
      'cutoffSigmas is a number ≥ 0.1',
      `${cutoffSigmas}`,
    );
  for (const [low, high] of [
    [1, 0],
    [Number.NaN, 1],
    [0, Infinity],
  ] as const)
    assertThrows(() => uniform(low, high), 'uniform: ', 'expected finite low ≤ high', `${low} and ${high}`);
});

test('scales, modes and shapes of distribution that do not exist are refused', () => {
  for (const scale of [-1, Number.NaN, Infinity])
    assertThrows(() => varianceScaling({ scale }), 'scale is a finite number ≥ 0', String(scale));
  assertThrows(() => xavierNormal({ gain: Number.NaN }), 'xavierNormal: gain is a finite number, got NaN');
  for (const word of ['fan_in', 'toString', 'constructor']) {
    assertThrows(
      () => varianceScaling({ mode: word as 'fanIn' }),
      `unknown mode ${word}`,
      "'fanIn', 'fanOut', 'fanAvg' or 'fanGeoAvg'",
    );
    assertThrows(
      () => varianceScaling({ distribution: word as 'normal' }),
      `unknown distribution ${word}`,
      "'normal', 'truncatedNormal' or 'uniform'",
    );
  }
  for (const omega0 of [0, -30, Number.NaN, Infinity])
    assertThrows(() => siren({ omega0 }), 'siren: ', 'omega0 is a finite number > 0', String(omega0));
});

const NEED_FANS = [heNormal(), xavierUniform(), lecunNormal({ truncated: true }), siren()];

test('what scales with the fans refuses a bias, and says what a bias starts from', () => {
  for (const init of NEED_FANS)
    assertThrows(() => init([10], null, random(1)), 'needs fanIn and fanOut', '[10]', 'zeros()');
});

test('fans that are negative, zero or not numbers are refused, not turned into NaN or infinite weights', () => {
  for (const init of NEED_FANS)
    for (const fanIn of [-3, 0, Number.NaN, Infinity])
      assertThrows(() => init([2, 2], { fanIn, fanOut: 2 }, random(1)), 'fanIn', `${fanIn}`);
  assertThrows(() => xavierNormal()([2, 2], { fanIn: 2, fanOut: -1 }, random(1)), 'fanOut', '-1');
});

test('drawn bounds still hold after a parameter rounded the values to float32', () => {
  const intervals = [
    [0.7, 0.7000001],
    [0, 0.1],
    [-0.3, 0.7],
    [-0.7, -0.1],
    [-1, 0],
    [0, 1],
    [0.1, 1e30],
    [1e-45, 3e-45],
  ];
  for (const [low, high] of intervals as [number, number][])
    for (const u of [0, 2 ** -53, 0.5, 1 - 2 ** -25, 1 - 2 ** -53]) {
      const rng = Object.assign(random(0), { uniform: () => u });
      const value = Math.fround(uniform(low, high)([1], null, rng)[0]!);
      assert.ok(value >= low && value < high, `${value} in [${low}, ${high})`);
    }
  for (const fanIn of [3, 7, 10, 100, 784]) {
    const fans = { fanIn, fanOut: fanIn };
    for (const u of [0, 1 - 2 ** -53]) {
      const rng = Object.assign(random(0), { uniform: () => u });
      for (const [init, bound] of [
        [xavierUniform(), Math.sqrt(3 / fanIn)],
        [heUniform(), Math.sqrt(6 / fanIn)],
        [lecunUniform(), Math.sqrt(3 / fanIn)],
        [siren(), Math.sqrt(6 / fanIn) / 30],
      ] as const)
        assert.ok(
          Math.abs(Math.fround(init([1], fans, rng)[0]!)) <= bound * (1 + 1e-15),
          `${init.label} ${fanIn}`,
        );
    }
    for (const z of [-2, 2]) {
      const rng = Object.assign(random(0), { normal: () => z });
      const std = Math.sqrt(1 / fanIn);
      const cut = truncatedNormal({ std, corrected: false })([1], null, rng)[0]!;
      assert.ok(Math.abs(Math.fround(cut)) <= 2 * std, `cut at ${2 * std}`);
    }
  }
});

test('bounds without a float32 between them leave the value as it is', () => {
  assert.is(uniform(0.7, 0.7)([1], null, random(0))[0], 0.7);
  assert.is(uniform(5, 5)([1], null, random(0))[0], 5);
});
