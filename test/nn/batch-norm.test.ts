import * as assert from 'uvu/assert';
import { checkModule, demand, gradcheck } from '../../src/check/index.js';
import {
  arange,
  concat,
  detectAnomaly,
  full,
  mseLoss,
  noGrad,
  randn,
  random,
  setLint,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.js';
import { BatchNorm1d, BatchNorm2d, Linear, Module, Sequential, summary } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { trainStep } from '../../src/train/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { assertGolden, type Golden, goldenCase, goldenInputs } from '../support/golden.js';
import { suite } from '../support/suite.js';

const test = suite('batch norm');

interface WithStatistics extends Golden {
  readonly runningMean: readonly number[];
  readonly runningVar: readonly number[];
}

test('values, every gradient and the running statistics are those of plain loops and complex steps', () => {
  for (const dtype of ['float64', 'float32'] as const) {
    const { x, weight, bias } = goldenInputs('batchNorm2d', dtype);
    const layer = new BatchNorm2d(x!.shape[1]!, { dtype });
    layer.weight!.assign(weight!);
    layer.bias!.assign(bias!);
    assertGolden('batchNorm2d', layer.forward(x!), { x: x!, weight: layer.weight!, bias: layer.bias! });
    const { runningMean, runningVar } = goldenCase<WithStatistics>('batchNorm2d');
    const closeTo = { relative: dtype === 'float64' ? 1e-9 : 1e-5, absolute: 1e-7 };
    assertClose(layer.runningMean!.data, runningMean, closeTo);
    assertClose(layer.runningVar!.data, runningVar, closeTo);
    assert.is(layer.numBatchesTracked!.item(), 1);
  }
});

test('the stored variance has the divisor n − 1: numbers that PyTorch printed', () => {
  const whole = new BatchNorm1d(4, { momentum: 1 });
  whole.forward(
    tensor([
      [2, 15, 2, 1],
      [2, 17, 2, 1],
      [-4, -2, -2, -1],
    ]),
  );
  assertClose(whole.runningVar!.data, [12, 109, 16 / 3, 4 / 3]);

  const signals = new BatchNorm1d(3);
  const x = arange(12).reshape([3, 4]).add(1);
  const y = signals.forward(concat([0, 1, 2, 3].map((i) => x.add(i).unsqueeze(0))));
  assertClose(signals.runningVar!.data, [1.1667, 1.1667, 1.1667], { relative: 1e-4 });
  // The output has the divisor n.
  assertClose(y.data.slice(0, 4), [-1.8974, -1.2649, -0.6325, 0], { relative: 1e-4 });

  const images = new BatchNorm2d(2);
  images.forward(concat([1, 2, 3, 4].map((value) => full([4, 2, 3, 3], value))));
  assertClose(images.runningVar!.data, [1.0259, 1.0259], { relative: 1e-4 });
});

test('running ← (1 − momentum) · running + momentum · batch', () => {
  const layer = new BatchNorm1d(1, { momentum: 0.25, dtype: 'float64' });
  layer.forward(tensor([[2], [6]]));
  assertSame(layer.runningMean!.data, [0.25 * 4]);
  assertSame(layer.runningVar!.data, [0.75 + 0.25 * 8]);
  layer.forward(tensor([[10], [10]]));
  assertSame(layer.runningMean!.data, [0.75 * 1 + 0.25 * 10]);
  assertSame(layer.runningVar!.data, [0.75 * 2.75]);
});

test('momentum 0 keeps the statistics, 1 takes those of the last batch, null the mean over all batches', () => {
  const batches = [1, 5, 3].map((value) => tensor([[value], [value + 2]]));
  const after = (momentum: number | null): number[] => {
    const layer = new BatchNorm1d(1, { momentum, dtype: 'float64' });
    for (const batch of batches) layer.forward(batch);
    assert.is(layer.numBatchesTracked!.item(), 3);
    return [layer.runningMean!.item(), layer.runningVar!.item()];
  };
  assert.equal(after(0), [0, 1]);
  assert.equal(after(1), [4, 2]);
  assertClose(after(null), [(2 + 6 + 4) / 3, 2], { relative: 1e-14 });
});

test('evaluation uses the running statistics, and changes nothing', () => {
  const layer = new BatchNorm1d(2, { dtype: 'float64', eps: 0 });
  layer.runningMean!.assign([1, -1]);
  layer.runningVar!.assign([4, 9]);
  layer.weight!.assign([1, 2]);
  layer.bias!.assign([0, 10]);
  layer.eval();
  const x = tensor([[3, 2]]);
  assert.equal(layer.forward(x).toArray(), [[1, 12]]);
  assert.equal(
    [layer.runningMean!.toArray(), layer.runningVar!.toArray()],
    [
      [1, -1],
      [4, 9],
    ],
  );
  assert.is(layer.numBatchesTracked!.item(), 0);
  // A batch of one is no trouble, and rows do not see each other.
  const batch = layer.forward(concat([x, x.mul(7)]));
  assert.equal(batch.toArray(), [
    [1, 12],
    [10, 20],
  ]);
});

test('after many batches evaluation agrees with training on data of the same kind', () => {
  const rng = random(0);
  const layer = new BatchNorm1d(3, { dtype: 'float64' });
  const draw = (): Tensor =>
    randn([400, 3], rng, { dtype: 'float64' })
      .mul(tensor([1, 5, 0.2]))
      .add(tensor([0, 30, -2]));
  for (let batch = 0; batch < 60; batch++) layer.forward(draw());
  const x = draw();
  const trained = layer.forward(x);
  assertClose(layer.eval().forward(x).data, trained.data, { relative: 0.1, absolute: 0.1 });
});

test('every gradient passes the check in training and in evaluation, and the check leaves the statistics alone', () => {
  const rng = random(1);
  for (const [layer, shape] of [
    [new BatchNorm1d(3), [5, 3]],
    [new BatchNorm1d(2), [2, 2, 3]],
    [new BatchNorm2d(2), [2, 2, 2, 2]],
  ] as const) {
    layer.forward(randn(shape, rng));
    const before = JSON.stringify([layer.stateDict(), layer.numBatchesTracked!.item()]);
    const x = randn(shape, rng);
    demand(checkModule(layer, x, { order: 2 }));
    demand(checkModule(layer.eval(), x, { order: 2 }));
    assert.is(JSON.stringify([layer.stateDict(), layer.numBatchesTracked!.item()]), before);
  }
});

test('the gradient of the input has no part along 1 and none along the output, so plain sums give nothing', () => {
  const layer = new BatchNorm1d(2, { dtype: 'float64', affine: false, eps: 0 });
  const x = randn([6, 2], random(2), { dtype: 'float64', requiresGrad: true });
  const y = layer.forward(x);
  y.sum().backward({ retainGraph: true });
  assertClose(x.grad!.data, new Float64Array(12), { absolute: 1e-14 });
  x.grad = null;
  y.square().sum().backward({ retainGraph: true });
  assertClose(x.grad!.data, new Float64Array(12), { absolute: 1e-14 });
  x.grad = null;
  y.pow(3).sum().backward();
  assert.ok(x.grad!.abs().max().item() > 0.1);
  assertClose(x.grad!.sum(0).data, [0, 0], { absolute: 1e-12 });
  assertClose(x.grad!.mul(y.detach()).sum(0).data, [0, 0], { absolute: 1e-12 });
});

test('without running statistics evaluation normalises by the batch', () => {
  const layer = new BatchNorm1d(2, { trackRunningStats: false });
  const x = randn([4, 2], random(0));
  const trained = layer.forward(x);
  assertSame(layer.eval().forward(x).data, trained.data);
  assert.equal(layer.namedBuffers(), []);
  assert.equal([layer.runningMean, layer.runningVar, layer.numBatchesTracked], [null, null, null]);
  const free = new BatchNorm1d(2, { affine: false, trackRunningStats: false });
  assert.equal([free.weight, free.bias], [null, null]);
  demand(gradcheck((v: Tensor) => free.forward(v), x));
});

test('statistics are taken whenever it trains, under noGrad too, and no tape is made of them', () => {
  const layer = new BatchNorm1d(2);
  noGrad(() => layer.forward(randn([4, 2], random(0))));
  assert.is(layer.numBatchesTracked!.item(), 1);
  const x = randn([4, 2], random(0), { requiresGrad: true });
  layer.forward(x).sum();
  for (const [, buffer] of layer.namedBuffers())
    assert.ok(!buffer.requiresGrad && buffer.node === null && buffer.cut === null);
});

test('two forwards before a backward, training then evaluating, do not spoil each other', () => {
  const layer = new BatchNorm1d(2);
  const x = randn([4, 2], random(0), { requiresGrad: true });
  const evaluated = layer.eval().forward(x);
  const trained = layer.train().forward(x);
  evaluated.add(trained).add(layer.forward(x)).square().sum().backward();
  assert.ok(x.grad!.data.every(Number.isFinite));
});

test('state is saved and loaded by the names of PyTorch, in camel case', () => {
  const model = new Sequential(new BatchNorm1d(2));
  model.forward(
    tensor([
      [1, 2],
      [3, 8],
    ]),
  );
  const saved = JSON.parse(JSON.stringify(model.stateDict()));
  assert.equal(Object.keys(saved), [
    'layers.0.weight',
    'layers.0.bias',
    'layers.0.runningMean',
    'layers.0.runningVar',
    'layers.0.numBatchesTracked',
  ]);
  const other = new Sequential(new BatchNorm1d(2));
  other.loadStateDict(saved);
  const x = randn([3, 2], random(0));
  assertSame(other.eval().forward(x).data, model.eval().forward(x).data);
  assert.equal((other.layers[0] as BatchNorm1d).numBatchesTracked!.item(), 1);
});

test('resetRunningStats forgets all batches', () => {
  const layer = new BatchNorm1d(2);
  layer.forward(
    tensor([
      [1, 2],
      [3, 8],
    ]),
  );
  layer.resetRunningStats();
  assert.equal(
    layer.namedBuffers().map(([, buffer]) => buffer.toArray()),
    [[0, 0], [1, 1], 0],
  );
  new BatchNorm1d(2, { trackRunningStats: false }).resetRunningStats();
});

test('a training step watched for anomalies runs in silence, and trains weight and bias', () => {
  const rng = random(0);
  const model = new Sequential(
    new Linear(3, 4, { rng, bias: false }),
    new BatchNorm1d(4),
    new Linear(4, 1, { rng }),
  );
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const [x, target] = [randn([8, 3], rng), randn([8, 1], rng)];
  const before = model.parameters().map((parameter) => parameter.toArray());
  const warnings: unknown[] = [];
  const { warn } = console;
  console.warn = (...words) => void warnings.push(words);
  setLint(true);
  try {
    for (let step = 0; step < 3; step++)
      detectAnomaly(() => void trainStep(optimizer, () => mseLoss(model.forward(x), target)));
  } finally {
    console.warn = warn;
  }
  assert.equal(warnings, []);
  for (const [i, parameter] of model.parameters().entries())
    assert.not.equal(parameter.toArray(), before[i], parameter.name);
});

test('a shift of the input by 10000 changes nothing in float32, and a constant channel becomes 0', () => {
  const x = randn([64, 2], random(0));
  const shifted = x.add(8192).sub(8192); // what is left of x beside 8192
  const y = new BatchNorm1d(2).forward(shifted.add(8192));
  assertClose(y.data, new BatchNorm1d(2).forward(shifted).data, { relative: 1e-5, absolute: 1e-5 });
  assertSame(new BatchNorm1d(1).forward(full([3, 1], 1e8)).data, [0, 0, 0]);
});

test('printing names the channels and what differs, and the summary has a line', () => {
  assert.is(String(new BatchNorm2d(16)), 'BatchNorm2d(16, eps=0.00001, momentum=0.1): 32 parameters');
  assert.is(
    String(new BatchNorm1d(3, { momentum: null, affine: false })),
    'BatchNorm1d(3, eps=0.00001, momentum=cumulative, not affine): 0 parameters',
  );
  assert.is(
    String(new BatchNorm1d(3, { trackRunningStats: false, eps: 0.1 })),
    'BatchNorm1d(3, eps=0.1, no running statistics): 6 parameters',
  );
  const model = new Sequential(new BatchNorm1d(3));
  assert.is(
    summary(model, [1, 3]),
    [
      'name      layer        output  parameters  initialised',
      'layers.0  BatchNorm1d  [1, 3]           6  constant 1 / zeros',
      '6 parameters',
    ].join('\n'),
  );
  assert.is((model.layers[0] as BatchNorm1d).numBatchesTracked!.item(), 0);
});

test('a single value a channel, and inputs of another layout, are refused with the fix', () => {
  const said = (call: () => unknown): string =>
    assertThrows(call).message.replace(/ \(\S+:\d+(:\d+)?\)$/, '');
  const layer = new BatchNorm1d(4);
  assert.is(
    said(() => layer.forward(zeros([1, 4]))),
    'BatchNorm1d(4): the input [1, 4] has one value a channel, and a variance needs two. For the short last batch of an epoch, pass dropLast: true to the DataLoader; to evaluate, call eval() first',
  );
  assert.is(layer.numBatchesTracked!.item(), 0);
  layer.forward(zeros([1, 4, 2]));
  layer.eval().forward(zeros([1, 4]));
  assertThrows(
    () => new BatchNorm1d(4, { trackRunningStats: false }).eval().forward(zeros([1, 4])),
    'has one value a channel',
  );
  class Net extends Module {
    readonly norm = new BatchNorm2d(3);
    override forward(x: Tensor): Tensor {
      return this.norm.forward(x);
    }
  }
  const net = new Net();
  net.parameters();
  assert.is(
    said(() => net.forward(zeros([2, 4, 5, 5]).named('photo'))),
    'BatchNorm2d(3) "norm": expected an input [N, 3, H, W], got photo [2, 4, 5, 5]',
  );
  assert.is(
    said(() => new BatchNorm1d(4).forward(zeros([2, 4, 5, 5]))),
    'BatchNorm1d(4): expected an input [N, 4] or [N, 4, L], got [2, 4, 5, 5]',
  );
  assert.is(
    said(() => new BatchNorm2d(0)),
    'BatchNorm2d: numFeatures is a whole number ≥ 1, got 0',
  );
  assert.is(
    said(() => new BatchNorm2d(2, { momentum: 1.5 })),
    'BatchNorm2d: momentum lies in [0, 1], got 1.5',
  );
});
