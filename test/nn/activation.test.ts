import * as assert from 'uvu/assert';
import { checkModule, demand } from '../../src/check/index.js';
import * as tg from '../../src/index.js';
import { randn, random, type Tensor, tensor, zeros } from '../../src/index.js';
import * as nn from '../../src/nn/index.js';
import {
  Flatten,
  HardSigmoid,
  Identity,
  LogSoftmax,
  type Module,
  ReLU,
  Softmax,
} from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('activation modules');

type Pair = [module: Module, op: (x: Tensor) => Tensor, formula: (x: number) => number];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.log1p(Math.exp(x));
const piece = (x: number): number => Math.min(1, Math.max(0, x / 6 + 0.5));
const elu = (x: number, alpha: number): number => (x > 0 ? x : alpha * Math.expm1(x));

/** Φ(x) by its series ½ + φ(x) · (x + x³/3 + x⁵/15 + …), where each term is the last times x²/(2k + 1). */
function normalCdf(x: number): number {
  let [sum, term] = [x, x];
  for (let k = 3; k < 200; k += 2) sum += term *= (x * x) / k;
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/** Every elementwise module with its op and its formula. */
const PAIRS: Record<string, Pair> = {
  ReLU: [new ReLU(), tg.relu, (x) => Math.max(x, 0)],
  LeakyReLU: [new nn.LeakyReLU(), (x) => tg.leakyRelu(x), (x) => (x > 0 ? x : 0.01 * x)],
  'LeakyReLU(0.2)': [new nn.LeakyReLU(0.2), (x) => tg.leakyRelu(x, 0.2), (x) => (x > 0 ? x : 0.2 * x)],
  ELU: [new nn.ELU(), (x) => tg.elu(x), (x) => elu(x, 1)],
  'ELU(0.5)': [new nn.ELU(0.5), (x) => tg.elu(x, 0.5), (x) => elu(x, 0.5)],
  SELU: [new nn.SELU(), tg.selu, (x) => 1.0507009873554805 * elu(x, 1.6732632423543772)],
  GELU: [new nn.GELU(), (x) => tg.gelu(x), (x) => x * normalCdf(x)],
  "GELU('tanh')": [
    new nn.GELU('tanh'),
    (x) => tg.gelu(x, 'tanh'),
    (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  ],
  SiLU: [new nn.SiLU(), tg.silu, (x) => x * sigmoid(x)],
  Mish: [new nn.Mish(), tg.mish, (x) => x * Math.tanh(softplus(x))],
  Softplus: [new nn.Softplus(), (x) => tg.softplus(x), softplus],
  'Softplus(2)': [new nn.Softplus(2), (x) => tg.softplus(x, 2), (x) => softplus(2 * x) / 2],
  LogSigmoid: [new nn.LogSigmoid(), tg.logSigmoid, (x) => -softplus(-x)],
  Softsign: [new nn.Softsign(), tg.softsign, (x) => x / (1 + Math.abs(x))],
  Sigmoid: [new nn.Sigmoid(), tg.sigmoid, sigmoid],
  Tanh: [new nn.Tanh(), tg.tanh, Math.tanh],
  HardSigmoid: [new HardSigmoid(), tg.hardSigmoid, piece],
  HardSwish: [new nn.HardSwish(), tg.hardSwish, (x) => x * piece(x)],
  Identity: [new Identity(), (x) => x, (x) => x],
};

const VALUES = [-4, -3, -1.5, -0.25, 0, 0.25, 1, 2.5, 3, 5];

for (const [name, [module, op, formula]] of Object.entries(PAIRS)) {
  test(`${name} equals its op, values and gradients, and its formula`, () => {
    const [a, b] = [0, 1].map(() => tensor(VALUES, { requiresGrad: true, dtype: 'float64' }));
    const seed = tensor(
      VALUES.map((x) => x / 4 + 1),
      { dtype: 'float64' },
    );
    const y = module.forward(a!);
    assertSame(y.data, op(b!).data);
    assertClose(y.data, VALUES.map(formula), { relative: 1e-12, absolute: 1e-14 });
    y.backward(seed);
    op(b!).backward(seed);
    assertSame(a!.grad!.data, b!.grad!.data);
  });
}

test('the table above holds every activation module there is', () => {
  const elsewhere = ['Softmax', 'LogSoftmax', 'Flatten', 'GLU'];
  const tested = new Set(Object.values(PAIRS).map(([module]) => module.constructor.name));
  const base = Object.getPrototypeOf(ReLU);
  const layers = Object.values(nn).filter(
    (value) => typeof value === 'function' && Object.getPrototypeOf(value) === base,
  );
  const activations = layers.map((layer) => layer.name);
  assert.equal(activations.filter((name) => !tested.has(name)).sort(), elsewhere.sort());
});

test('activations have no parameters, and say so when printed', () => {
  for (const [name, [module]] of Object.entries(PAIRS)) assert.is(module.countParameters(), 0, name);
  assert.is(String(new ReLU()), 'ReLU(): 0 parameters');
});

test('one module may be used in many places at once', () => {
  const f = new nn.Tanh();
  const x = tensor(0.5, { requiresGrad: true, dtype: 'float64' });
  f.forward(f.forward(x)).backward();
  const inner = Math.tanh(0.5);
  assertClose(x.grad!.data, [(1 - Math.tanh(inner) ** 2) * (1 - inner ** 2)], { relative: 1e-14 });
});

test('Softmax and LogSoftmax run along the last axis, or the one named', () => {
  const rng = random(3);
  const x = randn([2, 3, 4], rng, { dtype: 'float64' });
  for (const [axis, stride] of [
    [-1, 1],
    [1, 4],
    [0, 12],
  ] as const) {
    const length = x.shape.at(axis)!;
    const expected = [...x.data].map((value, at) => {
      const start = at - (Math.floor(at / stride) % length) * stride;
      let sum = 0;
      for (let i = 0; i < length; i++) sum += Math.exp(x.data[start + i * stride]!);
      return Math.exp(value) / sum;
    });
    assertClose(new Softmax(axis).forward(x).data, expected, { relative: 1e-12 });
    assertClose(new LogSoftmax(axis).forward(x).data, expected.map(Math.log), { relative: 1e-12 });
  }
  assertSame(new Softmax().forward(x).data, new Softmax(-1).forward(x).data);
  assertSame(new LogSoftmax().forward(x).data, new LogSoftmax(2).forward(x).data);
});

test('Softmax and LogSoftmax stay finite for logits of ±10,000', () => {
  const x = tensor([1e4, 0, -1e4]);
  assertSame(new Softmax().forward(x).data, [1, 0, 0]);
  assertSame(new LogSoftmax().forward(x).data, [0, -1e4, -2e4]);
});

test('Flatten keeps the batch axis and joins the others in order', () => {
  const x = tensor([
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  ]);
  assert.equal(new Flatten().forward(x).toArray(), [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
});

test('Flatten joins the axes from start to end, both included, and gradients take the old shape', () => {
  const x: Tensor = zeros([2, 3, 4, 5], { requiresGrad: true });
  assert.equal(new Flatten(0).forward(x).shape, [120]);
  assert.equal(new Flatten(1, 2).forward(x).shape, [2, 12, 5]);
  assert.equal(new Flatten(-2).forward(x).shape, [2, 3, 20]);
  new Flatten().forward(x).sum().backward();
  assert.equal(x.grad!.shape, [2, 3, 4, 5]);
  assertThrows(() => new Flatten(2, 1).forward(x), 'flatten: start axis 2 comes after end axis 1');
});

test('GLU is the first half times the sigmoid of the second, or times another gate', () => {
  const x = tensor(
    [
      [1, 2, 0, Math.log(3)],
      [-4, 8, -Math.log(3), 0],
    ],
    { dtype: 'float64' },
  );
  assertClose(new nn.GLU().forward(x).data, [0.5, 1.5, -1, 4], { relative: 1e-15 });
  // Along axis 0 the gates are the second row: σ(−4), σ(8), ¼ and ½.
  const columns = [1 / (1 + Math.exp(4)), 2 / (1 + Math.exp(-8)), 0, Math.log(3) / 2];
  assertClose(new nn.GLU(0).forward(x).data, columns, { relative: 1e-14 });
  // SwiGLU: the gate b · σ(b) is 0 · ½, log 3 · ¾, −log 3 · ¼ and 0.
  const swiglu = [0, 1.5 * Math.log(3), Math.log(3), 0];
  assertClose(new nn.GLU(-1, tg.silu).forward(x).data, swiglu, { relative: 1e-15, absolute: 0 });
  assert.equal(new nn.GLU().forward(zeros([2, 6])).shape, [2, 3]);
  assertThrows(
    () => new nn.GLU().forward(zeros([2, 3])),
    'glu: axis 1 of [2, 3] has 3 elements; expected an even number, half of them for the gate',
  );
});

test('PReLU begins with slopes of ¼, and learns one for all or one for each channel', () => {
  const x = tensor(
    [
      [-4, 8],
      [2, -12],
    ],
    { dtype: 'float64' },
  );
  const one = new nn.PReLU(1, { dtype: 'float64' });
  assert.equal(one.forward(x).toArray(), [
    [-1, 8],
    [2, -3],
  ]);
  one.forward(x).sum().backward();
  assert.equal(one.weight.grad!.toArray(), [-16]);
  const two = new nn.PReLU(2, { slope: 0.5, dtype: 'float64' });
  two.weight.assign([0.5, 0.125]);
  assert.equal(two.forward(x).toArray(), [
    [-2, 8],
    [2, -1.5],
  ]);
  two.forward(x).sum().backward();
  assert.equal(two.weight.grad!.toArray(), [-4, -12]);
});

test('the gradients of PReLU pass the check, for images too, and it says how many slopes there are', () => {
  const rng = random(1);
  for (const shape of [[5, 3], [2, 3, 2, 2], [4]]) {
    const layer = new nn.PReLU(shape[1] ?? 1);
    demand(checkModule(layer, randn(shape, rng)));
  }
  assert.is(String(new nn.PReLU(3)), 'PReLU(3, constant 0.25): 3 parameters');
  assert.equal(Object.keys(new nn.PReLU().stateDict()), ['weight']);
  assertThrows(
    () => new nn.PReLU(3).forward(zeros([2, 4])),
    'prelu: a weight of shape [3] for an input of shape [2, 4]; expected one slope, [1], or one for each channel on axis 1, [4]',
  );
  assertThrows(() => new nn.PReLU(0), 'PReLU: channels is a whole number ≥ 1, got 0');
});
