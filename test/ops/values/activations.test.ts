import {
  elu,
  gelu,
  grad,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  logSigmoid,
  mish,
  random,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  Tensor,
  tensor,
} from 'tapegrad';
import * as assert from 'uvu/assert';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';

const test = suite('activations');

const f64 = (data: number[]): Tensor => tensor(data, { dtype: 'float64' });
const slopes = (f: (x: Tensor) => Tensor, at: Tensor): Tensor => grad((x: Tensor) => f(x).sum())(at);
const curvatures = (f: (x: Tensor) => Tensor, at: Tensor): Tensor =>
  slopes(
    grad((x: Tensor) => f(x).sum()),
    at,
  );

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const density = (x: number): number => Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);
const LAMBDA = 1.0507009873554805;
const LAMBDA_ALPHA = LAMBDA * 1.6732632423543772;

interface Row {
  readonly name: string;
  readonly op: (x: Tensor) => Tensor;
  /** At −3, −1, −¼, ½ and 2, from 30-digit arithmetic; away from every kink. */
  readonly values: number[];
  readonly slopes: number[];
  readonly curvature: (x: number) => number;
  /** At 1000 and −1000: value, slope. */
  readonly far: readonly [number[], number[]];
}

const AT = [-3, -1, -0.25, 0.5, 2];
/** The curvatures at AT of the two whose closed form is long, from 40-digit arithmetic. */
const atPoints =
  (curvatures: number[]) =>
  (x: number): number =>
    curvatures[AT.indexOf(x)]!;

const ACTIVATIONS: readonly Row[] = [
  {
    name: 'relu',
    op: relu,
    values: [0, 0, 0, 0.5, 2],
    slopes: [0, 0, 0, 1, 1],
    curvature: () => 0,
    far: [
      [1000, 0],
      [1, 0],
    ],
  },
  {
    name: 'leakyRelu',
    op: (x) => leakyRelu(x),
    values: [-0.03, -0.01, -0.0025, 0.5, 2],
    slopes: [0.01, 0.01, 0.01, 1, 1],
    curvature: () => 0,
    far: [
      [1000, -10],
      [1, 0.01],
    ],
  },
  {
    name: 'elu',
    op: (x) => elu(x),
    values: [-0.950212931632136, -0.6321205588285577, -0.22119921692859512, 0.5, 2],
    slopes: [0.049787068367863944, 0.36787944117144233, 0.7788007830714049, 1, 1],
    curvature: (x) => (x > 0 ? 0 : Math.exp(x)),
    far: [
      [1000, -1],
      [1, 0],
    ],
  },
  {
    name: 'selu',
    op: selu,
    values: [
      -1.670568728767112, -1.1113307378125628, -0.38889019747811904, 0.5253504936777402, 2.101401974710961,
    ],
    slopes: [0.08753061208026489, 0.6467686030348141, 1.369209143369258, LAMBDA, LAMBDA],
    curvature: (x) => (x > 0 ? 0 : LAMBDA_ALPHA * Math.exp(x)),
    far: [
      [1050.7009873554805, -1.7580993408473766],
      [LAMBDA, 0],
    ],
  },
  {
    name: 'sigmoid',
    op: sigmoid,
    values: [
      0.04742587317756678, 0.2689414213699951, 0.4378234991142019, 0.6224593312018546, 0.8807970779778824,
    ],
    slopes: [
      0.04517665973091213, 0.19661193324148185, 0.24613408273759835, 0.2350037122015945, 0.10499358540350652,
    ],
    curvature: (x) => logistic(x) * logistic(-x) * (logistic(-x) - logistic(x)),
    far: [
      [1, 0],
      [0, 0],
    ],
  },
  {
    name: 'softplus',
    op: softplus,
    values: [
      0.04858735157374206, 0.3132616875182228, 0.5759394198788436, 0.9740769841801067, 2.1269280110429727,
    ],
    slopes: [
      0.04742587317756678, 0.2689414213699951, 0.4378234991142019, 0.6224593312018546, 0.8807970779778824,
    ],
    curvature: (x) => logistic(x) * logistic(-x),
    far: [
      [1000, 0],
      [1, 0],
    ],
  },
  {
    name: 'softplus with β = 2',
    op: (x) => softplus(x, 2),
    values: [
      0.0012378425688652247, 0.06346400552148625, 0.23703849209005334, 0.6566308437591114, 2.0090749639589047,
    ],
    slopes: [
      0.0024726231566347743, 0.11920292202211756, 0.37754066879814546, 0.7310585786300049, 0.9820137900379085,
    ],
    curvature: (x) => 2 * logistic(2 * x) * logistic(-2 * x),
    far: [
      [1000, 0],
      [1, 0],
    ],
  },
  {
    name: 'logSigmoid',
    op: logSigmoid,
    values: [
      -3.048587351573742, -1.3132616875182228, -0.8259394198788436, -0.4740769841801067, -0.1269280110429725,
    ],
    slopes: [
      0.9525741268224333, 0.7310585786300049, 0.5621765008857981, 0.37754066879814546, 0.11920292202211756,
    ],
    curvature: (x) => -logistic(x) * logistic(-x),
    far: [
      [0, -1000],
      [0, 1],
    ],
  },
  {
    name: 'gelu',
    op: (x) => gelu(x),
    values: [
      -0.0040496940948902835, -0.15865525393145705, -0.10032341857926907, 0.34573123063700656,
      1.9544997361036416,
    ],
    slopes: [
      -0.011945647204183927, -0.0833154705876863, 0.30462664511636395, 0.8674951246561629, 1.085231801078197,
    ],
    curvature: (x) => density(x) * (2 - x * x),
    far: [
      [1000, 0],
      [1, 0],
    ],
  },
  {
    name: 'gelu by tanh',
    op: (x) => gelu(x, 'tanh'),
    values: [
      -0.003637392081773019, -0.1588080093917233, -0.100324649298315, 0.34571400982514394, 1.954597694087775,
    ],
    slopes: [
      -0.011584166630969726, -0.08296408384578255, 0.30464590484893955, 0.8673699035346423,
      1.0860992566236183,
    ],
    curvature: atPoints([
      -0.031767658886074704, 0.24214819798377296, 0.7489486142236503, 0.6155068951159849,
      -0.10787507995107845,
    ]),
    far: [
      [1000, 0],
      [1, 0],
    ],
  },
  {
    name: 'silu',
    op: silu,
    values: [
      -0.14227761953270035, -0.2689414213699951, -0.10945587477855047, 0.3112296656009273, 1.7615941559557649,
    ],
    slopes: [
      -0.08810410601516962, 0.07232948812851327, 0.37628997842980233, 0.7399611873026518, 1.0907842487848955,
    ],
    curvature: (x) => logistic(x) * logistic(-x) * (2 + x * (logistic(-x) - logistic(x))),
    far: [
      [1000, 0],
      [1, 0],
    ],
  },
  {
    name: 'mish',
    op: mish,
    values: [
      -0.14564746127562458, -0.3034014613741089, -0.12992696367914103, 0.37524521130489513,
      1.9439589595339946,
    ],
    slopes: [
      -0.09339311453232084, 0.05921675587739495, 0.43981560172180517, 0.8864243753577272, 1.0693179342794896,
    ],
    curvature: atPoints([
      -0.03992871324212925, 0.349705673670645, 0.6305818929823925, 0.4680533778448866, -0.05772466740829406,
    ]),
    far: [
      [1000, 0],
      [1, 0],
    ],
  },
  {
    name: 'softsign',
    op: softsign,
    values: [-0.75, -0.5, -0.2, 1 / 3, 2 / 3],
    slopes: [0.0625, 0.25, 0.64, 4 / 9, 1 / 9],
    curvature: (x) => (-2 * Math.sign(x)) / (1 + Math.abs(x)) ** 3,
    far: [
      [1000 / 1001, -1000 / 1001],
      [1001 ** -2, 1001 ** -2],
    ],
  },
  {
    name: 'hardSigmoid',
    op: hardSigmoid,
    values: [0, 1 / 3, 11 / 24, 7 / 12, 5 / 6],
    slopes: [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6],
    curvature: () => 0,
    far: [
      [1, 0],
      [0, 0],
    ],
  },
  {
    name: 'hardSwish',
    op: hardSwish,
    // x(x + 3)/6, with slope (2x + 3)/6
    values: [0, -1 / 3, -11 / 96, 7 / 24, 5 / 3],
    slopes: [-1 / 2, 1 / 6, 5 / 12, 2 / 3, 7 / 6],
    curvature: () => 1 / 3,
    far: [
      [1000, 0],
      [1, 0],
    ],
  },
];

for (const { name, op, values, slopes: expectedSlopes, curvature, far } of ACTIVATIONS) {
  test(`${name} has the tabulated values, slopes and curvatures`, () => {
    const x = tensor(Float64Array.from(AT), { shape: [5, 1] });
    const y = op(x);
    assert.equal(y.shape, [5, 1]);
    assertClose(y.data, values, { relative: 2e-14, absolute: 1e-15 });
    assertClose(slopes(op, x).data, expectedSlopes, { relative: 2e-14, absolute: 1e-16 });
    assertClose(curvatures(op, x).data, AT.map(curvature), { relative: 2e-13, absolute: 1e-15 });
  });

  test(`${name} at ±1000 saturates: value, slope and curvature are finite in both dtypes`, () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const x = tensor([1000, -1000], { dtype });
      const exact = dtype === 'float64' ? 1e-15 : 1e-7;
      assertClose(op(x).data, far[0], { relative: exact, absolute: 0 });
      assertClose(slopes(op, x).data, far[1], { relative: 10 * exact, absolute: 1e-9 });
      assertClose(curvatures(op, x).data, [0, 0], { absolute: 1e-8 });
    }
  });
}

test('of 0, ∞ and NaN the activations are their limits', () => {
  const limits: Record<string, number[]> = {
    sigmoid: [0.5, 1, NaN],
    hardSigmoid: [0.5, 1, NaN],
    softplus: [Math.LN2, Infinity, NaN],
    'softplus with β = 2': [Math.LN2 / 2, Infinity, NaN],
    logSigmoid: [-Math.LN2, -0, NaN],
  };
  for (const { name, op } of ACTIVATIONS)
    if (name !== 'softsign')
      assertSame(op(f64([0, Infinity, NaN])).data, limits[name] ?? [0, Infinity, NaN], name);
  assertSame(softsign(f64([0, 1e300, NaN])).data, [0, 1, NaN]);
});

test('both forms of gelu keep their digits far to the left, in float32 too', () => {
  const at = [-3, -5, -6];
  assertClose(gelu(tensor(at)).data, [-0.004049694, -1.433258e-6, -5.919526e-9], {
    relative: 1e-6,
    absolute: 0,
  });
  const byTanh = at.map((x) => {
    const u = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
    return x / (1 + Math.exp(-2 * u));
  });
  assertClose(gelu(tensor(at), 'tanh').data, byTanh, { relative: 2e-6, absolute: 0 });
});

test('hardSigmoid stops an infinite gradient where it is flat, and gelu has its slopes where squares overflow', () => {
  assertClose(slopes((x) => hardSigmoid(x).log(), f64([-5, 0])).data, [0, 1 / 3], { relative: 1e-15 });
  const far = tensor([1e20, -1e20, 1e4, -1e4]);
  assertSame(gelu(far, 'tanh').data.slice(0, 3), [Math.fround(1e20), -0, 1e4]);
  assertSame(slopes((x) => gelu(x, 'tanh'), far).data, [1, 0, 1, 0]);
});

test('of −∞ those that are no product with x are their limits', () => {
  const at = f64([-Infinity]);
  assertSame(relu(at).data, [0]);
  assertSame(leakyRelu(at).data, [-Infinity]);
  assertSame(elu(at).data, [-1]);
  assertClose(selu(at).data, [-LAMBDA_ALPHA], { relative: 1e-15 });
  assertSame(sigmoid(at).data, [0]);
  assertSame(softplus(at).data, [0]);
  assertSame(hardSigmoid(at).data, [0]);
});

test('relu′(0) = 0 at both zeros, and relu of −0 is 0', () => {
  assertSame(slopes(relu, f64([0, -0, 5e-324, -5e-324])).data, [0, 0, 1, 0]);
  assertSame(relu(f64([-0])).data, [0]);
  assertSame(curvatures(relu, f64([-1, 0, 1])).data, [0, 0, 0]);
});

test('relu lets no gradient through where it is off, however large', () => {
  const x = tensor([-1, 2], { requiresGrad: true });
  relu(x).backward(tensor([Infinity, 3]));
  assertSame(x.grad!.data, [0, 3]);
});

test('leakyRelu′(0) and elu′(0) are the slopes from the left', () => {
  assertSame(slopes((x) => leakyRelu(x, 0.2), f64([0, -0, 1])).data, [0.2, 0.2, 1]);
  assertSame(slopes((x) => elu(x, 1.5), f64([0, -0, 1])).data, [1.5, 1.5, 1]);
  assertClose(slopes(selu, f64([0])).data, [LAMBDA_ALPHA], { relative: 1e-15 });
});

test('hardSigmoid at its corners ±3 has the slope inside, as clip has at its bounds, and 0 beyond', () => {
  const at = f64([-3.5, -3, 3, 3.5]);
  assertSame(hardSigmoid(at).data, [0, 0, 1, 1]);
  assertSame(slopes(hardSigmoid, at).data, [0, 1 / 6, 1 / 6, 0]);
  assertClose(hardSwish(at).data, [0, 0, 3, 3.5], { absolute: 0 });
  assertSame(slopes(hardSwish, at).data, [0, -0.5, 1.5, 1]);
});

test('softsign′(0) = 1, and the curvature there is 0 between −2 and 2', () => {
  assertSame(slopes(softsign, f64([0])).data, [1]);
  assertClose(curvatures(softsign, f64([0])).data, [0]);
});

test('smooth activations at 0 have the values and slopes of their definitions', () => {
  const at = f64([0]);
  assertSame(sigmoid(at).data, [0.5]);
  assertSame(slopes(sigmoid, at).data, [0.25]);
  assertSame(softplus(at).data, [Math.LN2]);
  assertSame(slopes(softplus, at).data, [0.5]);
  assertSame(slopes((x) => gelu(x), at).data, [0.5]);
  assertSame(slopes((x) => gelu(x, 'tanh'), at).data, [0.5]);
  assertSame(slopes(silu, at).data, [0.5]);
  // tanh(log 2) = (4 − 1)/(4 + 1)
  assertClose(slopes(mish, at).data, [0.6], { relative: 1e-15 });
});

test('slope and alpha scale the negative side only', () => {
  assertSame(leakyRelu(f64([-4, 4]), 0.25).data, [-1, 4]);
  assertSame(leakyRelu(f64([-4, 4]), 0).data, [-0, 4]);
  assertClose(elu(f64([-1, 4]), 2).data, [2 * (1 / Math.E - 1), 4], { relative: 1e-15 });
  assertClose(slopes((x) => elu(x, 2), f64([-1, 4])).data, [2 / Math.E, 1], { relative: 1e-15 });
});

test('selu keeps a standard normal variable at mean 0 and variance 1: its constants are right', () => {
  const step = 1 / 256;
  const x = Float64Array.from({ length: 20 / step + 1 }, (_, i) => -10 + i * step);
  const y = selu(tensor(x)).data;
  let [mean, square] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    mean += y[i]! * density(x[i]!) * step;
    square += y[i]! ** 2 * density(x[i]!) * step;
  }
  assertClose([mean, square], [0, 1], { absolute: 2e-6, relative: 0 });
});

test('sigmoid and softplus keep the small end where 1 − y and log(1 + y) would lose it', () => {
  assertClose(sigmoid(f64([-40, -700])).data, [Math.exp(-40), Math.exp(-700)], {
    relative: 1e-15,
    absolute: 0,
  });
  assertClose(softplus(f64([-40, -700])).data, [Math.exp(-40), Math.exp(-700)], {
    relative: 1e-15,
    absolute: 0,
  });
  assertClose(slopes(sigmoid, f64([-40])).data, [Math.exp(-40)], { relative: 1e-15, absolute: 0 });
  assertClose(sigmoid(tensor([-80])).data, [Math.exp(-80)], { relative: 1e-7, absolute: 0 });
  assertSame(softplus(tensor([100])).data, [100]);
  const least = 5e-324;
  assertSame(relu(f64([least, -least])).data, [least, 0]);
  assertSame(elu(f64([least, -least])).data, [least, -least]);
});

test('relations between the activations and their mirror images hold', () => {
  property(fc.integer({ min: -2000, max: 2000 }), (n) => {
    const x = f64([n / 64]);
    const mirrored = x.neg();
    const near = { relative: 1e-14, absolute: 1e-14 };
    assertClose(sigmoid(x).add(sigmoid(mirrored)).data, [1], near);
    assertClose(softplus(x).sub(softplus(mirrored)).data, x.data, near);
    assertClose(silu(x).sub(silu(mirrored)).data, x.data, near);
    assertClose(gelu(x).sub(gelu(mirrored)).data, x.data, near);
    assertClose(gelu(x, 'tanh').sub(gelu(mirrored, 'tanh')).data, x.data, near);
    assertClose(hardSwish(x).sub(hardSwish(mirrored)).data, x.data, near);
    assertSame(softsign(x).data, softsign(mirrored).neg().data);
    assertClose(sigmoid(x.mul(2)).data, x.tanh().add(1).div(2).data, near);
    assertSame(relu(x).sub(relu(mirrored)).data, x.data);
  });
});

test('float32 agrees with float64, values and gradients', () => {
  const rng = random('activations');
  // Rounding x/6 + ½ could move a point across a corner of hardSigmoid: stay away from ±3.
  const x = Float32Array.from({ length: 300 }, () => 2 * rng.normal()).filter(
    (value) => Math.abs(Math.abs(value) - 3) > 1e-3,
  );
  for (const { name, op } of ACTIVATIONS) {
    const [single, double] = [tensor(x), tensor(Float64Array.from(x))];
    assert.is(op(single).dtype, 'float32');
    assertClose(op(single).data, op(double).data, { relative: 5e-7, absolute: 5e-7, what: name });
    const slope = slopes(op, single);
    assert.is(slope.dtype, 'float32');
    assertClose(slope.data, slopes(op, double).data, { relative: 2e-6, absolute: 2e-6, what: `${name}′` });
  }
});

test('empty tensors and scalars keep their shape, and have gradients of that shape', () => {
  for (const { name, op, values } of ACTIVATIONS) {
    const empty = tensor([], { shape: [0, 4], requiresGrad: true });
    const y = op(empty);
    assert.equal(y.shape, [0, 4], name);
    y.sum().backward();
    assert.equal(empty.grad!.shape, [0, 4], name);
    const scalar = op(tensor(2, { dtype: 'float64' }));
    assert.equal(scalar.shape, [], name);
    assertClose(scalar.data, [values[4]!], { relative: 1e-14, what: name });
  }
});

test('the methods are the functions', () => {
  const x = f64([-1.5, 0.5]);
  assertSame(x.relu().data, relu(x).data);
  assertSame(x.sigmoid().data, sigmoid(x).data);
  assertSame(x.softplus().data, softplus(x).data);
  assertSame(x.gelu().data, gelu(x).data);
  assertSame(x.gelu('tanh').data, gelu(x, 'tanh').data);
  assertSame(x.silu().data, silu(x).data);
});

test('arguments of the wrong kind are refused by name', () => {
  const none = undefined as unknown as Tensor;
  assertThrows(() => relu(2 as unknown as Tensor), 'relu: input 0 is a number; expected a Tensor');
  assertThrows(() => sigmoid(none), 'sigmoid: input 0 is undefined; expected a Tensor');
  assertThrows(() => softplus(none), 'softplus: expected a Tensor, got undefined');
  assertThrows(() => leakyRelu(none), 'leakyRelu: input 0 is undefined');
  assertThrows(() => elu(none), 'elu: input 0 is undefined');
  for (const op of [selu, gelu, silu, mish, softsign, hardSigmoid, hardSwish])
    assertThrows(() => op(none), 'expected a Tensor', 'undefined');
  assertThrows(
    () => gelu(f64([1]), 'none' as 'tanh'),
    "gelu: unknown form none; expected 'exact' or 'tanh'",
    '(test/ops/values/activations.test.ts:',
  );
  assert.instance(gelu(f64([1])), Tensor);
});
