import * as assert from 'uvu/assert';
import { random, relu, type Tensor } from '../../src/index.js';
import {
  constant,
  convTransposeFans,
  eye,
  heNormal,
  heUniform,
  type Initializer,
  initializer,
  lecunNormal,
  lecunUniform,
  linearFans,
  normal,
  ones,
  orthogonal,
  siren,
  sparse,
  truncatedNormal,
  uniform,
  varianceScaling,
  xavierFanIn,
  xavierHalf,
  xavierNormal,
  xavierUniform,
  zeros,
} from '../../src/init/index.js';
import { Linear, Module, Sequential } from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('initialisers as values');

const FANS = linearFans(12, 9);
const SHAPE = [12, 9] as const;
const RANDOM: [string, Initializer][] = [
  ['uniform', uniform(-1, 1)],
  ['normal', normal()],
  ['truncatedNormal', truncatedNormal()],
  ['orthogonal', orthogonal()],
  ['sparse', sparse({ sparsity: 0.2 })],
  ['varianceScaling', varianceScaling({ mode: 'fanGeoAvg' })],
  ['xavierUniform', xavierUniform()],
  ['xavierNormal', xavierNormal({ truncated: true })],
  ['xavierFanIn', xavierFanIn()],
  ['xavierHalf', xavierHalf()],
  ['heUniform', heUniform()],
  ['heNormal', heNormal()],
  ['lecunUniform', lecunUniform()],
  ['lecunNormal', lecunNormal()],
  ['siren', siren()],
];

/** The number of positions at which two weights hold the same value other than 0. */
const shared = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).filter((x, i) => x !== 0 && x === b[i]).length;

for (const [name, init] of RANDOM) {
  test(`${name}: the same seed gives the same bits, 0 included, and another seed other values`, () => {
    for (const seed of [0, 7, 'a word'])
      assertSame(init(SHAPE, FANS, random(seed)), init(SHAPE, FANS, random(seed)));
    assert.is(shared(init(SHAPE, FANS, random(0)), init(SHAPE, FANS, random(1))), 0);
  });

  test(`${name}: two layers given the same initialiser never share values`, () => {
    const rng = random(3);
    const first = new Linear(12, 9, { rng, init });
    const second = new Linear(12, 9, { rng, init });
    assert.is(shared(first.weight.data, second.weight.data), 0);
    const model = new Sequential(first, second).initialize(random(3));
    assert.is(shared(first.weight.data, second.weight.data), 0);
    assert.is(model.parameters().length, 4);
  });

  test(`${name}: what it returns is fresh, finite and of the shape’s size`, () => {
    const values = init(SHAPE, FANS, random(4));
    assert.is(values.length, 108);
    assert.ok(values.every(Number.isFinite));
    const kept = values.slice();
    init(SHAPE, FANS, random(5)).fill(0);
    assertSame(values, kept);
  });
}

test('constants return a fresh array at each call: writing into one layer does not reach another', () => {
  for (const init of [zeros(), ones(), constant(2), eye()]) {
    const first = init([3, 3], null, random(1));
    const second = init([3, 3], null, random(1));
    first.fill(9);
    assert.ok(second.every((x) => x < 9));
  }
});

test('a generator goes on where the first layer left it', () => {
  const rng = random(8);
  const both = [...normal()([5], null, rng), ...normal()([7], null, rng)];
  assertSame(both, normal()([12], null, random(8)));
});

test('initialize draws by name: a layer added before or behind does not change the values of the others', () => {
  class Net extends Module {
    readonly early: Linear | null;
    readonly kept = new Linear(12, 9, { rng: random(1) });
    readonly late: Linear | null;
    constructor(more: boolean) {
      super();
      this.early = more ? new Linear(12, 12, { rng: random(2) }) : null;
      this.late = more ? new Linear(9, 9, { rng: random(3) }) : null;
      this.initialize(random(5));
    }
    override forward(x: Tensor): Tensor {
      return this.kept.forward(x);
    }
  }
  assertSame(new Net(true).kept.weight.data, new Net(false).kept.weight.data);
});

test('initialize repeats itself for the same seed, and undoes training', () => {
  const model = new Sequential(new Linear(12, 9, { rng: random(1) }), relu);
  const values = (): number[] => model.parameters().flatMap((parameter) => [...parameter.data]);
  model.initialize(random(6));
  const first = values();
  for (const parameter of model.parameters()) parameter.assign(new Float32Array(parameter.size).fill(3));
  model.initialize(random(6));
  assertSame(values(), first);
  model.initialize(random(7));
  assert.is(shared(values(), first), 0);
});

test('the first weights of seed 42 never change', () => {
  const fans = linearFans(784, 200);
  const first = (init: Initializer): ArrayLike<number> => init([1, 2], fans, random(42));
  // These are the numbers of the generator for seed 42, scaled by the formula of each initialiser.
  const [u0, u1] = [0.6848634964661496, 0.8455933186223463];
  const [z0, z1] = [0.46552577490612773, 0.8702778024297907];
  const expect = (init: Initializer, values: number[]): void =>
    assertClose(first(init), values, { relative: 1e-15, absolute: 0, what: init.label });
  expect(heNormal(), [z0 * Math.sqrt(2 / 784), z1 * Math.sqrt(2 / 784)]);
  expect(xavierNormal(), [z0 * Math.sqrt(2 / 984), z1 * Math.sqrt(2 / 984)]);
  expect(uniform(-1, 3), [-1 + 4 * u0, -1 + 4 * u1]);
  expect(heUniform(), [(2 * u0 - 1) * Math.sqrt(6 / 784), (2 * u1 - 1) * Math.sqrt(6 / 784)]);
});

test('a layer rounds once: float32 weights are the float64 ones, rounded', () => {
  const wide = new Linear(12, 9, { rng: random(2), dtype: 'float64' });
  const narrow = new Linear(12, 9, { rng: random(2) });
  assertSame(narrow.weight.data, Float32Array.from(wide.weight.data));
});

test('an initialiser says what it does, with all digits of the fans', () => {
  const fans = linearFans(1152, 200);
  const said: [Initializer, string][] = [
    [heNormal(), 'He normal, fanIn=1152, std=0.0417'],
    [heNormal({ mode: 'fanOut' }), 'He normal, fanOut=200, std=0.1'],
    [xavierUniform(), 'Xavier uniform, fanIn=1152, fanOut=200, std=0.0385'],
    [xavierFanIn(), 'Xavier (1/fanIn), fanIn=1152, std=0.0295'],
    [xavierHalf(), 'Xavier (1/(fanIn + fanOut)), fanIn=1152, fanOut=200, std=0.0272'],
    [siren(), 'SIREN, fanIn=1152, bound=0.00241'],
    [siren({ first: true }), 'SIREN (first layer), fanIn=1152, bound=0.000868'],
    [zeros(), 'zeros'],
    [constant(0.01), 'constant 0.01'],
    [normal({ std: 0.02 }), 'normal, std=0.02'],
    [uniform(-0.5, 0.25), 'uniform, -0.5 to 0.25'],
    [truncatedNormal({ std: 0.02 }), 'truncated normal, std=0.02, cut at 2 sigma'],
    [orthogonal({ gain: 2 }), 'orthogonal, gain=2'],
    [sparse({ sparsity: 0.9 }), 'sparse, sparsity=0.9, std=0.01'],
    [eye(), 'identity'],
  ];
  for (const [init, words] of said) assert.is(init.describe(fans), words);
  assert.is(heNormal().describe(null), 'He normal, fanIn');
  const transposed = convTransposeFans({ inChannels: 16, outChannels: 8, kernel: [5, 5], stride: [3, 3] });
  assert.is(lecunNormal().describe(transposed), 'LeCun normal, fanIn=44.4, std=0.15');
  assert.is(siren().describe(transposed), 'SIREN, fanIn=44.4, bound=0.0122');
});

test('an initialiser of one’s own is a label and a function, and works in a layer', () => {
  const ramp = initializer('ramp', (shape) =>
    Float64Array.from({ length: shape[0]! * (shape[1] ?? 1) }, (_, i) => i),
  );
  assert.is(ramp.label, 'ramp');
  assert.is(ramp.describe(FANS), 'ramp');
  const layer = new Linear(2, 2, { rng: random(1), init: ramp, biasInit: constant(0.5) });
  assertSame(layer.weight.data, [0, 1, 2, 3]);
  assertSame(layer.bias!.data, [0.5, 0.5]);
});

test('a bias cannot start from an initialiser that needs fans', () => {
  assertThrows(
    () => new Linear(2, 3, { rng: random(1), biasInit: heNormal() }),
    'He normal: needs fanIn and fanOut',
    '[3]',
  );
});
