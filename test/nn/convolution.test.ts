import * as assert from 'uvu/assert';
import { checkModule, demand } from '../../src/check/index.js';
import { type Dtype, mean, ones, randn, random, relu, type Tensor, tensor, zeros } from '../../src/index.js';
import { constant, heNormal, type Initializer, normal } from '../../src/init/index.js';
import {
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  Flatten,
  Linear,
  ReLU,
  Sequential,
  summary,
} from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { assertGolden, goldenInputs } from '../support/golden.js';
import { suite } from '../support/suite.js';

const test = suite('layers of convolutions');
const rng = random(0);

for (const dtype of ['float64', 'float32'] as Dtype[]) {
  test(`Conv2d has the value and the gradients of the golden case in ${dtype}`, () => {
    const { x, weight, bias } = goldenInputs('conv2d', dtype);
    const layer = new Conv2d(4, 6, [3, 2], {
      rng,
      dtype,
      stride: [2, 1],
      padding: 1,
      dilation: [1, 2],
      groups: 2,
    });
    layer.loadStateDict({ weight: weight!, bias: bias! });
    assertGolden('conv2d', layer.forward(x!), { x: x!, weight: layer.weight, bias: layer.bias! });
  });
  test(`ConvTranspose2d has the value and the gradients of the golden case in ${dtype}`, () => {
    const { x, weight, bias } = goldenInputs('convTranspose2d', dtype);
    const layer = new ConvTranspose2d(3, 2, 3, { rng, dtype, stride: 2, padding: 1, outputPadding: 1 });
    layer.loadStateDict({ weight: weight!, bias: bias! });
    assertGolden('convTranspose2d', layer.forward(x!), { x: x!, weight: layer.weight, bias: layer.bias! });
  });
}

test('the gradients of input, weight and bias pass the check to second order', () => {
  const drawn = random(1);
  const checks = [
    checkModule(new Conv2d(2, 2, 2, { rng: drawn, padding: 1, stride: 2 }), randn([2, 2, 3, 4], drawn), {
      order: 2,
    }),
    checkModule(new Conv1d(2, 4, 3, { rng: drawn, groups: 2, dilation: 2 }), randn([2, 2, 6], drawn), {
      order: 2,
    }),
    checkModule(
      new ConvTranspose2d(2, 2, 2, { rng: drawn, stride: 2, outputPadding: [1, 0] }),
      randn([2, 2, 2, 2], drawn),
      { order: 2 },
    ),
  ];
  for (const report of checks)
    assert.equal(
      demand(report).inputs.map(({ name, verdict }) => `${name} ${verdict}`),
      ['input correct', 'weight correct', 'bias correct'],
    );
});

test('weights are [out, in/groups, kernel], and [in, out/groups, kernel] where transposed', () => {
  const shapes = [
    new Conv2d(4, 6, [3, 5], { rng, groups: 2 }).weight.shape,
    new Conv2d(4, 8, 3, { rng, groups: 4 }).weight.shape,
    new Conv1d(4, 6, 3, { rng, groups: 2 }).weight.shape,
    new ConvTranspose2d(4, 6, [3, 5], { rng, groups: 2 }).weight.shape,
  ];
  assert.equal(shapes, [
    [6, 2, 3, 5],
    [8, 1, 3, 3],
    [6, 2, 3],
    [4, 3, 3, 5],
  ]);
});

test('the fans are those of the group, and of a transposed convolution those that a stride leaves', () => {
  const fans = [
    new Conv2d(4, 6, [3, 5], { rng }).weight.fans,
    new Conv2d(4, 6, [3, 5], { rng, groups: 2, stride: 2, padding: 1, dilation: 2 }).weight.fans,
    new Conv2d(4, 8, 3, { rng, groups: 4 }).weight.fans,
    new Conv1d(4, 6, 5, { rng, stride: 2 }).weight.fans,
    new ConvTranspose2d(16, 8, 4, { rng, stride: 2 }).weight.fans,
    new ConvTranspose2d(16, 8, [4, 6], { rng, stride: [1, 3], groups: 2 }).weight.fans,
  ];
  assert.equal(fans, [
    { fanIn: 60, fanOut: 90 },
    { fanIn: 30, fanOut: 45 },
    { fanIn: 9, fanOut: 18 },
    { fanIn: 20, fanOut: 30 },
    { fanIn: 64, fanOut: 128 },
    { fanIn: 64, fanOut: 96 },
  ]);
});

const power = (x: Tensor): number => mean(x.square()).item();

/** Mean square of the pixels that are at least `border` away from the edges. */
const inside = (x: Tensor, border: number): number =>
  power(x.slice([null, null, [border, -border], [border, -border]]));

test('He’s weights keep the size of signals through convolutions without padding, with groups too', () => {
  const drawn = random(2);
  let x: Tensor = randn([4, 16, 14, 14], drawn);
  for (const groups of [1, 2, 16]) {
    const layer = new Conv2d(16, 32, 3, { rng: drawn, groups, bias: false });
    const ratio = power(relu(layer.forward(x))) / power(x);
    assert.ok(Math.abs(ratio - 1) < 0.15, `${groups} groups: ${ratio}`);
  }
  for (let depth = 0; depth < 5; depth++) x = relu(new Conv2d(16, 16, 3, { rng: drawn }).forward(x));
  assert.ok(Math.abs(power(x) - 1) < 0.4, `after five layers: ${power(x)}`);
});

test('a transposed convolution keeps the size of signals with any stride', () => {
  const drawn = random(3);
  const x = randn([4, 16, 10, 10], drawn);
  for (const [kernel, stride] of [
    [3, 1],
    [4, 2],
    [3, 2],
    [5, 3],
  ] as const) {
    const layer = new ConvTranspose2d(16, 32, kernel, { rng: drawn, stride, bias: false });
    const ratio = inside(relu(layer.forward(x)), 2 * stride) / power(x);
    assert.ok(Math.abs(ratio - 1) < 0.15, `kernel ${kernel}, stride ${stride}: ${ratio}`);
  }
});

test('drawn by fanOut, weights keep the size of gradients', () => {
  const drawn = random(4);
  const init = heNormal({ mode: 'fanOut' });
  for (const groups of [1, 4]) {
    const x = randn([2, 16, 12, 12], drawn, { requiresGrad: true });
    const y = new Conv2d(16, 64, 3, { rng: drawn, init, groups, bias: false }).forward(x);
    y.backward(randn(y.shape, drawn));
    // Without relu, which would stop half of the gradients, their mean square doubles.
    const ratio = inside(x.grad!, 2) / 2;
    assert.ok(Math.abs(ratio - 1) < 0.15, `${groups} groups: ${ratio}`);
  }
});

test('the default initialiser is He normal, biases are zeros, and both can be passed in', () => {
  const layer = new Conv2d(3, 4, 3, { rng: random(7) });
  const expected = heNormal()([4, 3, 3, 3], { fanIn: 27, fanOut: 36 }, random(7));
  assertSame(layer.weight.data, Float32Array.from(expected));
  assertSame(layer.bias!.data, new Float32Array(4));
  const passed = new Conv2d(1, 2, 2, { rng, init: constant(2), biasInit: constant(1) });
  assertSame(passed.forward(ones([1, 1, 2, 2])).data, [9, 9]);
  const init: Initializer = normal({ std: 3 });
  assert.is(new ConvTranspose2d(1, 1, 1, { rng, init }).weight.init, init);
});

test('bias: false leaves the bias out, and the same seed gives the same bits', () => {
  const layer = new ConvTranspose2d(2, 3, 2, { rng, bias: false });
  assert.is(layer.bias, null);
  assert.equal(
    layer.namedParameters().map(([name]) => name),
    ['weight'],
  );
  const drawn = (seed: number): string => new Conv1d(2, 2, 3, { rng: random(seed) }).weight.data.join();
  assert.is(drawn(0), drawn(0));
  assert.is.not(drawn(0), drawn(1));
});

test('printing shows channels, kernel, what moves the window and how the filters are drawn', () => {
  assert.is(
    String(new Conv2d(1, 16, 5, { rng, padding: 2 })),
    'Conv2d(1 → 16, 5 × 5, padding 2, He normal, fanIn=25, std=0.283): 416 parameters',
  );
  assert.is(
    String(
      new Conv2d(4, 6, [3, 2], {
        rng,
        stride: [2, 1],
        padding: 'valid',
        dilation: 2,
        groups: 2,
        bias: false,
      }),
    ),
    'Conv2d(4 → 6, 3 × 2, stride 2 × 1, padding valid, dilation 2, groups 2, He normal, fanIn=12, std=0.408, no bias): 72 parameters',
  );
  assert.is(
    String(new Conv1d(2, 3, 5, { rng, init: constant(1), padding: 'same' })),
    'Conv1d(2 → 3, 5, padding same, constant 1): 33 parameters',
  );
  assert.is(
    String(new ConvTranspose2d(16, 8, 4, { rng, stride: 2, outputPadding: 1 })),
    'ConvTranspose2d(16 → 8, 4 × 4, stride 2, outputPadding 1, He normal, fanIn=64, std=0.177): 2,056 parameters',
  );
});

test('a summary has a line for each convolution', () => {
  const model = new Sequential(
    new Conv2d(1, 4, 3, { rng, padding: 'same' }),
    new ReLU(),
    new Conv2d(4, 8, 3, { rng, stride: 2 }),
    new Flatten(),
    new Linear(8 * 3 * 3, 2, { rng }),
  );
  const lines = summary(model, [1, 1, 8, 8]).split('\n');
  assert.is(
    lines[1]!.replace(/ {2,}/g, ' | '),
    'layers.0 | Conv2d | [1, 4, 8, 8] | 40 | He normal, fanIn=9, std=0.471 / zeros',
  );
  assert.is(
    lines[3]!.replace(/ {2,}/g, ' | '),
    'layers.2 | Conv2d | [1, 8, 3, 3] | 296 | He normal, fanIn=36, std=0.236 / zeros',
  );
});

test('a wrong input names the layer and its place in the model', () => {
  const layer = new Conv2d(1, 16, 5, { rng });
  const loose: Tensor = zeros([28, 28]);
  assertThrows(
    () => layer.forward(loose.unsqueeze(0)),
    'Conv2d(1 → 16, 5 × 5): expected x of shape [batch, channels, height, width], got [1, 28, 28]; x.unsqueeze(0) makes a batch of one',
  );
  const model = new Sequential(layer, new Conv2d(8, 4, 3, { rng }));
  model.parameters();
  assertThrows(
    () => model.forward(zeros([2, 1, 9, 9])),
    'Conv2d(8 → 4, 3 × 3) "layers.1": x [2, 16, 5, 5] has 16 channels, and the weight layers.1.weight [4, 8, 3, 3] takes 8',
  );
  assertThrows(
    () => model.forward(zeros([2, 1, 4, 9])),
    'Conv2d(1 → 16, 5 × 5) "layers.0": the kernel covers 5 × 5, and x [2, 1, 4, 9] is only 4 × 9 with its padding',
  );
  assertThrows(
    () => new Conv1d(2, 2, 3, { rng }).forward(zeros([2, 2]) as Tensor),
    'Conv1d(2 → 2, 3): expected x of shape [batch, channels, length], got [2, 2]',
  );
  assertThrows(
    () => new ConvTranspose2d(2, 3, 2, { rng }).forward(zeros([1, 3, 2, 2]) as Tensor),
    'ConvTranspose2d(2 → 3, 2 × 2): x [1, 3, 2, 2] has 3 channels, and the weight [2, 3, 2, 2] takes 2',
  );
  assertThrows(
    () => layer.forward([[1]] as never),
    'Conv2d(1 → 16, 5 × 5) "layers.0": expected a Tensor, got an array',
  );
  assertThrows(
    () => new Conv2d(1, 1, 3, { rng, stride: 2, padding: 'same' }).forward(zeros([1, 1, 8, 8])),
    "Conv2d(1 → 1, 3 × 3): padding 'same' with stride 2 × 2 means different zeros",
  );
});

test('sizes and options out of range are refused when the layer is made', () => {
  assertThrows(() => new Conv2d(0, 1, 3, { rng }), 'Conv2d: inChannels is a whole number ≥ 1, got 0');
  assertThrows(() => new Conv2d(1, 1.5, 3, { rng }), 'Conv2d: outChannels is a whole number ≥ 1, got 1.5');
  assertThrows(
    () => new Conv2d(1, 1, [3, 0], { rng }),
    'Conv2d: kernelSize is a whole number ≥ 1, or one for the height and one for the width, such as [2, 3], got [3, 0]',
  );
  assertThrows(
    () => new Conv1d(1, 1, [3, 3] as never, { rng }),
    'Conv1d: kernelSize is a whole number ≥ 1, got an array',
  );
  assertThrows(
    () => new Conv2d(4, 6, 3, { rng, groups: 3 }),
    'Conv2d: 3 groups do not divide 4 input and 6 output channels',
  );
  assertThrows(
    () => new ConvTranspose2d(4, 6, 3, { rng, groups: 4 }),
    'ConvTranspose2d: 4 groups do not divide 4 input and 6 output channels',
  );
  assertThrows(
    () => new ConvTranspose2d(1, 1, 3, { rng, stride: 2, outputPadding: 2 }),
    'ConvTranspose2d: outputPadding 2 × 2 is not below the stride 2 × 2 or the dilation 1 × 1 on each axis',
  );
  assertThrows(
    () => new Conv2d(1, 1, 3, {} as never),
    'Conv2d: needs a generator for its weights; pass { rng: random(seed) }',
  );
  assertThrows(
    () => new Conv2d(1, 1, 3, { rng, paddingMode: 'reflect' } as never),
    'Conv2d: knows no option paddingMode; expected rng, init, bias, biasInit, dtype, stride, padding, dilation, groups',
  );
});

test('channels known at compile time are checked there', () => {
  const [first, second] = [new Conv2d(1, 4, 3, { rng }), new Conv2d(4, 2, 3, { rng })];
  const y: Tensor<readonly [number, 2, number, number]> = second.forward(first.forward(zeros([2, 1, 6, 6])));
  assert.equal(y.shape, [2, 2, 2, 2]);
  // @ts-expect-error the first layer has 4 filters, not 3
  const wrong: Tensor<readonly [number, 3, number, number]> = first.forward(zeros([2, 1, 6, 6]));
  assert.equal(wrong.shape, [2, 4, 4, 4]);
  // @ts-expect-error the weight of a transposed convolution begins with the channels of its input
  const swapped: readonly [5, number, number, number] = new ConvTranspose2d(3, 5, 2, { rng }).weight.shape;
  assert.equal(swapped, [3, 5, 2, 2]);
});

test('a small network of convolutions learns to tell horizontal lines from vertical ones', () => {
  const drawn = random(5);
  const model = new Sequential(
    new Conv2d(1, 6, 3, { rng: drawn }),
    new ReLU(),
    new Flatten(),
    new Linear(6 * 2 * 2, 1, { rng: drawn }),
  );
  const lines = (vertical: boolean, at: number): number[] =>
    Array.from({ length: 16 }, (_, i) => Number((vertical ? i % 4 : Math.floor(i / 4)) === at));
  const x = tensor([0, 1, 2, 3].flatMap((at) => [...lines(true, at), ...lines(false, at)])).reshape([
    8, 1, 4, 4,
  ]);
  const t = tensor([0, 1, 2, 3].flatMap(() => [1, -1])).reshape([8, 1]);
  const error = (): Tensor => model.forward(x).sub(t).square().mean();
  const before = error().item();
  for (let step = 0; step < 200; step++) {
    model.zeroGrad();
    error().backward();
    for (const p of model.parameters()) p.assign(p.data.map((v, i) => v - 0.05 * p.grad!.data[i]!));
  }
  assert.ok(before > 0.5 && error().item() < 0.01, `${before} → ${error().item()}`);
  assertClose(model.forward(x).data, t.data, { absolute: 0.3 });
});
