import * as assert from 'uvu/assert';
import { DataLoader } from '../src/data/index.js';
import { crossEntropy, mseLoss, randn, random, type Tensor, tensor, zeros } from '../src/index.js';
import { Linear } from '../src/nn/index.js';
import { SGD } from '../src/optim/index.js';
import { accuracy, progress, train, trainStep } from '../src/train/index.js';
import { assertThrows } from './support/close.js';
import { suite } from './support/suite.js';

const test = suite('train');

function descent() {
  const w = tensor(4, { requiresGrad: true });
  const optimizer = {
    zeroGrad: () => void (w.grad = null),
    step: () => void w.write((data) => void (data[0]! -= 0.25 * w.grad!.item())),
  };
  return { w, optimizer, loss: () => w.square() };
}

test('a step starts from zero gradients and returns the loss before the update', () => {
  const { w, optimizer, loss } = descent();
  assert.is(trainStep(optimizer, loss), 16);
  assert.is(w.item(), 2);
  assert.is(trainStep(optimizer, loss), 4);
  assert.is(w.item(), 1);
});

test('a step that fails leaves no gradient, and a loss that is not finite is returned', () => {
  const w = tensor([4], { requiresGrad: true });
  const optimizer = new SGD([w], { lr: 0.25 });
  const failing = (error: string): void => {
    throw new Error(error);
  };
  w.grad = tensor([7]);
  assertThrows(() => trainStep(optimizer, () => 3 as never), 'trainStep: the loss is a number');
  assert.is(w.grad, null);
  const broken = { zeroGrad: () => optimizer.zeroGrad(), step: () => failing('in the update') };
  assertThrows(() => trainStep(broken, () => w.square().sum()), 'in the update');
  assert.is(w.grad, null);
  assertThrows(() => trainStep(optimizer, () => w.mul(tensor([1, 2]))), 'backward');
  assert.equal([w.grad, w.item(), optimizer.updates], [null, 4, 0]);
  assert.is(
    trainStep(optimizer, () => w.sum().mul(Infinity)),
    Infinity,
  );
  assert.is(w.item(), -Infinity);
});

test('train repeats the batches until the steps are done and keeps every loss', () => {
  const { optimizer, loss } = descent();
  const seen: string[] = [];
  const history = train({
    batches: ['a', 'b'],
    steps: 3,
    optimizer,
    loss: (batch) => {
      seen.push(batch);
      return loss();
    },
  });
  assert.equal(seen, ['a', 'b', 'a']);
  assert.equal(history.loss, [16, 4, 1]);
});

test('epochs count whole passes, and a callback that returns false stops', () => {
  const { optimizer, loss } = descent();
  const steps: number[] = [];
  train({
    batches: [1, 2, 3],
    epochs: 2,
    optimizer,
    loss,
    callbacks: [({ step }) => (steps.push(step) < 4 ? undefined : false)],
  });
  assert.equal(steps, [1, 2, 3, 4]);
});

test('recorded metrics keep their steps', () => {
  const { optimizer, loss } = descent();
  const history = train({
    batches: [0],
    steps: 2,
    optimizer,
    loss,
    callbacks: [({ step, history }) => void history.record('accuracy', step, step / 2)],
  });
  assert.equal(history.metrics.get('accuracy'), { steps: [1, 2], values: [0.5, 1] });
});

test('bad options and a loss that explodes are refused with the fix', () => {
  const { optimizer, loss } = descent();
  assertThrows(() => train({ batches: [1], optimizer, loss }), 'train: expected either steps or epochs');
  assertThrows(() => train({ batches: [], steps: 1, optimizer, loss }), 'batches yielded nothing');
  assertThrows(() => train({ batches: [1], steps: -1, optimizer, loss }), 'steps ≥ 0, got -1');
  assertThrows(
    () => train({ batches: new Set([1]), epochs: 1, optimizer, loss }),
    'epochs needs batches with a length',
  );
  assertThrows(
    () => train({ batches: [1], steps: 2, optimizer, loss: () => loss().mul(Number.NaN) }),
    'the loss became NaN at step 1',
    'detectAnomaly',
  );
});

/** What train says about a loss of a small model on each of the batches in turn, and the model afterwards. */
function complaint<Batch>(
  batches: Iterable<Batch>,
  loss: (model: Linear, batch: Batch) => Tensor,
  lr = 0.1,
): { message: string; model: Linear } {
  const model = new Linear(2, 3, { rng: random(0) });
  const optimizer = new SGD(model.parameters(), { lr });
  try {
    train({ batches, steps: 10, optimizer, loss: (batch) => loss(model, batch) });
  } catch (error) {
    return { message: (error as Error).message, model };
  }
  throw new Error('train had nothing to say');
}

const ROWS = randn([4, 2], random(1));

test('a batch of which no row counts is called that, whatever leaves the rows out', () => {
  const mask = zeros([4]);
  const losses: ((model: Linear) => Tensor)[] = [
    (model) => crossEntropy(model.forward(ROWS), [9, 9, 9, 9], { ignoreIndex: 9 }),
    (model) => crossEntropy(model.forward(ROWS), [9, 9, 9, 9], { ignoreIndex: 9, labelSmoothing: 0.1 }),
    (model) => crossEntropy(model.forward(zeros([0, 2])), []),
    (model) => mseLoss(model.forward(zeros([0, 2])), zeros([0, 3])),
    (model) => model.forward(ROWS).square().mean(1).mul(mask).sum().div(mask.sum()),
  ];
  for (const loss of losses) {
    const { message } = complaint([0], loss);
    assert.match(message, /^train: the loss became NaN at step 1: no row counted: .* every label ignored/);
    assert.not.match(message, 'learning rate');
  }
});

test('a later batch of which no row counts is no reason to lower the learning rate either', () => {
  const { message } = complaint(
    [
      [0, 1, 2, 0],
      [9, 9, 9, 9],
    ],
    (model, labels) => crossEntropy(model.forward(ROWS), labels, { ignoreIndex: 9 }),
  );
  assert.match(message, 'at step 2: no row counted');
  assert.not.match(message, 'learning rate');
});

test('NaN in the data is found there, with its place, and the parameters keep their values', () => {
  const bad = tensor([
    [1, 2],
    [3, Number.NaN],
  ]).named('images');
  const { message, model } = complaint([bad], (net, x) => crossEntropy(net.forward(x), [0, 1]));
  assert.match(message, /at step 1: images, an input of linear, is data that holds NaN at \[1, 1\]/);
  assert.not.match(message, 'learning rate');
  assert.equal(model.weight.toArray(), new Linear(2, 3, { rng: random(0) }).weight.toArray());
  const target = complaint([0], (net) => mseLoss(net.forward(ROWS), zeros([4, 3]).div(0)));
  assert.match(target.message, /is data that holds NaN at \[0, 0\]/);
});

test('a NaN that a mask leaves out is not taken for the cause', () => {
  const { message } = complaint([0], (net) => {
    const hidden = tensor([[Number.NaN, 0]]);
    return crossEntropy(net.forward(hidden), [9], { ignoreIndex: 9 });
  });
  assert.match(message, 'no row counted');
});

test('a parameter that is not finite is named; whether an update made it so decides the advice', () => {
  const start = complaint([0], (net) => {
    net.weight.write((data) => void (data[4] = Number.NaN));
    return net.forward(ROWS).mean();
  });
  assert.match(start.message, /is a parameter that holds NaN at \[1, 1\] before any update: look at how/);
  assert.not.match(start.message, 'learning rate');
  // The slope of √x is infinite at 0: the first update spoils the parameters, the second loss shows it.
  const update = complaint([0], (net) => net.forward(ROWS).mul(0).sqrt().sum());
  assert.match(update.message, 'at step 2:');
  assert.match(update.message, 'since an update: lower the learning rate or clip gradients');
});

test('an op that overflows is named with what went in; at the first step no learning rate is to blame', () => {
  const first = complaint([0], (net) => net.forward(ROWS).mul(1e4).exp().sum());
  assert.match(
    first.message,
    /^train: the loss became Infinity at step 1: exp made it out of .*detectAnomaly/,
  );
  assert.not.match(first.message, 'learning rate');
  const growing = (net: Linear): Tensor => net.forward(ROWS).square().sum().exp().mul(-1);
  assert.match(complaint([0], growing, 10).message, 'lower the learning rate');
  const steps = [1, 1, 1e4];
  const still = complaint(steps, (net, scale) => net.forward(ROWS).mul(scale).exp().sum(), 0);
  assert.match(still.message, 'at step 3: exp made it');
  assert.not.match(still.message, 'learning rate');
});

test('training that may go on over NaN does so', () => {
  const { optimizer, loss } = descent();
  const options = { batches: [1], steps: 2, optimizer, allowNonFinite: true };
  const { loss: losses } = train({ ...options, loss: () => loss().mul(Number.NaN) });
  assert.equal(losses, [Number.NaN, Number.NaN]);
});

test('batches that can be gone through only once are told from an empty dataset', () => {
  const { optimizer, loss } = descent();
  const once = [1, 2].values();
  assertThrows(
    () => train({ batches: once, steps: 3, optimizer, loss }),
    'train: batches yielded nothing after 2 steps',
    'a generator can be iterated once',
  );
  const empty = new DataLoader({ x: zeros([0, 2]), labels: new Int32Array(0) }, { batchSize: 4 });
  assertThrows(() => train({ batches: empty, steps: 1, optimizer, loss }), 'is the dataset empty');
});

test('accuracy counts rows whose largest logit is at the label', () => {
  const logits = tensor([
    [1, 2],
    [3, 0],
    [0, 1],
  ]);
  assert.is(accuracy(logits, [1, 0, 0]), 2 / 3);
  assertThrows(() => accuracy(logits, [1]), 'accuracy: logits [3, 2] do not fit 1 labels');
});

test('piped progress prints at most the asked number of plain lines, the last step among them', async () => {
  const written: string[] = [];
  const shown = await progress({
    total: 100,
    label: 'He',
    lines: 4,
    stream: { write: (text: string) => written.push(text) },
  });
  for (let step = 1; step <= 100; step++) shown.update(step, 1 / step);
  shown.stop();
  assert.is(written.length, 4);
  assert.match(written[3]!, /^He: step 100\/100 {2}loss 0\.0100 {2}\d+ steps\/s\n$/);
});

test('progress shows the learning rate that it is handed, in a line and in a bar', async () => {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  const lines = await progress({ total: 1, stream: { write } });
  lines.update(1, 0.5, 0.1 / 3);
  const terminal = { isTTY: true, columns: 120, write, on() {}, removeListener() {} };
  const bar = await progress({ total: 2, stream: terminal });
  bar.update(2, undefined, 1e-5);
  bar.stop();
  assert.match(written[0]!, /^step 1\/1 {2}loss 0\.5000 {2}lr 0\.0333 {2}\d+ steps\/s\n$/);
  assert.match(written.join(''), '2/2  loss –  lr 0.00001  ');
});

test('a bar on a terminal leaves Ctrl-C and the settings of the terminal alone', async () => {
  const written: string[] = [];
  const terminal = {
    isTTY: true,
    columns: 80,
    write: (text: string) => written.push(text),
    on() {},
    removeListener() {},
  };
  const listening = (): number[] =>
    ['SIGINT', 'SIGTERM'].map((signal) => process.listenerCount(signal as NodeJS.Signals));
  const before = listening();
  const shown = await progress({ total: 10, label: 'He', stream: terminal });
  for (let step = 1; step <= 10; step++) shown.update(step, 1 / step);
  assert.equal(listening(), before);
  shown.stop();
  const text = written.join('');
  assert.match(text, '10/10  loss 0.1000');
  assert.is(text.includes('\x1b[?7'), false, 'line wrapping');
  assert.is(text.includes('\x1b[?25'), false, 'the cursor');
});
