import * as assert from 'uvu/assert';
import {
  binaryCrossEntropyWithLogits,
  cosineEmbeddingLoss,
  crossEntropy,
  huberLoss,
  klDivLoss,
  l1Loss,
  mseLoss,
  multiMarginLoss,
  nllLoss,
  smoothL1Loss,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.js';
import {
  BCEWithLogitsLoss,
  CosineEmbeddingLoss,
  CrossEntropyLoss,
  HuberLoss,
  KLDivLoss,
  L1Loss,
  type Module,
  MSELoss,
  MultiMarginLoss,
  NLLLoss,
  Sigmoid,
  SmoothL1Loss,
  Softmax,
} from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';
import { captureWarnings } from '../support/warnings.js';

const test = suite('loss modules');

const float64 = (data: number[] | number[][]): Tensor => tensor(data, { dtype: 'float64' });

const prediction = float64([1, -2, 0.5, 4]);
const target = float64([0, 1, 0.25, 4]);
const shares = float64([0, 1, 0.25, 0.5]);
const logits = float64([
  [1, 2, 3],
  [0, 0, 0],
]);

test('values by hand: MSE, L1 and Huber of the errors 1, −3, 0.25, 0', () => {
  assert.is(new MSELoss().forward(prediction, target).item(), (1 + 9 + 0.0625) / 4);
  assert.is(new L1Loss().forward(prediction, target).item(), (1 + 3 + 0.25) / 4);
  // δ = 1: 1 · (1 − ½), 1 · (3 − ½), 0.25²/2, 0
  assert.is(new HuberLoss().forward(prediction, target).item(), (0.5 + 2.5 + 0.03125) / 4);
  // δ = 2: ½, 2 · (3 − 1), 0.25²/2, 0
  assert.is(new HuberLoss({ delta: 2 }).forward(prediction, target).item(), (0.5 + 4 + 0.03125) / 4);
});

test('values by formula: binary cross-entropy, cross-entropy, likelihood and divergence', () => {
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const binary = [...prediction.data].map((x, i) => {
    const t = shares.data[i]!;
    return -t * Math.log(sigmoid(x)) - (1 - t) * Math.log(1 - sigmoid(x));
  });
  const close = { relative: 1e-12 };
  assertClose(new BCEWithLogitsLoss({ reduction: 'none' }).forward(prediction, shares).data, binary, close);
  const sum = Math.exp(1) + Math.exp(2) + Math.exp(3);
  const rows = [Math.log(sum) - 3, Math.log(3)];
  assertClose([new CrossEntropyLoss().forward(logits, [2, 0]).item()], [(rows[0]! + rows[1]!) / 2], close);
  const logProbabilities = logits.logSoftmax();
  assertClose(new NLLLoss({ reduction: 'none' }).forward(logProbabilities, [2, 0]).data, rows, close);
  const p = float64([[0.5, 0.25, 0.25]]);
  const q = float64([[0.25, 0.25, 0.5]]);
  const divergence = 0.5 * Math.log(2) - 0.25 * Math.log(2);
  assertClose([new KLDivLoss({ reduction: 'batchMean' }).forward(q.log(), p).item()], [divergence], close);
});

test('every loss module equals its op with the same options, values and gradients', () => {
  const pairs: [Module, (input: Tensor) => Tensor, Tensor, Tensor][] = [
    [new MSELoss({ reduction: 'sum' }), (x) => mseLoss(x, target, { reduction: 'sum' }), prediction, target],
    [new L1Loss({ reduction: 'none' }), (x) => l1Loss(x, target, { reduction: 'none' }), prediction, target],
    [new SmoothL1Loss({ beta: 2 }), (x) => smoothL1Loss(x, target, { beta: 2 }), prediction, target],
    [
      new MultiMarginLoss({ margin: 2, reduction: 'sum' }),
      (x) => multiMarginLoss(x, [2, 1], { margin: 2, reduction: 'sum' }),
      logits,
      tensor([2, 1]),
    ],
    [new HuberLoss({ delta: 0.5 }), (x) => huberLoss(x, target, { delta: 0.5 }), prediction, target],
    [
      new KLDivLoss({ logTarget: true, reduction: 'sum' }),
      (x) => klDivLoss(x, target, { logTarget: true, reduction: 'sum' }),
      prediction,
      target,
    ],
    [
      new BCEWithLogitsLoss({ reduction: 'sum', posWeight: 3 }),
      (x) => binaryCrossEntropyWithLogits(x, shares, { reduction: 'sum', posWeight: 3 }),
      prediction,
      shares,
    ],
    [
      new CrossEntropyLoss({ labelSmoothing: 0.1, ignoreIndex: 1, weight: [1, 2, 3] }),
      (x) => crossEntropy(x, [2, 1], { labelSmoothing: 0.1, ignoreIndex: 1, weight: [1, 2, 3] }),
      logits,
      tensor([2, 1]),
    ],
    [
      new NLLLoss({ reduction: 'sum', ignoreIndex: 0, weight: [1, 2, 3] }),
      (x) => nllLoss(x, [2, 0], { reduction: 'sum', ignoreIndex: 0, weight: [1, 2, 3] }),
      logits,
      tensor([2, 0]),
    ],
  ];
  for (const [module, op, input, goal] of pairs) {
    const [a, b] = [0, 1].map(() => tensor(input, { requiresGrad: true }));
    const [y, expected] = [module.forward(a!, goal), op(b!)];
    assertSame(y.data, expected.data, module.constructor.name);
    y.sum().backward();
    expected.sum().backward();
    assert.ok(
      a!.grad!.data.some((g) => g !== 0),
      module.constructor.name,
    );
    assertSame(a!.grad!.data, b!.grad!.data, `${module.constructor.name} gradient`);
  }
});

test('CosineEmbeddingLoss takes two tensors of vectors and a target, and equals its op', () => {
  const [a, b] = [
    logits,
    float64([
      [1, -1, 2],
      [2, 0, 1],
    ]),
  ];
  const target = tensor([1, -1]);
  const loss = new CosineEmbeddingLoss({ margin: 0.25, reduction: 'sum' });
  assertThrows(() => loss.forward(float64([[1, 2]]), float64([[2, 1]]), target), 'the target [2]');
  const leaf = tensor(b, { requiresGrad: true });
  const moved = float64([
    [1, 2, 3],
    [0, 0, 1],
  ]);
  const y = loss.forward(moved, leaf, target);
  assertSame(y.data, cosineEmbeddingLoss(moved, b, target, { margin: 0.25, reduction: 'sum' }).data);
  y.backward();
  assert.ok(leaf.grad!.data.some((g) => g !== 0));
  assert.is(new CosineEmbeddingLoss().forward(a, a, tensor([-1, -1])).item() > 0, true);
});

test('the mean is the default reduction of every loss module', () => {
  for (const Loss of [MSELoss, L1Loss, HuberLoss, SmoothL1Loss, BCEWithLogitsLoss, KLDivLoss]) {
    const sum = new Loss({ reduction: 'sum' }).forward(prediction, shares).item();
    assertClose([new Loss().forward(prediction, shares).item()], [sum / 4], { relative: 1e-12 });
  }
});

test('losses refuse [n, 1] against [n] instead of broadcasting to [n, n], and say how to mend it', () => {
  const column: Tensor = zeros([4, 1]);
  const row: Tensor = zeros([4]);
  const names = { MSELoss: 'mseLoss', L1Loss: 'l1Loss', HuberLoss: 'huberLoss', KLDivLoss: 'klDivLoss' };
  const modules = [new MSELoss(), new L1Loss(), new HuberLoss(), new KLDivLoss(), new BCEWithLogitsLoss()];
  for (const module of modules) {
    const op = names[module.constructor.name as keyof typeof names] ?? 'binaryCrossEntropyWithLogits';
    assertThrows(
      () => module.forward(column, row),
      `${op}: prediction [4, 1] and target [4]`,
      'losses do not broadcast',
      'target.reshape([4, 1])',
      '(test/nn/loss.test.ts:',
    );
    assertThrows(() => module.forward(row, zeros([])), `${op}: prediction [4] and target []`);
  }
  assertThrows(
    () => new CrossEntropyLoss().forward(zeros([4, 3]), zeros([4, 1])),
    'crossEntropy: the target has shape [4, 1]; expected class indices [4] or probabilities [4, 3]',
  );
});

test('cross-entropy takes logits of ±10,000 without overflow, in the loss and in the gradient', () => {
  const exact = { relative: 0, absolute: 0 };
  const extreme = tensor(
    [
      [1e4, -1e4],
      [1e4, -1e4],
    ],
    { requiresGrad: true },
  );
  const loss = new CrossEntropyLoss({ reduction: 'none' }).forward(extreme, [0, 1]);
  assertClose(loss.data, [0, 2e4], exact);
  loss.sum().backward();
  assertClose(extreme.grad!.data, [0, 0, 1, -1], exact);
  const binary = tensor([1e4, -1e4, 1e4, -1e4], { requiresGrad: true });
  const saturated = new BCEWithLogitsLoss({ reduction: 'none' }).forward(binary, tensor([1, 0, 0, 1]));
  assertClose(saturated.data, [0, 0, 1e4, 1e4], exact);
  saturated.sum().backward();
  assertClose(binary.grad!.data, [0, 0, 1, -1], exact);
});

test('a softmax or sigmoid before a loss that takes logits is reported once', () => {
  const x = tensor([[1, 2]], { requiresGrad: true });
  const warnings = captureWarnings(() => {
    for (let i = 0; i < 3; i++) {
      new CrossEntropyLoss().forward(new Softmax().forward(x), [0]);
      new BCEWithLogitsLoss().forward(new Sigmoid().forward(x), tensor([[0, 1]]));
    }
  });
  assert.is(warnings.length, 2);
  assert.match(
    warnings[0]!,
    /crossEntropy applies softmax itself.*pass the logits \(test\/nn\/loss\.test\.ts:\d+:\d+\)/,
  );
  assert.match(warnings[1]!, /binaryCrossEntropyWithLogits applies sigmoid itself/);
});

test('logits raise no warning', () => {
  const x = tensor([[1, 2]], { requiresGrad: true });
  assert.equal(
    captureWarnings(() => void new CrossEntropyLoss().forward(x.mul(2), [0])),
    [],
  );
});

test('bad options are refused when the loss is made', () => {
  assertThrows(
    () => new MSELoss({ reduction: 'average' as 'mean' }),
    "MSELoss: unknown reduction average; expected 'mean'",
  );
  assertThrows(() => new HuberLoss({ delta: 0 }), 'HuberLoss: delta is a number > 0, got 0');
  assertThrows(() => new SmoothL1Loss({ beta: -1 }), 'SmoothL1Loss: beta is a finite number ≥ 0, got -1');
  assertThrows(
    () => new CrossEntropyLoss({ weight: [1, -2] }),
    'CrossEntropyLoss: weight[1] is a finite number ≥ 0, got -2',
  );
  assertThrows(
    () => new BCEWithLogitsLoss({ posWeight: -1 }),
    'BCEWithLogitsLoss: posWeight is a finite number ≥ 0, got -1',
  );
  assertThrows(
    () => new CosineEmbeddingLoss({ margin: Number.NaN }),
    'CosineEmbeddingLoss: margin is a finite number, got NaN',
  );
});
