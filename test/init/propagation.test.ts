import * as assert from 'uvu/assert';
import {
  gelu,
  noGrad,
  rand,
  randn,
  random,
  relu,
  selu,
  sigmoid,
  type Tensor,
  tensor,
} from '../../src/index.js';
import {
  heNormal,
  heUniform,
  type Initializer,
  lecunNormal,
  normal,
  orthogonal,
  siren,
  xavierFanIn,
  xavierHalf,
  xavierNormal,
} from '../../src/init/index.js';
import { Linear } from '../../src/nn/index.js';
import { assertClose } from '../support/close.js';
import { momentsOf, secondMomentOf, standardNormalCdf } from '../support/statistics.js';
import { suite } from '../support/suite.js';

const test = suite('propagation');
type Activation = (x: Tensor) => Tensor;

interface Pass {
  /** Mean squares of each layer's output, before and after its activation. */
  before: number[];
  after: number[];
  outputs: Tensor[];
}

/** Sends a batch through layers without biases, of the given widths. */
function forward(
  x: Tensor,
  widths: number[],
  activation: Activation,
  init: (layer: number) => Initializer,
  seed: number,
): Pass {
  const rng = random(seed);
  const pass: Pass = { before: [], after: [], outputs: [] };
  for (const [l, width] of widths.entries()) {
    const from = x.shape[1]!;
    const y = new Linear(from, width, { rng, init: init(l), bias: false, dtype: x.dtype }).forward(x);
    x = activation(y);
    pass.before.push(secondMomentOf(y.data));
    pass.after.push(secondMomentOf(x.data));
    pass.outputs.push(x);
  }
  return pass;
}

const inputs = (rows: number, width: number, seed: number | string): Tensor =>
  randn([rows, width], random(seed), { dtype: 'float64' });

/** E[f(√q · z)²] for z ~ N(0, 1), by the trapezoidal rule. */
function expectedSquare(f: (z: number) => number, q: number): number {
  let sum = 0;
  for (let z = -9; z <= 9; z += 1 / 512) sum += f(Math.sqrt(q) * z) ** 2 * Math.exp((-z * z) / 2);
  return sum / 512 / Math.sqrt(2 * Math.PI);
}

// Each layer is half as wide as the last, so that an exchange of the fans gives a factor of 2 in each layer.
const TAPER = [128, 64, 32];
const NETS = 60;

/**
 * The means over many nets of E[activation²] at the output and of E[gradient²] at the input, if both are 1 at the other
 * end. In one net the first has a relative deviation of √(5·Σ 1/width), which is 0.5 here, and over 60 nets 0.07.
 */
function taper(init: Initializer): { activations: number; gradients: number } {
  let activations = 0;
  let gradients = 0;
  for (let seed = 0; seed < NETS; seed++) {
    const x = inputs(1, 256, `in ${seed}`);
    x.requiresGrad = true;
    const { outputs, after } = forward(x, TAPER, relu, () => init, seed);
    const last = outputs.at(-1)!;
    last
      .mul(inputs(1, last.shape[1]!, `out ${seed}`))
      .sum()
      .backward();
    activations += after.at(-1)! / NETS;
    gradients += secondMomentOf(x.grad!.data) / NETS;
  }
  return { activations, gradients };
}

for (const [form, make] of [
  ['normal', heNormal],
  ['uniform', heUniform],
] as const) {
  test(`He ${form}, fanIn: activations behind relu keep their mean square, gradients shrink as the layers narrow`, () => {
    const { activations, gradients } = taper(make());
    assert.ok(Math.abs(Math.log(activations)) < 0.3, `activations ${activations}`);
    assert.ok(Math.abs(Math.log(gradients * 8)) < 0.3, `gradients ${gradients}, narrowing makes them 1/8`);
  });

  test(`He ${form}, fanOut: gradients keep their mean square, activations grow as the layers narrow`, () => {
    const { activations, gradients } = taper(make({ mode: 'fanOut' }));
    assert.ok(Math.abs(Math.log(gradients)) < 0.3, `gradients ${gradients}`);
    assert.ok(Math.abs(Math.log(activations / 8)) < 0.3, `activations ${activations}`);
  });
}

test('with 1/fanIn for 2/fanIn, relu halves the mean square in every layer', () => {
  const { activations } = taper(xavierFanIn());
  assert.ok(Math.abs(Math.log(activations * 8)) < 0.3, `activations ${activations}`);
});

const WIDTH = 400;
const DEPTH = 10;
const wide = new Array<number>(DEPTH).fill(WIDTH);

/**
 * Compares each layer with q ← gain² · E[f(√q z)²], the recursion of infinitely wide nets. It starts from q = 1, since
 * the inputs of the first layer come from no activation. Returns the q of the last layer.
 */
function followsRecursion(
  init: Initializer,
  activation: Activation,
  f: (z: number) => number,
  gain: number,
  relative = 0.1,
): number {
  const { before } = noGrad(() =>
    forward(inputs(64, WIDTH, 'wide'), wide, activation, (layer) => (layer === 0 ? lecunNormal() : init), 5),
  );
  const expected = [1];
  while (expected.length < DEPTH) expected.push(gain ** 2 * expectedSquare(f, expected.at(-1)!));
  assertClose(before, expected, { relative, what: 'E[y²] by layer' });
  return expected.at(-1)!;
}

test('tanh with the numeric gain keeps E[y²] = 1, with 5/3 settles at 1.178, with 1 fades', () => {
  const tanh: Activation = (x) => x.tanh();
  const numeric = heNormal({ nonlinearity: 'tanh', numeric: true });
  assertClose([followsRecursion(numeric, tanh, Math.tanh, 1.592537)], [1], { relative: 1e-5 });
  const thumb = followsRecursion(heNormal({ nonlinearity: 'tanh' }), tanh, Math.tanh, 5 / 3);
  assertClose([thumb], [1.178], { relative: 0.01 });
  assert.ok(followsRecursion(lecunNormal(), tanh, Math.tanh, 1) < 0.1);
});

test('selu with LeCun normal keeps E[y²] = 1, and with the gain 3/4 of the table it shrinks', () => {
  const f = (z: number): number => 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * (Math.exp(z) - 1));
  assertClose([followsRecursion(lecunNormal({ truncated: true }), selu, f, 1)], [1], { relative: 1e-5 });
  assert.ok(followsRecursion(heNormal({ nonlinearity: 'selu' }), selu, f, 3 / 4) < 0.2);
});

test('gelu and sigmoid keep E[y²] = 1 with their numeric gains', () => {
  // With activations of mean 0.5, all rows of a batch are alike, so a layer gives 400 numbers: known to √(2/400) = 7 %.
  const sigma = (z: number): number => 1 / (1 + Math.exp(-z));
  const forSigmoid = heNormal({ nonlinearity: 'sigmoid', numeric: true });
  assertClose([followsRecursion(forSigmoid, sigmoid, sigma, 1.846229, 0.3)], [1], { relative: 1e-5 });
  const phi = (z: number): number => z * standardNormalCdf(z);
  const forGelu = heNormal({ nonlinearity: 'gelu', numeric: true });
  assertClose([followsRecursion(forGelu, gelu, phi, 1.53353, 0.3)], [1], { relative: 1e-4 });
});

test('linear layers keep variance 1 with 2/(in + out) where the widths are equal; with half of it they lose it', () => {
  const last = (init: Initializer): number =>
    noGrad(() =>
      forward(
        inputs(64, WIDTH, 'linear'),
        wide,
        (x) => x,
        () => init,
        6,
      ),
    ).after.at(-1)!;
  assert.ok(Math.abs(Math.log(last(xavierNormal()))) < 0.5);
  assert.ok(Math.abs(Math.log(last(xavierHalf()) * 2 ** DEPTH)) < 0.5);
});

test('a hundred orthogonal layers keep the length of every vector to rounding', () => {
  const x = inputs(3, 50, 'deep');
  const { outputs } = noGrad(() =>
    forward(
      x,
      new Array<number>(100).fill(50),
      (y) => y,
      () => orthogonal(),
      7,
    ),
  );
  const lengths = (t: Tensor): number[] =>
    [0, 1, 2].map((row) => Math.hypot(...t.data.subarray(row * 50, (row + 1) * 50)));
  assertClose(lengths(outputs.at(-1)!), lengths(x), { relative: 1e-12, absolute: 0 });
});

test('in as many normal layers the logarithm of the length walks off, by the known mean and deviation', () => {
  // Each layer of width n adds ½·log(χ²ₙ/n), with mean about −1/(2n) and variance 1/(2n).
  const [width, depth, nets] = [50, 60, 40];
  const drift: number[] = [];
  for (let seed = 0; seed < nets; seed++) {
    const x = inputs(1, width, seed);
    const { after } = noGrad(() =>
      forward(
        x,
        new Array<number>(depth).fill(width),
        (y) => y,
        () => lecunNormal(),
        seed,
      ),
    );
    drift.push(0.5 * Math.log(after.at(-1)! / secondMomentOf(x.data)));
  }
  const { mean, variance } = momentsOf(drift);
  const expected = depth / (2 * width);
  assert.ok(Math.abs(mean + expected) < 5 * Math.sqrt(expected / nets), `mean ${mean}`);
  assert.ok(Math.abs(variance / expected - 1) < 5 * Math.sqrt(2 / nets), `variance ${variance}`);
});

test('a net of sines keeps its activations: the first layer fills the sine, the others settle', () => {
  const x = rand([400, 2], random('coordinates'), { dtype: 'float64' }).mul(2).sub(1);
  const sine: Activation = (y) => y.mul(30).sin();
  const { before, after } = noGrad(() =>
    forward(x, new Array<number>(7).fill(256), sine, (layer) => siren({ first: layer === 0 }), 8),
  );
  // 30·Wx for W ~ U(±1/2) and x ~ U(±1) in two dimensions: variance 900 · 2 · (1/12) · (1/3) = 50.
  assertClose([900 * before[0]!], [50], { relative: 0.2 });
  assertClose([after[0]!], [0.5], { relative: 0.03 });
  // Then Var(30·Wy) = 2·E[y²], and E[sin²] = (1 − e^(−2q))/2: the fixed point of q = 1 − e^(−2q) is 0.7968.
  assertClose(after.slice(4), [0.3984, 0.3984, 0.3984], { relative: 0.06 });
  assertClose(
    before.slice(4).map((q) => 900 * q),
    [0.7968, 0.7968, 0.7968],
    { relative: 0.06 },
  );
});

test('a net of sines whose first layer is drawn like the others does not fill the sine', () => {
  const x = tensor(rand([400, 2], random('coordinates')), { dtype: 'float64' })
    .mul(2)
    .sub(1);
  const { after } = noGrad(() =>
    forward(
      x,
      [256],
      (y) => y.mul(30).sin(),
      () => siren(),
      8,
    ),
  );
  assert.ok(Math.abs(after[0]! / 0.5 - 1) > 0.1);
});

/**
 * The standard deviations of the activations of five layers of 100 units for 1000 inputs from N(0, 1), as means over
 * 200 seeds of another implementation, and by how much one seed may differ.
 */
const HISTOGRAMS: [string, Activation, Initializer, number[], number][] = [
  ['tanh, std 1', (x) => x.tanh(), normal(), [0.959, 0.958, 0.958, 0.958, 0.958], 0.03],
  ['tanh, std 0.01', (x) => x.tanh(), normal({ std: 0.01 }), [0.0989, 0.00989, 9.9e-4, 9.9e-5, 9.9e-6], 0.15],
  ['tanh, 1/fanIn', (x) => x.tanh(), xavierFanIn(), [0.626, 0.485, 0.407, 0.356, 0.32], 0.08],
  ['tanh, 2/fanIn', (x) => x.tanh(), heNormal(), [0.72, 0.633, 0.595, 0.576, 0.566], 0.05],
  ['sigmoid, 1/fanIn', sigmoid, xavierFanIn(), [0.208, 0.126, 0.12, 0.121, 0.121], 0.3],
  ['relu, 2/fanIn', relu, heNormal(), [0.826, 0.825, 0.819, 0.813, 0.807], 0.5],
  ['relu, 1/fanIn', relu, xavierFanIn(), [0.584, 0.412, 0.289, 0.203, 0.143], 0.5],
  ['relu, std 0.01', relu, normal({ std: 0.01 }), [0.0584, 0.00412, 2.89e-4, 2.03e-5, 1.43e-6], 0.5],
];

for (const [name, activation, init, expected, relative] of HISTOGRAMS)
  test(`activations of five layers of 100 have their known deviations: ${name}`, () => {
    const { outputs } = noGrad(() =>
      forward(inputs(300, 100, 'histogram'), [100, 100, 100, 100, 100], activation, () => init, 9),
    );
    assertClose(
      outputs.map((output) => Math.sqrt(momentsOf(output.data).variance)),
      expected,
      { relative, absolute: 0, what: 'standard deviation by layer' },
    );
  });
