import * as assert from 'uvu/assert';
import { type Callback, History, train } from '../../src/train/index.js';
import { assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';
import { descent, throughJson } from './models.js';

const test = suite('resume');

test('a run that is resumed goes on where it stopped, with the history of before', () => {
  const whole = descent();
  const all = train({ batches: ['a', 'b', 'c'], steps: 5, optimizer: whole.optimizer, loss: whole.loss });
  const { w, optimizer, loss } = descent();
  const told: number[] = [];
  const first = train({
    batches: ['a', 'b', 'c'],
    steps: 5,
    optimizer,
    loss,
    callbacks: [({ step }) => step < 2],
  });
  assert.is(first.loss.length, 2);
  const second = train({
    batches: ['c', 'a', 'b'],
    steps: 5,
    optimizer,
    history: first,
    loss: (_, step) => {
      told.push(step);
      return loss();
    },
    callbacks: [({ step, steps }) => void told.push(-step, steps)],
  });
  assert.is(second, first);
  assert.equal(second.loss, all.loss);
  assert.is(w.item(), whole.w.item());
  assert.equal(told, [2, -3, 5, 3, -4, 5, 4, -5, 5]);
});

test('without the history of before, startStep says how many updates were done', () => {
  const { optimizer, loss } = descent();
  const steps: number[] = [];
  const history = train({
    batches: [0],
    steps: 5,
    startStep: 3,
    optimizer,
    loss,
    callbacks: [({ step }) => void steps.push(step)],
  });
  assert.equal(steps, [4, 5]);
  assert.equal(history.loss, [16, 4]);
  assert.equal(train({ batches: [0], steps: 5, startStep: 5, optimizer, loss }).loss, []);
  assert.equal(train({ batches: [0], steps: 5, startStep: 9, optimizer, loss }).loss, []);
});

/** Batches whose first pass begins in the middle, as those of a loader that goes on where it was saved. */
function halfDone(from: number) {
  let passes = 0;
  return {
    length: 4,
    *[Symbol.iterator]() {
      for (let i = passes++ === 0 ? from : 0; i < 4; i++) yield i;
    },
  };
}

test('with epochs, a first pass that begins in the middle leaves the number of updates what it was', () => {
  for (const [from, done, accumulate] of [
    [3, 3, 1],
    [2, 1, 2],
    [0, 0, 1],
  ] as const) {
    const { optimizer, loss } = descent();
    const seen: number[] = [];
    train({
      batches: halfDone(from),
      epochs: 2,
      accumulate,
      count: () => 1,
      startStep: done,
      optimizer,
      loss: (batch) => {
        seen.push(batch);
        return loss();
      },
    });
    assert.equal(seen, [0, 1, 2, 3, 0, 1, 2, 3].slice(from));
  }
});

test('a run that stopped at the end of a pass may be resumed with nothing left of that pass', () => {
  const { optimizer, loss } = descent();
  const { loss: losses } = train({ batches: halfDone(4), epochs: 2, startStep: 4, optimizer, loss });
  assert.is(losses.length, 4);
  assertThrows(
    () => train({ batches: [], steps: 9, startStep: 4, optimizer, loss }),
    'train: batches yielded nothing after 4 steps',
  );
  assertThrows(() => train({ batches: halfDone(4), epochs: 2, optimizer, loss }), 'is the dataset empty');
});

test('all callbacks are told of a step, also if one of them ends the training', () => {
  const { optimizer, loss } = descent();
  const told: string[] = [];
  const { loss: losses } = train({
    batches: [0],
    steps: 9,
    optimizer,
    loss,
    callbacks: [
      () => {
        told.push('first');
        return false;
      },
      () => {
        told.push('second');
        return true;
      },
    ],
  });
  assert.equal(told, ['first', 'second']);
  assert.is(losses.length, 1);
});

test('a callback that returns a promise is refused with the way to save, when all have been told', () => {
  const { optimizer, loss } = descent();
  const history = new History();
  let told = 0;
  const run = (callback: () => unknown) => () =>
    train({
      batches: [0],
      steps: 9,
      optimizer,
      loss,
      history,
      callbacks: [callback as Callback, () => void told++],
    });
  for (const callback of [async () => false, async () => undefined, () => Promise.resolve()])
    assertThrows(
      run(callback),
      'train: the function returned a promise; a callback has done its work when it returns',
      'writeFile of tapegrad/io',
    );
  assert.is(told, 3);
  assert.is(history.loss.length, 3, 'each run ended after a step, which is in the history');
});

test('a history is saved and read again, as it is and as a text', () => {
  const history = new History();
  history.loss.push(0.1, Number.NaN, Infinity, -0);
  history.record('accuracy', 2, 0.5);
  history.record('accuracy', 4, Number.NaN);
  history.record('a metric/with "signs"', 4, -Infinity);
  for (const state of [history.stateDict(), throughJson(history.stateDict())]) {
    const again = new History();
    again.loss.push(7);
    again.record('old', 1, 1);
    again.loadStateDict(state);
    assert.equal(again, history);
    assert.ok(Object.is(again.loss[3], -0));
    again.record('accuracy', 6, 1);
    again.loss.push(1);
  }
  assert.is(history.loss.length, 4, 'the copies are on their own');
  const empty = new History();
  empty.loadStateDict(throughJson(new History().stateDict()));
  assert.equal(empty, new History());
});

test('what is no history leaves the one that is there as it is', () => {
  const history = new History();
  history.loss.push(1);
  const { loss, metrics } = history.stateDict();
  const load = (saved: unknown) => () => history.loadStateDict(saved as never);
  assertThrows(load(null), 'History.loadStateDict: the saved state is null; expected what stateDict() gave');
  assertThrows(load([]), 'the saved state is an array');
  assertThrows(load(loss), 'the saved state is a Tensor');
  assertThrows(load({ metrics }), 'loss of the saved state is undefined; expected a Tensor');
  assertThrows(load({ loss }), 'metrics of the saved state is undefined');
  assertThrows(load({ loss, metrics: { a: 3 } }), 'the series a is a number');
  assertThrows(load({ loss, metrics: { a: { steps: loss } } }), 'values of the series a is undefined');
  assertThrows(
    load({ loss, metrics: { a: { steps: new History().stateDict().loss, values: loss } } }),
    'the series a has 0 steps and 1 values',
  );
  assertThrows(load({ loss: { dtype: 'float64', shape: [1], data: ['x'] }, metrics }), "found 'x'");
  assert.equal(history.loss, [1]);
});

test('a start or a history that is none is refused', () => {
  const { optimizer, loss } = descent();
  const run = (options: object) => () => train({ batches: [1], steps: 1, optimizer, loss, ...options });
  assertThrows(run({ startStep: -1 }), 'train: startStep is a whole number ≥ 0, got -1');
  assertThrows(run({ startStep: 0.5 }), 'train: startStep is a whole number');
  assertThrows(run({ history: { loss: [] } }), 'train: history is an object; expected a History');
});
