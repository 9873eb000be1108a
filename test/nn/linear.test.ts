import * as assert from 'uvu/assert';
import { checkModule, demand } from '../../src/check/index.js';
import { ones, randn, random, type Tensor, tensor, zeros } from '../../src/index.js';
import { constant, eye, heNormal, xavierUniform } from '../../src/init/index.js';
import { Linear, Sequential } from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('linear');

/** Linear(3 → 2) with W = [[1, 2], [3, 4], [5, 6]] and b = [10, 20]. */
function known(): Linear<3, 2> {
  const layer = new Linear(3, 2, { rng: random(0) });
  layer.weight.assign([1, 2, 3, 4, 5, 6]);
  layer.bias!.assign([10, 20]);
  return layer;
}

test('y = x · W + b with a weight of shape [in, out], values worked out by hand', () => {
  const layer = known();
  assert.equal(layer.weight.shape, [3, 2]);
  assert.equal(layer.bias!.shape, [2]);
  const y = layer.forward(
    tensor([
      [1, 0, -1],
      [2, 1, 0.5],
    ]),
  );
  // row 0: [1 − 5, 2 − 6] + b;  row 1: [2 + 3 + 2.5, 4 + 4 + 3] + b
  assert.equal(y.toArray(), [
    [6, 16],
    [17.5, 31],
  ]);
});

test('gradients worked out by hand: x̄ = g · Wᵀ, W̄ = xᵀ · g, b̄ = the column sums of g in the shape of b', () => {
  const layer = known();
  const x = tensor(
    [
      [1, 0, -1],
      [2, 1, 0.5],
    ],
    { requiresGrad: true },
  );
  layer.forward(x).backward(
    tensor([
      [1, 2],
      [3, -1],
    ]),
  );
  assert.equal(x.grad!.toArray(), [
    [1 + 4, 3 + 8, 5 + 12],
    [3 - 2, 9 - 4, 15 - 6],
  ]);
  assert.equal(layer.weight.grad!.toArray(), [
    [1 + 6, 2 - 2],
    [0 + 3, 0 - 1],
    [-1 + 1.5, -2 - 0.5],
  ]);
  assert.equal(layer.bias!.grad!.shape, [2]);
  assertSame(layer.bias!.grad!.data, [4, 1]);
});

test('the gradients of the input, the weight and the bias pass the check, and so do second derivatives', () => {
  const layer = new Linear(4, 3, { rng: random(0) });
  const report = demand(checkModule(layer, randn([5, 4], random(1)), { order: 2 }));
  assert.equal(
    report.inputs.map(({ name, verdict }) => `${name} ${verdict}`),
    ['input correct', 'weight correct', 'bias correct'],
  );
});

test('only the last axis counts: a vector and any number of leading axes work row by row', () => {
  const layer = known();
  const vector = layer.forward(tensor([1, 0, -1]));
  assert.equal(vector.shape, [2]);
  assertSame(vector.data, [6, 16]);
  const x = randn([2, 4, 3], random(5));
  const y = layer.forward(x);
  assert.equal(y.shape, [2, 4, 2]);
  assertSame(y.data, layer.forward(x.reshape([8, 3])).data);
  y.sum().backward();
  assertSame(layer.bias!.grad!.data, [8, 8]);
});

test('an empty batch gives an empty output and zero gradients', () => {
  const layer = known();
  const y = layer.forward(zeros([0, 3]));
  assert.equal(y.shape, [0, 2]);
  y.sum().backward();
  assertSame(layer.weight.grad!.data, new Float32Array(6));
  assertSame(layer.bias!.grad!.data, [0, 0]);
});

test('bias: false leaves the bias out', () => {
  const layer = new Linear(3, 2, { rng: random(0), bias: false, init: constant(2) });
  assert.is(layer.bias, null);
  assert.equal(
    layer.namedParameters().map(([name]) => name),
    ['weight'],
  );
  assertSame(layer.forward(ones([1, 3])).data, [6, 6]);
  assert.is(String(layer), 'Linear(3 → 2, constant 2, no bias): 6 parameters');
});

test('values agree with a loop of sums for random sizes', () => {
  const size = fc.integer({ min: 1, max: 5 });
  property(fc.record({ rows: size, inputs: size, outputs: size, seed: fc.nat(1000) }), (given) => {
    const { rows, inputs, outputs, seed } = given;
    const rng = random(seed);
    const layer = new Linear(inputs, outputs, { rng, dtype: 'float64', biasInit: constant(0.25) });
    const x = randn([rows, inputs], rng, { dtype: 'float64' });
    const expected = Array.from({ length: rows * outputs }, (_, at) => {
      const [row, column] = [Math.floor(at / outputs), at % outputs];
      let sum = 0.25;
      for (let i = 0; i < inputs; i++)
        sum += x.data[row * inputs + i]! * layer.weight.data[i * outputs + column]!;
      return sum;
    });
    assertClose(layer.forward(x).data, expected, { relative: 1e-12, absolute: 1e-12 });
  });
});

test('the default initialiser is He normal with the layer’s own fans, biases are zeros, and both are printed', () => {
  const layer = new Linear(64, 32, { rng: random(7) });
  assertSame(
    layer.weight.data,
    Float32Array.from(heNormal()([64, 32], { fanIn: 64, fanOut: 32 }, random(7))),
  );
  assertSame(layer.bias!.data, new Float32Array(32));
  assert.equal(layer.weight.fans, { fanIn: 64, fanOut: 32 });
  assert.is(layer.bias!.fans, null);
  assert.match(String(layer), /^Linear\(64 → 32, He normal, fanIn=64, std=0\.177\)/);
});

test('init and biasInit are strategies that can be passed in, and fans are not swapped', () => {
  const layer = new Linear(200, 50, { rng: random(1), init: xavierUniform(), biasInit: constant(-1) });
  const bound = Math.sqrt(6 / (200 + 50));
  const largest = Math.max(...Array.from(layer.weight.data, Math.abs));
  assert.ok(largest <= bound && largest > 0.999 * bound, `largest ${largest}, bound ${bound}`);
  assertSame(layer.bias!.data, new Float32Array(50).fill(-1));
  const rectangular = new Linear(3, 2, { rng: random(1), init: eye() });
  assert.equal(rectangular.forward(tensor([[5, 6, 7]])).toArray(), [[5, 6]]);
});

test('the same seed gives the same bits, another seed others, and 0 is a seed like any other', () => {
  const drawn = (seed: number): string => new Linear(5, 5, { rng: random(seed) }).weight.data.join();
  assert.is(drawn(0), drawn(0));
  assert.is.not(drawn(0), drawn(1));
});

test('dtype float64 holds and computes in float64', () => {
  const layer = new Linear(1, 1, { rng: random(0), dtype: 'float64', init: constant(0.1) });
  const y = layer.forward(tensor([[3]], { dtype: 'float64' }));
  assert.is(y.dtype, 'float64');
  assert.is(y.item(), 0.1 * 3);
});

test('a layer without a generator is refused with the fix', () => {
  const options = {} as unknown as { rng: ReturnType<typeof random> };
  assertThrows(
    () => new Linear(2, 2, options),
    'Linear: needs a generator for its weights',
    'rng: random(seed)',
  );
});

test('sizes that are not whole numbers above 0 are refused', () => {
  for (const size of [0, -1, 1.5, Number.NaN]) {
    assertThrows(
      () => new Linear(size, 2, { rng: random(0) }),
      `inFeatures is a whole number ≥ 1, got ${size}`,
    );
    assertThrows(
      () => new Linear(2, size, { rng: random(0) }),
      `outFeatures is a whole number ≥ 1, got ${size}`,
    );
  }
});

test('an input of the wrong width names the layer, both sizes, the fix and your line', () => {
  const loose: Tensor = zeros([32, 28, 28]);
  const layer = new Linear(784, 100, { rng: random(0) });
  assertThrows(
    () => layer.forward(loose),
    'Linear(784 → 100): the input [32, 28, 28] has 28 features on its last axis, expected 784',
    'flatten()',
    '(test/nn/linear.test.ts:',
  );
  const model = new Sequential(new Linear(4, 3, { rng: random(0) }), new Linear(2, 1, { rng: random(0) }));
  model.parameters();
  assertThrows(
    () => model.forward(zeros([1, 4])),
    'Linear(2 → 1) "layers.1": the input [1, 3] has 3 features on its last axis, expected 2',
  );
  layer.parameters();
  const alone = assertThrows(() => layer.forward(zeros([1])), 'Linear(784 → 100): the input [1]');
  assert.not.match(alone.message, /""/);
  assertThrows(() => layer.forward(zeros([]) as Tensor), 'the input [] has no features on its last axis');
});

test('widths known at compile time are checked there, and unknown ones when the program runs', () => {
  const [first, second] = [new Linear(4, 3, { rng: random(0) }), new Linear(3, 2, { rng: random(0) })];
  const x = zeros([8, 4]);
  const y: Tensor<readonly [number, 2]> = second.forward(first.forward(x));
  assert.equal(y.shape, [8, 2]);
  // @ts-expect-error the first layer has 3 outputs, not 4
  const wrong: Tensor<readonly [number, 4]> = first.forward(x);
  assert.equal(wrong.shape, [8, 3]);
  // @ts-expect-error the weight is [4, 3], not [3, 4]
  const swapped: readonly [3, 4] = first.weight.shape;
  assert.equal(swapped, [4, 3]);
  const unknown: Tensor = zeros([8, 5]);
  assertThrows(() => first.forward(unknown), 'has 5 features on its last axis, expected 4');
});
