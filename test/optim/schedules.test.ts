import * as assert from 'uvu/assert';
import { type Tensor, tensor } from '../../src/index.js';
import {
  Adam,
  cosine,
  cosineRestarts,
  exponential,
  linear,
  multiStep,
  oneCycle,
  polynomial,
  type Schedule,
  SGD,
  type SGDOptions,
  sequence,
  stepDecay,
  warmUp,
} from '../../src/optim/index.js';
import { train } from '../../src/train/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { goldenCase } from '../support/golden.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('schedules');

/** The rates of the first updates. */
const rates = (schedule: Schedule, count: number): number[] =>
  Array.from({ length: count }, (_, t) => schedule(t));

/** The reference rates, by their names in the file. */
const GOLDEN: Record<string, Schedule> = {
  'step size 3 gamma .5 lr 1': stepDecay(1, { every: 3, gamma: 0.5 }),
  'multiStep [2,5] gamma .1 lr 1': multiStep(1, { milestones: [2, 5] }),
  'exponential gamma .9 lr 1': exponential(1, { gamma: 0.9 }),
  'cosine tMax 5 lr .5 min 0, 11 steps (periodic)': cosine(0.5, { steps: 5 }),
  'cosineRestarts t0 3 tMult 2 lr 1': cosineRestarts(1, { steps: 3, growth: 2 }),
  'linear from 1/3 over 5, lr 1': linear(1 / 3, 1, { steps: 5 }),
  'polynomial total 4 power 2 lr 1': polynomial(1, { steps: 4, power: 2 }),
  'oneCycle max 1 total 10 pct .3 div 25 final 1e4': oneCycle(1, { steps: 10 }),
};

test('every reference sequence has its schedule', () => {
  const { about: _, ...cases } = goldenCase<Record<string, number[]>>('schedules');
  assert.equal(Object.keys(GOLDEN).sort(), Object.keys(cases).sort());
});

for (const [name, schedule] of Object.entries(GOLDEN))
  test(`${name}: the rates are those of the reference`, () => {
    const expected = goldenCase<Record<string, number[]>>('schedules')[name]!;
    assert.ok(expected.length >= 6);
    assertClose(rates(schedule, expected.length), expected, { relative: 1e-12, absolute: 1e-15 });
  });

test('beyond the end a rate stays, and a cosine rises again', () => {
  assertSame(rates(linear(1, 0.25, { steps: 2 }), 5), [1, 0.625, 0.25, 0.25, 0.25]);
  assertSame([3, 4, 5, 1e9].map(polynomial(1, { steps: 4, min: 0.5 })), [0.625, 0.5, 0.5, 0.5]);
  const cycle = oneCycle(1, { steps: 10, divFactor: 4, finalDivFactor: 8 });
  assertClose(
    [9, 10, 1000].map((t) => cycle(t)),
    [1 / 32, 1 / 32, 1 / 32],
  );
  assertClose(
    [4, 5, 8, 12].map((t) => cosine(1, { steps: 4, min: 0.5 })(t)),
    [0.5, 0.573223304703, 1, 0.5],
  );
  assertClose(
    [10, 11].map((t) => stepDecay(1, { every: 5, gamma: 2 })(t)),
    [4, 4],
  );
});

test('schedules of no steps are at their end at once', () => {
  assertSame(rates(linear(1, 3, { steps: 0 }), 2), [3, 3]);
  assertSame(rates(polynomial(1, { steps: 0, min: 2 }), 2), [2, 2]);
  assertSame(rates(warmUp(0, 0.5), 2), [0.5, 0.5]);
  assertSame(
    rates(
      sequence([
        [0, 9],
        [1, 2],
        [0, 9],
        [0, 3],
      ]),
      3,
    ),
    [2, 3, 3],
  );
});

test('warm-up goes from 0, or from another rate, to the first rate of the schedule, which then runs from its own 0', () => {
  const decay = exponential(1, { gamma: 0.5 });
  assertSame(rates(warmUp(4, decay), 8), [0, 0.25, 0.5, 0.75, 1, 0.5, 0.25, 0.125]);
  assertSame(rates(warmUp(2, 1, { from: 0.5 }), 4), [0.5, 0.75, 1, 1]);
  assertSame(rates(warmUp(1, decay), 3), [0, 1, 0.5]);
});

test('each schedule of a sequence runs from its own 0, and the last goes on', () => {
  const parts = sequence([
    [2, linear(0, 1, { steps: 2 })],
    [1, 8],
    [2, exponential(4, { gamma: 0.5 })],
  ]);
  assertSame(rates(parts, 7), [0, 0.5, 8, 4, 2, 1, 0.5]);
  const inner: [number, Schedule | number][] = [[1, 5]];
  const alone = sequence(inner);
  inner[0] = [1, 7];
  assertSame(rates(alone, 2), [5, 5], 'a list that is changed later changes nothing');
  const nested = sequence([
    [3, warmUp(2, cosine(1, { steps: 2 }))],
    [1, 9],
  ]);
  assertClose(rates(nested, 5), [0, 0.5, 1, 9, 9]);
});

test('restarts begin anew after periods of one length or of growing lengths, far out too', () => {
  const equal = cosineRestarts(1, { steps: 4, min: 0.5 });
  property(fc.nat(1e6), (t) => assertClose([equal(t)], [cosine(1, { steps: 4, min: 0.5 })(t % 4)]));
  const growing = cosineRestarts(1, { steps: 5, growth: 3 });
  // 5 + 15 + 45 + … + 5 · 3ᵏ = 5 (3^(k+1) − 1) / 2
  for (let k = 0; k < 12; k++) {
    const start = (5 * (3 ** (k + 1) - 1)) / 2;
    assert.is(growing(start), 1);
    assertClose([growing(start + 5 * 3 ** k)], [0.75], { relative: 1e-9 });
    assert.ok(growing(start - 1) < 0.1);
  }
});

test('one cycle peaks at the share pctStart, and has its end in the last step whatever the share is', () => {
  const peakAt = (options: Parameters<typeof oneCycle>[1]): number => {
    const found = rates(oneCycle(1, options), options.steps);
    return found.indexOf(Math.max(...found));
  };
  assert.is(peakAt({ steps: 100 }), 29);
  assert.is(peakAt({ steps: 100, pctStart: 0.5 }), 49);
  assert.is(peakAt({ steps: 10, pctStart: 0 }), 0);
  assert.is(peakAt({ steps: 10, pctStart: 0.1 }), 0);
  assert.is(peakAt({ steps: 10, pctStart: 1 }), 9);
  assertSame(rates(oneCycle(2, { steps: 1 }), 2), [2, 2]);
  for (const steps of [2, 3, 7, 100])
    for (const pctStart of [0, 0.1, 0.3, 0.9])
      assertClose([oneCycle(1, { steps, pctStart })(steps - 1)], [4e-6], {
        what: `${steps} steps, ${pctStart}`,
      });
});

test('every schedule is a pure function of t: asked in any order it says the same', () => {
  for (const schedule of [...Object.values(GOLDEN), warmUp(3, cosine(1, { steps: 5 }))]) {
    const forward = rates(schedule, 12);
    const backward = Array.from({ length: 12 }, (_, i) => schedule(11 - i)).reverse();
    assertSame(backward, forward, String(schedule));
  }
});

test('a schedule is printed as its call was written, and an optimiser shows it', () => {
  const texts: [Schedule, string][] = [
    [cosine(0.1, { steps: 1000 }), 'cosine(0.1, steps=1000)'],
    [multiStep(1, { milestones: [2, 5], gamma: 0.5 }), 'multiStep(1, milestones=[2, 5], gamma=0.5)'],
    [linear(0.1, 0, { steps: 10 }), 'linear(0.1, 0, steps=10)'],
    [warmUp(5, cosine(0.1, { steps: 10 })), 'warmUp(5, cosine(0.1, steps=10))'],
    [
      sequence([
        [5, 0.1],
        [9, (t) => t],
      ]),
      'sequence([[5, 0.1], [9, a function]])',
    ],
  ];
  for (const [schedule, text] of texts) assert.equal([`${schedule}`, schedule.name], [text, text]);
  const w = tensor([1], { requiresGrad: true });
  assert.is(
    String(new SGD([w], { lr: texts[0]![0] })),
    'SGD(lr=cosine(0.1, steps=1000), momentum=0, dampening=0, weightDecay=0, nesterov=false): 1 parameters',
  );
  const halving = (t: number): number => 2 ** -t;
  assert.match(String(new SGD([w], { lr: halving })), 'SGD(lr=halving, ');
  assert.match(String(new SGD([w], { lr: (t) => t })), 'SGD(lr=a function, ');
});

/** A parameter whose gradient is always 1, so that its way is the sum of the rates. */
function walker(): Tensor {
  const w = tensor([0], { requiresGrad: true, dtype: 'float64' });
  w.grad = tensor([1], { dtype: 'float64' });
  return w;
}

test('the optimiser takes the rate of t = the number of updates done, 0 before the first', () => {
  const w = walker();
  const asked: number[] = [];
  const doubling = (t: number): number => {
    asked.push(t);
    return 2 ** t;
  };
  const optimizer = new SGD([w], { lr: doubling });
  assert.is(optimizer.updates, 0);
  const way: number[] = [];
  for (let step = 0; step < 4; step++) {
    assert.is(optimizer.currentLr(), 2 ** step);
    optimizer.step();
    way.push(-w.item());
  }
  assertSame(way, [1, 3, 7, 15]);
  assert.is(optimizer.updates, 4);
  assert.equal([...new Set(asked)], [0, 1, 2, 3]);
});

test('an update without any gradient counts, as one of parameters that join later does', () => {
  const [early, late] = [walker(), tensor([0], { requiresGrad: true, dtype: 'float64' })];
  const optimizer = new SGD([early, late], { lr: (t) => 10 ** t });
  early.grad = null;
  optimizer.step();
  late.grad = tensor([1], { dtype: 'float64' });
  optimizer.step();
  assert.equal([early.item(), late.item()], [0, -10]);
});

test('groups have schedules of their own, and a rate may be replaced by a schedule between steps', () => {
  const [a, b] = [walker(), walker()];
  const optimizer = new SGD([{ params: [a] }, { params: [b], lr: linear(0, 1, { steps: 4 }) }], { lr: 0.5 });
  for (let step = 0; step < 3; step++) optimizer.step();
  assert.equal([a.item(), b.item()], [-1.5, -0.75]);
  assert.equal([optimizer.currentLr(), optimizer.currentLr(1)], [0.5, 0.75]);
  optimizer.groups[0]!.lr = stepDecay(1, { every: 3, gamma: 0.25 });
  optimizer.step();
  assert.equal([a.item(), b.item()], [-1.75, -1.5]);
});

test('rates that a formula derives from the learning rate follow the schedule: Adam’s first steps are lr long', () => {
  const w = walker();
  const optimizer = new Adam([w], { lr: linear(1, 3, { steps: 2 }), eps: 0, betas: [0.5, 0.5] });
  const way: number[] = [];
  for (let step = 0; step < 4; step++) {
    optimizer.step();
    way.push(-w.item());
  }
  assertClose(way, [1, 3, 6, 9], { relative: 1e-12 });
});

test('t is saved and loaded with the state, so that resumed training goes on in the schedule', () => {
  const make = (w: Tensor): SGD => new SGD([w], { lr: exponential(1, { gamma: 0.5 }) });
  const [w, v] = [walker(), walker()];
  const optimizer = make(w);
  optimizer.step();
  w.grad = null;
  optimizer.step();
  const saved = structuredClone(optimizer.stateDict());
  assert.equal([saved[0]!.step, saved[0]!.updates], [1, 2]);
  const resumed = make(v);
  resumed.loadStateDict(saved);
  assert.is(resumed.updates, 2);
  resumed.step();
  assert.is(v.item(), -0.25);
});

test('what 0.3.0 saved has no count of updates: the largest count of a parameter stands for it', () => {
  const params = [walker(), walker()];
  const optimizer = new SGD(params, { lr: exponential(1, { gamma: 0.5 }) });
  const of = { optimizer: 'SGD', name: '', shape: [1], arrays: {} };
  optimizer.loadStateDict([
    { ...of, step: 3 },
    { ...of, step: 5 },
  ]);
  assert.is(optimizer.updates, 5);
  assert.is(optimizer.currentLr(), 1 / 32);
  assertThrows(
    () =>
      optimizer.loadStateDict([
        { ...of, step: 3, updates: 0.5 },
        { ...of, step: 3 },
      ]),
    'SGD.loadStateDict: entry 0 is',
  );
  assert.is(optimizer.updates, 5);
});

test('a schedule that gives no rate is refused, naming t, and nothing is changed', () => {
  for (const bad of [Number.NaN, -0.5, Infinity, null as unknown as number]) {
    const [a, b] = [walker(), walker()];
    const broken = (t: number): number => (t < 2 ? 1 : bad);
    const optimizer = new SGD([{ params: [a], lr: 1 }, { params: [b] }], { lr: broken });
    optimizer.step();
    optimizer.step();
    assertThrows(() => optimizer.step(), `SGD: lr at t = 2, from broken, is a finite number ≥ 0, got ${bad}`);
    assert.equal([a.item(), b.item(), optimizer.updates], [-2, -2, 2]);
  }
  assertThrows(
    () => new SGD([walker()], { lr: () => Number.NaN }),
    'SGD: lr at t = 0, from a function, is a',
  );
  assertThrows(
    () => new SGD([walker()], { lr: 'fast' } as unknown as SGDOptions),
    'SGD: lr is a finite number',
  );
});

test('train() follows a schedule', () => {
  const w = tensor([0], { requiresGrad: true, dtype: 'float64' });
  const optimizer = new SGD([w], { lr: warmUp(2, linear(1, 0, { steps: 2 })) });
  const shown: number[] = [];
  train({
    batches: [1],
    steps: 5,
    loss: () => w.sum(),
    optimizer,
    callbacks: [() => void shown.push(optimizer.currentLr())],
  });
  assertSame(shown, [0.5, 1, 0.5, 0, 0]);
  assert.is(w.item(), -2);
});
