import * as assert from 'uvu/assert';
import { randn, random, type Tensor, tensor } from '../../src/index.js';
import { Linear, ReLU, Sequential } from '../../src/nn/index.js';
import {
  Adadelta,
  AdaGrad,
  Adam,
  Adamax,
  AdamW,
  cosine,
  exponential,
  Lion,
  NAdam,
  RAdam,
  RMSprop,
  SGD,
} from '../../src/optim/index.js';
import { trainStep } from '../../src/train/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';
import { captureWarnings } from '../support/warnings.js';

const test = suite('state of optimisers');

type Any = SGD | Adam | AdamW | RMSprop | AdaGrad | Adadelta | Adamax | NAdam | RAdam | Lion;

const MAKERS: Record<string, (params: Tensor[]) => Any> = {
  SGD: (p) => new SGD(p, { lr: 0.1 }),
  'SGD with momentum and dampening': (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.5 }),
  'SGD with Nesterov’s momentum': (p) => new SGD(p, { lr: 0.05, momentum: 0.9, nesterov: true }),
  Adam: (p) => new Adam(p, { lr: 0.01, weightDecay: 0.1 }),
  AdamW: (p) => new AdamW(p, { lr: 0.01 }),
  'RMSprop with momentum': (p) => new RMSprop(p, { momentum: 0.5 }),
  AdaGrad: (p) => new AdaGrad(p, { lr: 0.1 }),
  'SGD with a schedule': (p) => new SGD(p, { lr: cosine(0.1, { steps: 12 }), momentum: 0.5 }),
  'RMSprop, centered': (p) => new RMSprop(p, { lr: 0.001, centered: true }),
  'Adam with amsgrad': (p) => new Adam(p, { lr: 0.01, amsgrad: true }),
  Adadelta: (p) => new Adadelta(p),
  Adamax: (p) => new Adamax(p, { lr: 0.01 }),
  NAdam: (p) => new NAdam(p, { lr: 0.01 }),
  RAdam: (p) => new RAdam(p, { lr: 0.01 }),
  Lion: (p) => new Lion(p, { lr: 0.1 }),
};

const x = randn([16, 4], random(1));
const y = x.square().sum(1, true);

const network = (seed: number): Sequential => {
  const rng = random(seed);
  return new Sequential(new Linear(4, 6, { rng }), new ReLU(), new Linear(6, 1, { rng }));
};

function run(model: Sequential, optimizer: Any, steps: number): number[] {
  return Array.from({ length: steps }, () =>
    trainStep(optimizer, () => model.forward(x).sub(y).square().mean()),
  );
}

for (const [name, make] of Object.entries(MAKERS)) {
  test(`${name}: saved and loaded into new objects, training goes on bit for bit`, () => {
    const model = network(1);
    const optimizer = make(model.parameters());
    run(model, optimizer, 5);
    const [weights, state] = [model.stateDict(), optimizer.stateDict()];
    const expected = run(model, optimizer, 5);

    const restored = network(2);
    restored.loadStateDict(weights);
    const resumed = make(restored.parameters());
    resumed.loadStateDict(state);
    assertSame(run(restored, resumed, 5), expected, 'losses');
    for (const [i, parameter] of model.parameters().entries())
      assertSame(restored.parameters()[i]!.data, parameter.data, parameter.name);
  });
}

test('the state is plain records of numbers and typed arrays: a structured clone of it continues bit for bit', () => {
  const model = network(1);
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  run(model, optimizer, 3);
  const weights = model.stateDict();
  const copied = structuredClone(optimizer.stateDict());
  const expected = run(model, optimizer, 3);
  model.loadStateDict(weights);
  const resumed = new Adam(model.parameters(), { lr: 0.01 });
  resumed.loadStateDict(copied);
  assertSame(run(model, resumed, 3), expected);
});

test('without its state an optimiser with memory goes another way', () => {
  for (const [name, make] of Object.entries(MAKERS)) {
    const model = network(1);
    const optimizer = make(model.parameters());
    run(model, optimizer, 5);
    const weights = model.stateDict();
    const expected = run(model, optimizer, 5);
    const restored = network(2);
    restored.loadStateDict(weights);
    const fresh = run(restored, make(restored.parameters()), 5);
    if (name === 'SGD') assertSame(fresh, expected, 'plain SGD remembers nothing');
    else assert.is.not(fresh.join(), expected.join(), name);
  }
});

/** An optimiser after one step on the gradients 2 and [1, 3]. */
function stepped(): { optimizer: Adam; params: Tensor[] } {
  const params = [tensor([0], { requiresGrad: true }), tensor([0, 0], { requiresGrad: true })];
  params[0]!.grad = tensor([2]);
  params[1]!.grad = tensor([1, 3]);
  const optimizer = new Adam(params, { betas: [0.5, 0.75] });
  optimizer.step();
  return { optimizer, params };
}

test('the state lists, in the order of the groups, the number of steps and each array by name', () => {
  const { optimizer } = stepped();
  const options = { lr: 0.001, betas: [0.5, 0.75], eps: 1e-8, weightDecay: 0, amsgrad: false };
  const of = (shape: number[]) => ({ optimizer: 'Adam', name: '', shape, options });
  assert.equal(optimizer.stateDict(), [
    { ...of([1]), step: 1, updates: 1, arrays: { mean: Float32Array.of(1), meanSquare: Float32Array.of(1) } },
    {
      ...of([2]),
      step: 1,
      updates: 1,
      arrays: { mean: Float32Array.of(0.5, 1.5), meanSquare: Float32Array.of(0.25, 2.25) },
    },
  ]);
  const untouched = new Adam([tensor([0], { requiresGrad: true })]);
  assert.equal(untouched.stateDict(), [
    { ...of([1]), step: 0, updates: 0, arrays: {}, options: { ...options, betas: [0.9, 0.999] } },
  ]);
});

test('what was saved is a copy: later steps do not change it, nor do changes to it reach the optimiser', () => {
  const { optimizer } = stepped();
  const saved = optimizer.stateDict();
  optimizer.step();
  assert.is(saved[0]!.arrays.mean![0], 1);
  const other = stepped().optimizer;
  other.loadStateDict(saved);
  saved[0]!.arrays.mean![0] = 99;
  assert.is(other.stateDict()[0]!.arrays.mean![0], 1);
});

test('lists among the hyper-parameters are copied too: no two optimisers, states or groups share one', () => {
  const change = (of: { betas?: unknown }): void => {
    (of.betas as number[])[0] = 0.1;
  };
  const given: [number, number] = [0.5, 0.75];
  const params = [tensor([0], { requiresGrad: true }), tensor([0], { requiresGrad: true })];
  const optimizer = new Adam([{ params: [params[0]!] }, { params: [params[1]!] }], { betas: given });
  const betas = (): number[][] => optimizer.groups.map((group) => [...group.betas]);
  change({ betas: given });
  const saved = optimizer.stateDict();
  for (const entry of saved) change(entry.options!);
  assert.equal(betas(), [
    [0.5, 0.75],
    [0.5, 0.75],
  ]);
  optimizer.loadStateDict(saved);
  assert.equal(betas(), [given, given]);
  for (const entry of saved) (entry.options!.betas as number[])[0] = 0.3;
  assert.equal(betas(), [given, given]);
  const later = optimizer.stateDict();
  (optimizer.groups[0]!.betas as [number, number])[0] = 0.2;
  assert.equal(betas()[1], given);
  assert.equal(
    later.map(({ options }) => options!.betas),
    [given, given],
  );
  const [one, two] = [new Adam([{ params: [params[0]!] }, { params: [params[1]!] }]), new Adam(params)];
  change(one.groups[0]!);
  assert.equal(
    [one.groups[1]!.betas, two.groups[0]!.betas],
    [
      [0.9, 0.999],
      [0.9, 0.999],
    ],
  );
});

test('numbers of updates that are no counts are refused and change nothing', () => {
  const { optimizer } = stepped();
  const before = structuredClone(optimizer.stateDict());
  for (const bad of [
    { step: -3 },
    { step: -1 },
    { step: 1.5 },
    { step: Number.NaN },
    { step: Infinity },
    { updates: -1 },
    { updates: 0.5 },
    { shape: [-1] },
  ]) {
    const saved = before.map((entry, i) => (i === 1 ? { ...entry, ...bad } : entry));
    assertThrows(
      () => optimizer.loadStateDict(saved),
      'Adam.loadStateDict: entry 1 is',
      'what stateDict() gave',
    );
    assert.equal(optimizer.stateDict(), before);
  }
  optimizer.loadStateDict(before.map((entry) => ({ ...entry, step: 0, updates: 0, arrays: {} })));
  assert.is(optimizer.updates, 0);
});

test('a state of other parameters is refused and changes nothing', () => {
  const { optimizer } = stepped();
  const saved = optimizer.stateDict();
  const before = structuredClone(saved);
  const wrongSize = structuredClone(saved);
  wrongSize[1]!.arrays.meanSquare = new Float32Array(3);
  wrongSize[0]!.step = 50;
  for (const [bad, problem] of [
    [saved.slice(1), 'the saved state is that of 1 parameters; this optimiser has 2'],
    [[...saved, saved[0]!], 'the saved state is that of 3 parameters; this optimiser has 2'],
    [wrongSize, 'meanSquare of a parameter [2] has 3 numbers; the parameter has 2'],
    [[], 'the saved state is that of 0 parameters; this optimiser has 2'],
    [[saved[1]!, saved[0]!], 'the saved state of parameter 0 [2] does not fit a parameter [1]'],
  ] as const) {
    assertThrows(() => optimizer.loadStateDict(bad), `Adam.loadStateDict: ${problem}`);
    assert.equal(optimizer.stateDict(), before);
  }
});

test('hyper-parameters are saved group by group, and a rate that was lowered stays low', () => {
  const [a, b] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
  const make = (lr: number): SGD => new SGD([{ params: [a], weightDecay: 0.5 }, { params: [b] }], { lr });
  const optimizer = make(0.1);
  optimizer.groups[1]!.lr = 0.01;
  const resumed = make(0.4);
  resumed.loadStateDict(structuredClone(optimizer.stateDict()));
  assert.equal([resumed.currentLr(0), resumed.currentLr(1)], [0.1, 0.01]);
  assert.equal([resumed.groups[0]!.weightDecay, resumed.groups[1]!.weightDecay], [0.5, 0]);
});

test('a schedule stays that of the new optimiser, with a warning if another one was saved', () => {
  const w = tensor([1], { requiresGrad: true });
  const saved = new SGD([w], { lr: exponential(1, { gamma: 0.5 }) }).stateDict();
  assert.is(saved[0]!.options!.lr, 'exponential(1, gamma=0.5)');
  const same = new SGD([w], { lr: exponential(1, { gamma: 0.5 }) });
  assert.equal(
    captureWarnings(() => same.loadStateDict(saved)),
    [],
  );
  const other = new SGD([w], { lr: 0.25 });
  const [warning] = captureWarnings(() => other.loadStateDict(saved));
  assert.match(
    String(warning),
    'lr was exponential(1, gamma=0.5) when the state of SGD was saved, and goes on as 0.25',
  );
  assert.is(other.currentLr(), 0.25);
});

test('saved hyper-parameters of another type or out of range are refused and change nothing', () => {
  const { optimizer } = stepped();
  const before = structuredClone(optimizer.stateDict());
  for (const [options, problem] of [
    [{ lr: [1] }, 'the saved lr is'],
    [{ eps: 'x' }, "the saved eps is 'x'; this optimiser has 1e-8"],
    [{ amsgrad: 1 }, 'the saved amsgrad is 1; this optimiser has false'],
    [{ lr: -1 }, 'the saved lr is a finite number ≥ 0, got -1'],
    [{ betas: [0.9, 2] }, 'betas[1]'],
    [{ betas: 0.9 }, 'the saved betas is 0.9'],
  ] as const) {
    const saved = structuredClone(before).map((entry) => ({ ...entry, step: 7, options }));
    assertThrows(() => optimizer.loadStateDict(saved as never), problem);
    assert.equal(optimizer.stateDict(), before);
  }
});
