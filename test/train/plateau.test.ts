import * as assert from 'uvu/assert';
import { tensor } from '../../src/index.js';
import { cosine, SGD } from '../../src/optim/index.js';
import { type PlateauOptions, reduceOnPlateau } from '../../src/train/index.js';
import { assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';
import { throughJson } from './models.js';

const test = suite('reduce on plateau');

const optimizerOf = (...rates: number[]): SGD =>
  new SGD(
    rates.map((lr) => ({ params: [tensor(0, { requiresGrad: true })], lr })),
    { lr: 1 },
  );

/** The rate after each value. */
function ratesAfter(values: readonly number[], options: PlateauOptions, lr = 1): number[] {
  const optimizer = optimizerOf(lr);
  const plateau = reduceOnPlateau(optimizer, options);
  return values.map((value) => {
    plateau.update(value);
    return optimizer.currentLr();
  });
}

/*
 * The expected rates were printed by PyTorch 1.13.0:
 *
 *     import torch
 *     def run(values, lr=1.0, **options):
 *         p = torch.nn.Parameter(torch.zeros(1))
 *         opt = torch.optim.SGD([{'params': [p]}], lr=lr)
 *         s = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, **options)
 *         out = []
 *         for v in values:
 *             s.step(v); out.append(opt.param_groups[0]['lr'])
 *         return out
 *
 * with the calls that stand before each test.
 */
const NONE = Number.NaN;
const V = [1, 0.5, 0.5, 0.49999, 0.6, 0.4, NONE, 0.39998, 0.41, 0.3, 0.30001, 0.3, 0.3, 0.3, 0.2999].concat([
  0.2, 0.2, 0.2, 0.2, 0.2,
]);
const W = [0.1, 0.2, 0.2, 0.201, 0.21, 0.2, 0.3, 0.3, 0.3, 0.3];
const times = (count: number, value: number): number[] => Array(count).fill(value);

// run(V, factor=0.5, patience=1)
test('the rate falls by the value one beyond the patience, as in PyTorch', () =>
  assert.equal(ratesAfter(V, { factor: 0.5, patience: 1 }), [
    ...[1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125, 0.125],
    ...[0.0625, 0.0625, 0.0625, 0.0625, 0.03125, 0.03125, 0.015625],
  ]));

// run(V, factor=0.5, patience=0, cooldown=2)
test('values of the cooldown count as no worse, as in PyTorch', () =>
  assert.equal(ratesAfter(V, { factor: 0.5, patience: 0, cooldown: 2 }), [
    ...[1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125, 0.125, 0.125],
    ...[0.0625, 0.0625, 0.0625, 0.03125, 0.03125, 0.03125, 0.015625],
  ]));

// run(V, factor=0.1, patience=0, min_lr=0.02, threshold=0.05, threshold_mode='abs')
test('the rate does not fall below the least one, as in PyTorch', () =>
  assert.equal(
    ratesAfter(V, { factor: 0.1, patience: 0, minLr: 0.02, threshold: 0.05, thresholdMode: 'abs' }),
    [1, 1, 0.1, ...times(17, 0.02)],
  ));

// run([-v for v in V], factor=0.5, patience=1, mode='max', threshold=0.01)
// run([-v for v in V], factor=0.5, patience=1, threshold=0.01)
test('a relative threshold of negative values is that of PyTorch', () => {
  const negative = V.map((value) => -value);
  assert.equal(
    ratesAfter(negative, { factor: 0.5, patience: 1, mode: 'max', threshold: 0.01 }),
    times(20, 1),
  );
  const falling = Array.from({ length: 20 }, (_, i) => 0.5 ** Math.floor(i / 2));
  assert.equal(ratesAfter(negative, { factor: 0.5, patience: 1, threshold: 0.01 }), falling);
});

// run(W, factor=0.5, patience=1, mode='max', threshold=0.01)
// run(W, factor=0.5, patience=1, mode='max', threshold=0.05, threshold_mode='abs')
test('large values are the good ones where the mode says so, as in PyTorch', () => {
  const options = { factor: 0.5, patience: 1, mode: 'max' } as const;
  assert.equal(
    ratesAfter(W, { ...options, threshold: 0.01 }),
    [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25],
  );
  assert.equal(
    ratesAfter(W, { ...options, threshold: 0.05, thresholdMode: 'abs' }),
    [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125],
  );
});

// run([0.0]*14, factor=0.1, patience=0, lr=1e-3)
test('a rate that would fall by next to nothing stays, as in PyTorch', () =>
  assert.equal(ratesAfter(times(14, 0), { factor: 0.1, patience: 0 }, 1e-3), [
    ...[0.001, 0.0001, 1e-5, 1.0000000000000002e-6, 1.0000000000000002e-7],
    ...times(9, 1.0000000000000004e-8),
  ]));

// run([3.0]*24)
test('the defaults are those of PyTorch', () =>
  assert.equal(ratesAfter(times(24, 3), {}), [
    ...times(11, 1),
    ...times(11, 0.1),
    ...times(2, 0.010000000000000002),
  ]));

test('infinite values are never better, so that they hide no later one', () =>
  assert.equal(ratesAfter([-Infinity, -Infinity, 3, 2], { patience: 1, factor: 0.5 }), [1, 0.5, 0.5, 0.5]));

test('every group keeps a rate of its own, and update says whether it was the one too many', () => {
  const optimizer = optimizerOf(1, 0.5);
  const plateau = reduceOnPlateau(optimizer, { patience: 1, factor: 0.5, minLr: 0.4 });
  assert.equal(
    [1, 1, 1, 1].map((value) => plateau.update(value)),
    [false, false, true, false],
  );
  assert.equal([optimizer.currentLr(0), optimizer.currentLr(1)], [0.5, 0.4]);
});

test('the state goes through a text, and sets the rates', () => {
  const first = optimizerOf(1, 0.5);
  const plateau = reduceOnPlateau(first, { patience: 2, factor: 0.5, cooldown: 1 });
  const values = [2, 2, 2, 2, 2, 2, 2, 2];
  for (const value of values) plateau.update(value);
  const second = optimizerOf(9, 9);
  const again = reduceOnPlateau(second, { patience: 2, factor: 0.5, cooldown: 1 });
  again.loadStateDict(throughJson(plateau.stateDict()));
  assert.equal([second.currentLr(0), second.currentLr(1)], [first.currentLr(0), first.currentLr(1)]);
  for (const value of [2, 1.9999, 2, 2, 2, 2]) assert.is(again.update(value), plateau.update(value));
  assert.equal(again.stateDict(), plateau.stateDict());
});

test('the states of a plateau and of its optimiser are loaded in either order', () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const first = optimizerOf(1, 0.5);
    const plateau = reduceOnPlateau(first, { patience: 0, factor: 0.5 });
    for (const value of [2, 2]) plateau.update(value);
    const second = optimizerOf(9, 9);
    const again = reduceOnPlateau(second, { patience: 0, factor: 0.5 });
    const loads = [
      () => again.loadStateDict(plateau.stateDict()),
      () => second.loadStateDict(first.stateDict()),
    ];
    for (const i of order) loads[i]!();
    assert.equal([second.currentLr(0), second.currentLr(1)], [0.5, 0.25]);
  }
});

test('a rate that lies below the least one from the start stays', () => {
  const optimizer = optimizerOf(1, 0.001);
  const plateau = reduceOnPlateau(optimizer, { patience: 0, factor: 0, minLr: 0.01 });
  for (const value of [1, 1, 1, 1, 1]) plateau.update(value);
  assert.equal([optimizer.currentLr(0), optimizer.currentLr(1)], [0.01, 0.001]);
});

test('what is no state is refused, and nothing changes', () => {
  const optimizer = optimizerOf(1);
  const plateau = reduceOnPlateau(optimizer);
  plateau.update(3);
  const before = plateau.stateDict();
  const load = (saved: object) => () => plateau.loadStateDict({ ...before, ...saved });
  assertThrows(
    load({ rates: [1, 2] }),
    'ReduceOnPlateau.loadStateDict: the saved state has 2 rates; the optimizer has 1',
  );
  assertThrows(load({ rates: [-1] }), 'the rate of group 0 is a finite number ≥ 0, got -1');
  assertThrows(load({ rates: 1 }), 'rates of the saved state in a list, got 1');
  assertThrows(load({ waited: 0.5 }), 'waited of the saved state');
  assertThrows(load({ cooling: undefined }), 'cooling of the saved state');
  assertThrows(load({ best: Number.NaN }), 'best of the saved state');
  assertThrows(() => plateau.loadStateDict(null as never), 'the saved state is null');
  assert.equal(plateau.stateDict(), before);
  assert.is(optimizer.currentLr(), 1);
});

test('a schedule is refused with the fix, also one that comes later, and before anything changes', () => {
  const params = [tensor(0, { requiresGrad: true })];
  const scheduled = new SGD(params, { lr: cosine(0.1, { steps: 9 }) });
  const message = 'reduceOnPlateau: the rate of group 0 is cosine(0.1, steps=9), a schedule';
  assertThrows(() => reduceOnPlateau(scheduled), message, 'give the optimizer a number');
  const optimizer = optimizerOf(1);
  const plateau = reduceOnPlateau(optimizer, { patience: 0 });
  plateau.update(1);
  optimizer.groups[0]!.lr = cosine(0.1, { steps: 9 });
  assertThrows(() => plateau.update(1), message);
  assertThrows(() => plateau.loadStateDict({ best: 3, waited: 0, cooling: 0, rates: [1] }), message);
  assert.is(String(plateau), 'reduceOnPlateau(patience=0): best 1, 0 values since, lr cosine(0.1, steps=9)');
  optimizer.groups[0]!.lr = 1;
  assert.is(plateau.stateDict().waited, 0);
});

test('options and values that are none are refused, and it says where it stands', () => {
  const make = (options: unknown) => () => reduceOnPlateau(optimizerOf(1), options as never);
  assertThrows(make({ factor: 1 }), 'reduceOnPlateau: factor lies in [0, 1), got 1');
  assertThrows(make({ patience: -1 }), 'patience is a whole number ≥ 0');
  assertThrows(make({ threshold: Number.NaN }), 'threshold is a finite number ≥ 0');
  assertThrows(make({ thresholdMode: 'x' }), "unknown thresholdMode x; expected 'rel' or 'abs'");
  assertThrows(() => reduceOnPlateau({} as never), 'reduceOnPlateau: expected an optimizer');
  const plateau = reduceOnPlateau(optimizerOf(1, 0.5), { factor: 0.5, patience: 3 });
  assertThrows(() => plateau.update(undefined as never), 'update: the value is a number, got undefined');
  assert.is(String(plateau), 'reduceOnPlateau(factor=0.5, patience=3): no value yet, lr 1 and 0.5');
  plateau.update(2);
  plateau.update(2);
  assert.is(String(plateau), 'reduceOnPlateau(factor=0.5, patience=3): best 2, 1 values since, lr 1 and 0.5');
});
