import * as assert from 'uvu/assert';
import {
  type Callback,
  type EarlyStopping,
  type EarlyStoppingOptions,
  earlyStopping,
  History,
  train,
} from '../../src/train/index.js';
import { assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';
import { descent, throughJson } from './models.js';

const test = suite('early stopping');

/** After which of the values the training stops, counted from 1; null if never. And the best value with its step. */
function stops(options: EarlyStoppingOptions, values: readonly number[]) {
  const stopping = earlyStopping(options);
  let at: number | null = null;
  for (const [i, value] of values.entries()) {
    stopping.update(i + 1, value);
    if (stopping.stopped) at ??= i + 1;
  }
  return { at, best: stopping.best, bestStep: stopping.bestStep };
}

test('the last of so many values in succession that are no better stops', () => {
  assert.equal(stops({ patience: 2 }, [3, 2, 2, 1, 1, 1, 1]), { at: 6, best: 1, bestStep: 4 });
  assert.equal(stops({ patience: 1 }, [3, 2, 2]), { at: 3, best: 2, bestStep: 2 });
  assert.equal(stops({ patience: 3 }, [3, 4, 4, 2, 3, 3]), { at: null, best: 2, bestStep: 4 });
});

test('large values are the good ones where the mode says so', () => {
  assert.equal(stops({ patience: 2, mode: 'max' }, [0.5, 0.7, 0.6, 0.7]), { at: 4, best: 0.7, bestStep: 2 });
});

test('a value has to be better by more than minDelta, against the best value and not the last', () => {
  assert.equal(stops({ patience: 3, minDelta: 0.5 }, [4, 3.75, 3.5, 3.25]), {
    at: null,
    best: 3.25,
    bestStep: 4,
  });
  assert.equal(stops({ patience: 2, minDelta: 0.5 }, [4, 3.75, 3.5]), { at: 3, best: 4, bestStep: 1 });
  assert.equal(stops({ patience: 2, minDelta: 0.5, mode: 'max' }, [1, 1.5, 2]), {
    at: null,
    best: 2,
    bestStep: 3,
  });
});

test('NaN and infinite values are never better, also as the first', () => {
  assert.equal(stops({ patience: 2 }, [Number.NaN, Number.NaN]), { at: 2, best: null, bestStep: null });
  assert.equal(stops({ patience: 2 }, [1, -Infinity, 0.5]), { at: null, best: 0.5, bestStep: 3 });
  assert.equal(stops({ patience: 2, mode: 'max' }, [Infinity, 1]), { at: null, best: 1, bestStep: 2 });
});

test('a run ends by the loss of its steps', () => {
  // The loss is 16, 4, 1, and then it stays because the rate is 0.
  const { w, optimizer, loss } = descent();
  const stopping = earlyStopping({ patience: 2 });
  const slowing = { ...optimizer, step: () => (w.item() > 1 ? optimizer.step() : undefined) };
  const history = train({
    batches: [0],
    steps: 20,
    optimizer: slowing,
    loss,
    callbacks: [stopping.callback],
  });
  assert.equal(history.loss, [16, 4, 1, 1, 1]);
  assert.ok(stopping.stopped);
  assert.is(stopping.bestStep, 3);
});

/** A run of `values.length · 2` steps, which records a value after every second one. */
function measured(values: readonly number[], options: EarlyStoppingOptions, history = new History()) {
  const { optimizer, loss } = descent();
  const stopping = earlyStopping({ ...options, metric: 'error' });
  const start = history.loss.length;
  train({
    batches: [0],
    steps: start + values.length * 2,
    optimizer,
    loss,
    history,
    callbacks: [
      ({ step, history: all }) => {
        if (step % 2 === 0) all.record('error', step, values[(step - start) / 2 - 1]!);
        return undefined;
      },
      stopping.callback,
    ],
  });
  return { stopping, steps: history.loss.length - start };
}

test('a run ends by a metric, and patience counts its values and not the steps', () => {
  const { stopping, steps } = measured([3, 2, 2.5, 2.5, 1], { patience: 2 });
  assert.is(steps, 8);
  assert.equal([stopping.best, stopping.bestStep], [2, 4]);
});

test('values that a continued history has from before are not counted again', () => {
  const history = new History();
  measured([1, 2], { patience: 9 }, history);
  const { stopping, steps } = measured([5, 4], { patience: 2 }, history);
  assert.is(steps, 4);
  assert.equal([stopping.best, stopping.bestStep], [4, 8]);
});

/** A run from where its history stands to some step. A metric is recorded before the callback, where there is a value. */
function runTo(
  last: number,
  history: History,
  stopping: EarlyStopping,
  values: readonly (number | null)[],
): void {
  const { optimizer, loss } = descent();
  const record: Callback = ({ step }) => {
    const value = values[step - 1] ?? null;
    if (value !== null) history.record('error', step, value);
    return undefined;
  };
  train({
    batches: [0],
    steps: last,
    optimizer,
    loss,
    history,
    callbacks: [record, stopping.callback],
  });
}

test('a run that goes back to an earlier state goes on from there, whatever is put back first', () => {
  const values = [null, 4, null, 3.5, null, 1];
  for (const load of ['history first', 'history last', 'history alone'])
    for (const back of [1, 2, 3, 4]) {
      const history = new History();
      const stopping = earlyStopping({ patience: 9, metric: 'error' });
      runTo(back, history, stopping, values);
      const saved = { history: history.stateDict(), stopping: stopping.stateDict() };
      runTo(5, history, stopping, [
        ...values.slice(0, back),
        ...values.slice(back, 5).map((value) => value && 9),
      ]);
      if (load === 'history last') stopping.loadStateDict(saved.stopping);
      history.loadStateDict(saved.history);
      if (load === 'history first') stopping.loadStateDict(saved.stopping);
      runTo(6, history, stopping, values);
      assert.equal([stopping.best, stopping.bestStep], [1, 6], `${load}, back to ${back}`);
      assert.equal(history.metrics.get('error')!.steps, [2, 4, 6]);
    }
});

test('a value that is measured by the first step after going back is not passed over', () => {
  const history = new History();
  const stopping = earlyStopping({ patience: 9, metric: 'error' });
  runTo(4, history, stopping, [5, 4, 3, 3.5]);
  const saved = history.stateDict();
  runTo(5, history, stopping, [5, 4, 3, 3.5, 9]);
  history.loadStateDict(saved);
  runTo(5, history, stopping, [5, 4, 3, 3.5, 2]);
  assert.equal([stopping.best, stopping.bestStep], [2, 5]);
});

test('a metric that is still recorded too late after going back is refused', () => {
  const history = new History();
  const stopping = earlyStopping({ patience: 9, metric: 'error' });
  runTo(3, history, stopping, [3, 2, 1]);
  const saved = stopping.stateDict();
  stopping.loadStateDict(saved);
  const { optimizer, loss } = descent();
  const late: Callback = ({ step }) => void history.record('error', step, 1);
  assertThrows(
    () => train({ batches: [0], steps: 6, optimizer, loss, history, callbacks: [stopping.callback, late] }),
    'earlyStopping: error was recorded for step 4 and is seen after step 5',
  );
});

test('a run that was stopped says so before its first step, and its callback only after it', () => {
  const stopping = earlyStopping({ patience: 1 });
  stopping.loadStateDict({ best: 1, bestStep: 1, waited: 1, stopped: true });
  assert.ok(stopping.stopped);
  const { optimizer, loss } = descent();
  const { loss: losses } = train({
    batches: [0],
    steps: 9,
    startStep: 3,
    optimizer,
    loss,
    callbacks: [stopping.callback],
  });
  assert.is(losses.length, 1);
});

test('a metric that is recorded after the callback, or not by the step, is refused with the fix', () => {
  const run = (before: boolean, label: (step: number) => number) => () => {
    const { optimizer, loss } = descent();
    const stopping = earlyStopping({ patience: 2, metric: 'error' });
    const record = ({ step, history }: { step: number; history: History }) =>
      void history.record('error', label(step), 1);
    const callbacks = before ? [record, stopping.callback] : [stopping.callback, record];
    train({ batches: [0], steps: 4, optimizer, loss, callbacks });
  };
  assertThrows(
    run(false, (step) => step),
    'earlyStopping: error was recorded for step 1 and is seen after step 2',
    'in a callback that comes before this one',
  );
  assertThrows(
    run(true, (step) => step + 10),
    'error was recorded for step 11 and is seen after step 1',
  );
});

test('the state goes through a text, and the waiting goes on', () => {
  const stopping = earlyStopping({ patience: 3 });
  for (const [i, value] of [2, 1, 1].entries()) stopping.update(i, value);
  const again = earlyStopping({ patience: 3 });
  again.loadStateDict(throughJson(stopping.stateDict()));
  assert.equal(again.stateDict(), { best: 1, bestStep: 1, waited: 1, stopped: false });
  again.update(3, 1);
  assert.not.ok(again.stopped);
  again.update(4, 1);
  assert.ok(again.stopped);
  const ended = earlyStopping({ patience: 3 });
  ended.loadStateDict(again.stateDict());
  assert.is(ended.callback({ step: 1, steps: 2, loss: 0, history: new History() }), false);
  const fresh = earlyStopping({ patience: 3 });
  ended.loadStateDict(throughJson(fresh.stateDict()));
  assert.equal(ended.stateDict(), { best: null, bestStep: null, waited: 0, stopped: false });
});

test('what is no state, and options that are none, are refused', () => {
  const stopping = earlyStopping({ patience: 3 });
  stopping.update(1, 1);
  const before = stopping.stateDict();
  const load = (saved: object) => () => stopping.loadStateDict({ ...before, ...saved });
  assertThrows(load({ best: 'x' }), 'EarlyStopping.loadStateDict: best of the saved state');
  assertThrows(load({ bestStep: undefined }), 'bestStep of the saved state');
  assertThrows(load({ waited: -1 }), 'waited of the saved state is a whole number ≥ 0, got -1');
  assertThrows(load({ stopped: 0 }), 'stopped of the saved state is true or false');
  assertThrows(() => stopping.loadStateDict(null as never), 'the saved state is null');
  assert.equal(stopping.stateDict(), before);
  assertThrows(
    () => earlyStopping({} as never),
    'earlyStopping: patience is a whole number ≥ 1, got undefined',
  );
  assertThrows(() => earlyStopping({ patience: 0 }), 'earlyStopping: patience is a whole number ≥ 1, got 0');
  assertThrows(
    () => earlyStopping({ patience: 1, mode: 'up' as never }),
    "unknown mode up; expected 'min' or 'max'",
  );
  assertThrows(() => earlyStopping({ patience: 1, minDelta: -1 }), 'minDelta is a finite number ≥ 0, got -1');
  assertThrows(() => stopping.update(1, '2' as never), "update: the value is a number, got '2'");
  assertThrows(() => stopping.update(-1, 2), 'update: the step is a number ≥ 0, got -1');
});

test('it says where it stands', () => {
  const stopping = earlyStopping({ patience: 2 });
  assert.is(String(stopping), 'earlyStopping(patience=2): no value yet');
  for (let step = 1; step <= 3; step++) stopping.update(step, 0.5);
  assert.is(String(stopping), 'earlyStopping(patience=2): best 0.5 at step 1, 2 values since, stopped');
});
