import * as assert from 'uvu/assert';
import { random, tensor } from '../../src/index.js';
import {
  type ConvShape,
  convFans,
  convTransposeFans,
  embeddingFans,
  type Fans,
  type GainOptions,
  gain,
  heNormal,
  lecunNormal,
  linearFans,
  NONLINEARITIES,
  type Nonlinearity,
  secondMoment,
  varianceScaling,
} from '../../src/init/index.js';
import { Linear } from '../../src/nn/index.js';
import { assertClose, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { secondMomentOf, standardNormalCdf } from '../support/statistics.js';
import { suite } from '../support/suite.js';

const test = suite('fans and gains');

/** One term of a layer's sums, output += weight · input, with the flat positions of all three. */
interface Term {
  readonly output: number;
  readonly input: number;
  readonly weight: number;
}

interface Wiring {
  readonly terms: Term[];
  /** Positions whose sums have all terms, since they are not at a border. */
  readonly inputs: number[];
  readonly outputs: number[];
  readonly weightShape: number[];
}

type Square = Required<ConvShape> & { kernel: readonly [number, number]; stride: readonly [number, number] };

type Grid = readonly [rows: number, columns: number];

/** Positions on a grid that are at least `margin` away from its border. */
function interior(channels: number, [rows, columns]: Grid, [top, left]: Grid): number[] {
  const found: number[] = [];
  for (let channel = 0; channel < channels; channel++)
    for (let row = top; row < rows - top; row++)
      for (let column = left; column < columns - left; column++)
        found.push((channel * rows + row) * columns + column);
  return found;
}

/**
 * The terms of a transposed convolution: the input at p adds to the outputs p·stride + t. With stride 1 and with inputs
 * and outputs exchanged, these are the terms of an ordinary convolution.
 */
function wire(
  { inChannels, outChannels, kernel, groups, stride }: Square,
  size: number,
): { terms: Term[]; reach: Grid } {
  const [height, width] = kernel;
  const reach: Grid = [(size - 1) * stride[0] + height, (size - 1) * stride[1] + width];
  const inGroup = inChannels / groups;
  const outGroup = outChannels / groups;
  const terms: Term[] = [];
  for (let i = 0; i < inChannels; i++)
    for (let o = 0; o < outGroup; o++)
      for (let p = 0; p < size * size; p++)
        for (let t = 0; t < height * width; t++) {
          const row = Math.floor(p / size) * stride[0] + Math.floor(t / width);
          const column = (p % size) * stride[1] + (t % width);
          const channel = Math.floor(i / inGroup) * outGroup + o;
          terms.push({
            input: i * size * size + p,
            output: (channel * reach[0] + row) * reach[1] + column,
            weight: (i * outGroup + o) * height * width + t,
          });
        }
  return { terms, reach };
}

function transposedConv(shape: Square, size: number): Wiring {
  const { terms, reach } = wire(shape, size);
  const { kernel, stride } = shape;
  return {
    terms,
    inputs: interior(shape.inChannels, [size, size], [0, 0]),
    // The positions are one period of the stride, so that the average over them is exact.
    outputs: interior(shape.outChannels, reach, kernel).filter((output) => {
      const row = Math.floor(output / reach[1]) % reach[0];
      const column = output % reach[1];
      return row < kernel[0] + stride[0] && column < kernel[1] + stride[1];
    }),
    weightShape: [shape.inChannels, shape.outChannels / shape.groups, ...kernel],
  };
}

/** A convolution without padding: every output has all its terms, and inputs near the border are in fewer outputs. */
function conv(shape: Omit<Square, 'stride'>, size: number): Wiring {
  const turned = { ...shape, inChannels: shape.outChannels, outChannels: shape.inChannels };
  const { terms, reach } = wire({ ...turned, stride: [1, 1] }, size);
  return {
    terms: terms.map(({ input, output, weight }) => ({ input: output, output: input, weight })),
    inputs: interior(shape.inChannels, reach, [shape.kernel[0] - 1, shape.kernel[1] - 1]),
    outputs: interior(shape.outChannels, [size, size], [0, 0]),
    weightShape: [shape.outChannels, shape.inChannels / shape.groups, ...shape.kernel],
  };
}

/** The number of terms at a position, as the mean over `places`. */
function termsAt(places: number[], { terms }: Wiring, side: 'input' | 'output'): number {
  const wanted = new Set(places);
  return terms.filter((term) => wanted.has(term[side])).length / places.length;
}

/** The fans of a layer, by counting its terms. */
function countedFans(layer: Wiring): Fans {
  return {
    fanIn: termsAt(layer.outputs, layer, 'output'),
    fanOut: termsAt(layer.inputs, layer, 'input'),
  };
}

const LAYERS: [string, Fans, Wiring, Fans][] = [
  ...(
    [
      ['a 3×3 convolution', { inChannels: 4, outChannels: 6, kernel: [3, 3], groups: 1 }, [36, 54]],
      ['a 1×1 convolution', { inChannels: 4, outChannels: 6, kernel: [1, 1], groups: 1 }, [4, 6]],
      ['a 1×5 convolution', { inChannels: 3, outChannels: 2, kernel: [1, 5], groups: 1 }, [15, 10]],
      ['a convolution in 2 groups', { inChannels: 4, outChannels: 8, kernel: [3, 3], groups: 2 }, [18, 36]],
      ['a depthwise convolution', { inChannels: 4, outChannels: 4, kernel: [3, 3], groups: 4 }, [9, 9]],
      [
        'a depthwise convolution, multiplier 3',
        { inChannels: 4, outChannels: 12, kernel: [3, 3], groups: 4 },
        [9, 27],
      ],
    ] as const
  ).map(([name, shape, [fanIn, fanOut]]): [string, Fans, Wiring, Fans] => [
    name,
    convFans(shape),
    conv(shape, 7),
    { fanIn, fanOut },
  ]),
  ...(
    [
      ['a transposed 3×3 convolution', [4, 6], [3, 3], 1, [1, 1], [36, 54]],
      ['a transposed 4×4 convolution, stride 2', [16, 8], [4, 4], 1, [2, 2], [64, 128]],
      ['a transposed 3×3 convolution, stride 2', [16, 8], [3, 3], 1, [2, 2], [36, 72]],
      ['a transposed 5×5 convolution, stride 3', [4, 3], [5, 5], 1, [3, 3], [100 / 9, 75]],
      ['a transposed convolution in 2 groups, stride 2', [8, 4], [4, 4], 2, [2, 2], [16, 32]],
    ] as const
  ).map(
    ([name, [inChannels, outChannels], kernel, groups, stride, [fanIn, fanOut]]): [
      string,
      Fans,
      Wiring,
      Fans,
    ] => {
      const shape = { inChannels, outChannels, kernel, groups, stride };
      return [name, convTransposeFans(shape), transposedConv(shape, 7), { fanIn, fanOut }];
    },
  ),
];

for (const [name, fans, layer, expected] of LAYERS) {
  test(`${name} sums fanIn terms into an output, and an input feeds fanOut`, () => {
    const counted = countedFans(layer);
    for (const side of ['fanIn', 'fanOut'] as const) {
      assertClose([fans[side]], [expected[side]], { relative: 1e-15, what: side });
      assertClose([counted[side]], [expected[side]], { relative: 1e-14, what: `${side}, counted` });
    }
  });

  test(`${name} with Var(w) = 1/fan keeps variance 1, forwards by fanIn and backwards by fanOut`, () => {
    const forward = passVariance(layer, 'fanIn', fans);
    const backward = passVariance(layer, 'fanOut', fans);
    assert.ok(Math.abs(forward - 1) < 0.15, `forwards ${forward}`);
    assert.ok(Math.abs(backward - 1) < 0.15, `backwards ${backward}`);
  });
}

/**
 * Var(y) for inputs from N(0, 1), as the mean over several draws of the weights. In mode fanOut the layer runs
 * backwards.
 */
function passVariance(layer: Wiring, mode: 'fanIn' | 'fanOut', fans: Fans, draws = 60): number {
  const init = varianceScaling({ mode });
  const rng = random('variance');
  const [from, to] = mode === 'fanIn' ? (['input', 'output'] as const) : (['output', 'input'] as const);
  const places = mode === 'fanIn' ? layer.outputs : layer.inputs;
  const sizeOf = (side: 'input' | 'output'): number =>
    1 + layer.terms.reduce((largest, term) => Math.max(largest, term[side]), 0);
  let variance = 0;
  for (let i = 0; i < draws; i++) {
    const weights = init(layer.weightShape, fans, rng);
    const x = Float64Array.from({ length: sizeOf(from) }, () => rng.normal());
    const y = new Float64Array(sizeOf(to));
    for (const term of layer.terms) y[term[to]]! += weights[term.weight]! * x[term[from]]!;
    variance += secondMomentOf(places.map((place) => y[place]!)) / draws;
  }
  return variance;
}

test('fans that forget the groups, the stride or the order of the axes are seen in the variance', () => {
  const shape = { inChannels: 4, outChannels: 8, kernel: [3, 3], groups: 2 } as const;
  const forgetful = convFans({ ...shape, groups: 1 });
  const far = (variance: number): void => assert.ok(Math.abs(variance - 1) > 0.4, `variance ${variance}`);
  far(passVariance(conv(shape, 7), 'fanIn', forgetful));
  far(passVariance(conv(shape, 7), 'fanOut', forgetful));
  const { fanIn, fanOut } = convFans(shape);
  far(passVariance(conv(shape, 7), 'fanIn', { fanIn: fanOut, fanOut: fanIn }));
  const strided = { inChannels: 16, outChannels: 8, kernel: [4, 4], groups: 1, stride: [2, 2] } as const;
  far(passVariance(transposedConv(strided, 7), 'fanIn', convTransposeFans({ ...strided, stride: [1, 1] })));
});

test('a Linear layer sums fanIn terms into an output, and an input feeds fanOut', () => {
  const layer = new Linear(7, 3, { rng: random(1), dtype: 'float64' });
  assert.equal(layer.weight.fans, { fanIn: 7, fanOut: 3 });
  layer.weight.assign(new Float64Array(21).fill(1));
  const x = tensor(new Float64Array(7).fill(1), { shape: [1, 7], requiresGrad: true });
  const y = layer.forward(x);
  assertClose(y.data, [7, 7, 7], { absolute: 0 });
  y.sum().backward();
  assertClose(x.grad!.data, new Array<number>(7).fill(3), { absolute: 0 });
  assert.is(layer.bias!.fans, null);
});

test('an embedding picks one row, so its fanIn is 1 whatever the vocabulary', () => {
  assert.equal(embeddingFans(64), { fanIn: 1, fanOut: 64 });
  const row = lecunNormal()([1000, 64], embeddingFans(64), random(2));
  assert.ok(Math.abs(secondMomentOf(row) - 1) < 5 * Math.sqrt(2 / 64_000));
});

test('one group, stride 1 and a kernel of one tap are the defaults of the formula', () => {
  property(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 99 })), ([a, b]) => {
    const shape = { inChannels: a, outChannels: b, kernel: [1, 1, 1] };
    assert.equal(convFans(shape), linearFans(a, b));
    assert.equal(convTransposeFans(shape), linearFans(a, b));
  });
});

test('a convolution and its transpose, weights turned round, exchange their fans when the stride is 1', () => {
  property(
    fc.record({
      groups: fc.integer({ min: 1, max: 4 }),
      inward: fc.integer({ min: 1, max: 8 }),
      outward: fc.integer({ min: 1, max: 8 }),
      kernel: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }),
    }),
    ({ groups, inward, outward, kernel }) => {
      const shape = { inChannels: inward * groups, outChannels: outward * groups, kernel, groups };
      const { fanIn, fanOut } = convFans(shape);
      const turned = { ...shape, inChannels: shape.outChannels, outChannels: shape.inChannels };
      assert.equal(convTransposeFans(turned), { fanIn: fanOut, fanOut: fanIn });
    },
  );
});

test('sizes that are no whole numbers from 1 are refused by name', () => {
  const shape = { inChannels: 4, outChannels: 4, kernel: [3, 3] };
  for (const bad of [0, -3, 1.5, Number.NaN, Infinity]) {
    assertThrows(() => linearFans(bad, 2), `linearFans: inFeatures is a whole number ≥ 1, got ${bad}`);
    assertThrows(() => linearFans(2, bad), `linearFans: outFeatures is a whole number ≥ 1, got ${bad}`);
    assertThrows(() => embeddingFans(bad), `embeddingFans: dim is a whole number ≥ 1, got ${bad}`);
    assertThrows(() => convFans({ ...shape, inChannels: bad }), 'convFans: inChannels', `${bad}`);
    assertThrows(() => convFans({ ...shape, outChannels: bad }), 'convFans: outChannels', `${bad}`);
    assertThrows(() => convFans({ ...shape, groups: bad }), 'convFans: groups', `${bad}`);
    assertThrows(() => convFans({ ...shape, kernel: [3, bad] }), 'convFans: kernel[1]', `${bad}`);
    assertThrows(() => convTransposeFans({ ...shape, stride: [bad, 1] }), 'stride[0]', `${bad}`);
  }
});

test('groups that do not divide both channel counts are refused', () => {
  for (const [inChannels, outChannels] of [
    [4, 6],
    [6, 4],
  ] as const)
    assertThrows(
      () => convFans({ inChannels, outChannels, kernel: [3], groups: 4 }),
      `4 groups do not divide ${inChannels} input and ${outChannels} output channels`,
    );
});

test('a stride with another number of axes than the kernel is refused', () => {
  assertThrows(
    () => convTransposeFans({ inChannels: 2, outChannels: 2, kernel: [4, 4], stride: [2] }),
    'convTransposeFans: stride has 1 axes and kernel 2',
  );
});

/** ∫ f(z)² φ(z) dz by the trapezoidal rule on both sides of 0, since kinks are at 0. */
function integrated(f: (z: number) => number): number {
  const steps = 20_000;
  const h = 10 / steps;
  let sum = 0;
  for (const side of [-1, 1])
    for (let i = 0; i <= steps; i++) {
      const z = side * i * h;
      sum += f(z) ** 2 * Math.exp((-z * z) / 2) * (i === 0 || i === steps ? h / 2 : h);
    }
  return sum / Math.sqrt(2 * Math.PI);
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const below = (point: number): number => standardNormalCdf(point);
/** E[(eᶻ − 1)²; z < 0] = e²·Φ(−2) − 2·√e·Φ(−1) + ½ */
const expm1Below0 = Math.exp(2) * below(-2) - 2 * Math.exp(0.5) * below(-1) + 0.5;
const ALPHA = 1.6732632423543772;
const SCALE = 1.0507009873554805;

/** E[f(z)²], in closed form or else as the integral, and the gain with six digits. */
const SECOND_MOMENTS: Record<Nonlinearity, [moment: number, gain: number]> = {
  linear: [1, 1],
  relu: [1 / 2, Math.SQRT2],
  leakyRelu: [(1 + 0.01 ** 2) / 2, 1.414143],
  sigmoid: [integrated(sigmoid), 1.846229],
  tanh: [integrated(Math.tanh), 1.592537],
  elu: [1 / 2 + expm1Below0, 1.245198],
  selu: [SCALE ** 2 * (1 / 2 + ALPHA ** 2 * expm1Below0), 1],
  gelu: [1 / 3 + 1 / (2 * Math.PI * Math.sqrt(3)), 1.53353],
  silu: [integrated((z) => z * sigmoid(z)), 1.676532],
  mish: [integrated((z) => z * Math.tanh(Math.log(1 + Math.exp(z)))), 1.486848],
  softplus: [integrated((z) => Math.log(1 + Math.exp(z))), 1.041867],
  softsign: [integrated((z) => z / (1 + Math.abs(z))), 2.337533],
  sin: [(1 - Math.exp(-2)) / 2, 1.520867],
};

test('every nonlinearity has a second moment to compare with', () => {
  assert.equal(Object.keys(NONLINEARITIES).sort(), Object.keys(SECOND_MOMENTS).sort());
});

for (const [name, [moment, expected]] of Object.entries(SECOND_MOMENTS))
  test(`the numeric gain of ${name} is 1/√E[f(z)²] = ${expected}`, () => {
    const found = gain(name as Nonlinearity, { numeric: true });
    assertClose([found], [1 / Math.sqrt(moment)], { relative: 1e-9, absolute: 0 });
    assertClose([found], [expected], { relative: 0, absolute: 6e-7 });
  });

test('the table of gains has the customary values', () => {
  const table: [Nonlinearity, GainOptions, number][] = [
    ['linear', {}, 1],
    ['sigmoid', {}, 1],
    ['tanh', {}, 1.6666666666666667],
    ['relu', {}, Math.SQRT2],
    ['leakyRelu', {}, 1.4141428569978354],
    ['leakyRelu', { slope: 0 }, Math.SQRT2],
    ['leakyRelu', { slope: 10 }, 0.14071950894605836],
    ['leakyRelu', { slope: 1 }, 1],
    ['selu', {}, 0.75],
  ];
  for (const [name, options, value] of table)
    assertClose([gain(name, options)], [value], { relative: 4e-16, absolute: 0, what: name });
});

test('the table and the integral agree where the table is exact, for every slope', () => {
  property(fc.integer({ min: -40, max: 40 }), (tenths) => {
    const slope = tenths / 10;
    assertClose([gain('leakyRelu', { slope, numeric: true })], [gain('leakyRelu', { slope })], {
      relative: 1e-10,
    });
  });
  for (const name of ['linear', 'relu'] as const)
    assertClose([gain(name, { numeric: true })], [gain(name)], { relative: 1e-10 });
});

test('the rules of thumb are not the integrals: tanh has 5/3 for 1.5925, selu 3/4 for 1', () => {
  assert.ok(gain('tanh') - gain('tanh', { numeric: true }) > 0.07);
  assert.ok(gain('selu', { numeric: true }) - gain('selu') > 0.2);
});

test('the gain of a function of one’s own is integrated', () => {
  assertClose([gain((z) => 3 * z)], [1 / 3], { relative: 1e-10, absolute: 0 });
  assertClose([gain(() => 4)], [1 / 4], { relative: 1e-10, absolute: 0 });
  assertClose([gain((z) => z * z)], [1 / Math.sqrt(3)], { relative: 1e-10, absolute: 0 });
  assertClose([secondMoment((z) => z ** 3)], [15], { relative: 1e-10, absolute: 0 });
});

test('the functions behind the gains take their known values', () => {
  const f = NONLINEARITIES;
  assertClose(
    [f.relu(-2), f.relu(2), f.leakyRelu(-2), f.leakyRelu(-2, 0.3), f.elu(-1), f.gelu(1), f.silu(1)],
    [0, 2, -0.02, -0.6, Math.exp(-1) - 1, standardNormalCdf(1), sigmoid(1)],
    { relative: 1e-14, absolute: 0 },
  );
  assertClose(
    [f.selu(-1), f.selu(2), f.softplus(0), f.softplus(800), f.softsign(-3), f.mish(0)],
    [SCALE * ALPHA * (Math.exp(-1) - 1), 2 * SCALE, Math.LN2, 800, -0.75, 0],
    { relative: 1e-14, absolute: 0 },
  );
});

test('a name without a customary gain asks for the numeric one', () => {
  for (const name of ['elu', 'gelu', 'silu', 'mish', 'softplus', 'softsign', 'sin'] as const) {
    assertThrows(() => gain(name), `no customary gain for ${name}`, `gain('${name}', { numeric: true })`);
    assertThrows(() => heNormal({ nonlinearity: name }), 'no customary gain');
    assert.ok(heNormal({ nonlinearity: name, numeric: true }).label === 'He normal');
  }
});

test('unknown names, slopes that are no numbers, and functions without a gain are refused', () => {
  for (const name of ['ReLU', 'leaky_relu', 'toString', '__proto__'])
    assertThrows(() => gain(name as 'relu'), `gain: unknown nonlinearity ${name}`, 'relu, leakyRelu', 'sin');
  for (const slope of [Number.NaN, Infinity, true, '0.1'])
    assertThrows(
      () => gain('leakyRelu', { slope: slope as number }),
      `gain: slope is a finite number, got ${typeof slope === 'string' ? `'${slope}'` : slope}`,
    );
  assertThrows(() => gain(() => 0), 'gain: E[f(z)²] is 0');
  assertThrows(() => gain((z) => Math.log(z)), 'gain: E[f(z)²] is NaN');
});
