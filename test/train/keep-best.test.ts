import * as assert from 'uvu/assert';
import { randn, random } from '../../src/index.js';
import { SGD } from '../../src/optim/index.js';
import { History, keepBest, train } from '../../src/train/index.js';
import { assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';
import { bitsOf, layered, One, throughJson } from './models.js';

const test = suite('keep best');

test('the parameters of the best value come back', () => {
  const model = new One();
  const best = keepBest(model, { mode: 'max' });
  for (const [step, value] of [3, 7, 5, 7].entries()) {
    model.set(step * 10);
    best.update(step, value);
  }
  best.restore();
  assert.is(model.w.item(), 10, 'of equal values the first');
  assert.equal([best.best, best.bestStep], [7, 1]);
  model.set(99);
  best.restore();
  assert.is(model.w.item(), 10, 'the copy is still the copy');
});

test('a value that is not finite, or better by too little, keeps nothing', () => {
  const model = new One();
  const best = keepBest(model, { minDelta: 1 });
  for (const [step, value] of [Number.NaN, 5, 4, -Infinity, 3.5, Number.NaN].entries()) {
    model.set(step);
    best.update(step, value);
  }
  best.restore();
  assert.is(model.w.item(), 4);
});

test('buffers are kept too, and a run with a metric keeps the weights on which it was measured', () => {
  const model = layered();
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const best = keepBest(model, { metric: 'error' });
  const x = randn([8, 3], random(1));
  const saved: Record<string, number[]>[] = [];
  train({
    batches: [0],
    steps: 4,
    optimizer,
    loss: () => model.forward(x).square().mean(),
    callbacks: [
      ({ step, history }) => {
        saved.push(bitsOf(model));
        history.record('error', step, [4, 1, 2, 3][step - 1]!);
        return undefined;
      },
      best.callback,
    ],
  });
  assert.is(best.bestStep, 2);
  best.restore();
  assert.equal(bitsOf(model), saved[1]);
  assert.ok(Object.keys(saved[1]!).some((path) => path.includes('running')));
});

test('after going back to a checkpoint of the same run, the weights of a better value are kept', () => {
  const model = new One();
  const history = new History();
  const best = keepBest(model, { metric: 'error' });
  const run = (steps: number, error: number): void => {
    train({
      batches: [0],
      steps,
      optimizer: { zeroGrad() {}, step: () => model.set(model.w.item() + 1) },
      loss: () => model.w.sum(),
      history,
      callbacks: [({ step }) => void history.record('error', step, error), best.callback],
    });
  };
  run(4, 5);
  const saved = { model: model.stateDict(), best: best.stateDict(), history: history.stateDict() };
  run(5, 6);
  model.loadStateDict(saved.model);
  best.loadStateDict(saved.best);
  history.loadStateDict(saved.history);
  run(5, 2);
  assert.equal([best.best, best.bestStep], [2, 5]);
  model.set(0);
  best.restore();
  assert.is(model.w.item(), 6);
});

test('without a metric the loss of each step decides', () => {
  const model = new One();
  const best = keepBest(model);
  const seen: number[] = [];
  train({
    batches: [0],
    steps: 3,
    optimizer: { zeroGrad() {}, step: () => model.set(model.w.item() + 1) },
    loss: (_, step) => model.w.sum().mul(0).add([2, 1, 3][step]!),
    callbacks: [() => void seen.push(model.w.item()), best.callback],
  });
  best.restore();
  assert.is(model.w.item(), seen[1]);
});

test('nothing to restore is an error that says what may be missing', () => {
  const model = new One();
  const best = keepBest(model, { metric: 'eror' });
  best.update(1, Number.NaN);
  assertThrows(() => best.restore(), 'restore: nothing is kept yet', 'record the metric by that name');
  assert.is(model.w.item(), 1);
});

test('the state goes through a text, with the weights', () => {
  const model = layered();
  const best = keepBest(model);
  const empty = throughJson(best.stateDict());
  best.update(3, 0.5);
  const bits = bitsOf(model);
  for (const saved of [best.stateDict(), throughJson(best.stateDict())]) {
    const other = layered(7);
    const again = keepBest(other);
    again.loadStateDict(saved);
    assert.not.equal(bitsOf(other), bits, 'loading leaves the model alone');
    again.update(4, 0.6);
    again.restore();
    assert.equal(bitsOf(other), bits);
    assert.equal([again.best, again.bestStep], [0.5, 3]);
  }
  best.loadStateDict(empty);
  assertThrows(() => best.restore(), 'nothing is kept yet');
});

test('the weights of another model are refused, and nothing changes', () => {
  const best = keepBest(new One());
  best.update(1, 1);
  const before = best.stateDict();
  const other = keepBest(layered());
  other.update(2, 2);
  assertThrows(
    () => best.loadStateDict(other.stateDict()),
    'KeepBest.loadStateDict: the saved values do not fit One: unexpected layers.0.weight',
    'missing w [1]',
  );
  const load = (saved: object) => () => best.loadStateDict({ ...before, ...saved });
  assertThrows(
    load({ weights: { w: layered().stateDict()['layers.0.weight'] } }),
    'w has shape [3, 4], the model [1]',
  );
  assertThrows(load({ weights: { w: 3 } }), 'w is a number; expected a Tensor');
  assertThrows(load({ weights: undefined }), 'weights of the saved state is undefined');
  assertThrows(load({ best: Number.NaN }), 'best of the saved state');
  assert.equal(best.stateDict(), before);
});

test('it says where it stands, and refuses what is no model', () => {
  const best = keepBest(new One());
  assert.is(String(best), 'keepBest(One): no value yet');
  best.update(4, 0.5);
  assert.is(String(best), 'keepBest(One): best 0.5 at step 4');
  assertThrows(() => keepBest([] as never), 'keepBest: expected a model');
  assertThrows(() => keepBest(new One(), { mode: 'low' as never }), 'keepBest: unknown mode low');
});
