import * as assert from 'uvu/assert';
import { tensor } from '../src/index.js';
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
