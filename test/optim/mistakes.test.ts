import * as assert from 'uvu/assert';
import { random, setLint, type Tensor, tensor } from '../../src/index.js';
import { Dropout, Linear, ReLU, Sequential } from '../../src/nn/index.js';
import {
  Adadelta,
  AdaGrad,
  Adam,
  Adamax,
  AdamW,
  cosine,
  exponential,
  Lion,
  linear,
  multiStep,
  NAdam,
  oneCycle,
  RAdam,
  RMSprop,
  SGD,
  type SGDOptions,
  sequence,
  stepDecay,
  warmUp,
} from '../../src/optim/index.js';
import { trainStep } from '../../src/train/index.js';
import { assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';
import { captureWarnings } from '../support/warnings.js';

const test = suite('mistakes with optimisers');

const leaf = (value: number): Tensor => tensor([value], { requiresGrad: true });

test('an empty list of parameters is refused, and the error says where parameters are looked for', () => {
  const model = new Sequential(new ReLU(), new Dropout(0.5, { rng: random(0) }));
  for (const make of [
    () => new SGD(model.parameters(), { lr: 0.1 }),
    () => new Adam([]),
    () => new AdamW([{ params: [] }]),
  ])
    assertThrows(
      make,
      'got no parameters',
      'fields, arrays, objects, Maps, Sets and modules',
      '#private',
      'requiresGrad',
    );
});

test('an empty list that a model gave names the modules that were searched', () => {
  const model = new Sequential(new ReLU(), new Sequential(new Dropout(0.5, { rng: random(0) })));
  const searched =
    'got no parameters: there is none in Sequential, layers.0 ReLU, layers.1 Sequential, layers.1.layers.0 Dropout. model.parameters() looks';
  assertThrows(() => new SGD(model.parameters(), { lr: 0.1 }), `SGD: ${searched}`);
  assertThrows(() => new Adam([{ params: model.parameters() }]), `Adam: ${searched}`);
});

test('what is not a trainable leaf is refused by name, with the fix', () => {
  const [w, constant] = [leaf(1).named('w'), tensor([1]).named('image')];
  assertThrows(
    () => new Adam([w, constant]),
    'Adam: image (parameter 1) requires no gradient; create it with { requiresGrad: true }, or leave it out (test/optim/mistakes.test.ts:',
  );
  assertThrows(
    () => new Adam([w.mul(2)]),
    'Adam: parameter 0 was computed by mul; only leaves can be updated',
  );
});

test('a parameter given twice is refused, in one group or in two', () => {
  const w = leaf(1).named('w');
  assertThrows(() => new SGD([w, w], { lr: 1 }), 'SGD: w (parameter 1) is given twice');
  assertThrows(
    () => new SGD([{ params: [w] }, { params: [leaf(2), w] }], { lr: 1 }),
    'SGD: w (parameter 2) is given twice and would be updated twice a step',
  );
});

test('a layer’s missing bias among the parameters is named, alone or in a group', () => {
  const layer = new Linear(1, 1, { rng: random(0), bias: false });
  const params = [layer.weight, layer.bias] as unknown as Tensor[];
  assertThrows(() => new Adam(params), 'Adam: parameter 1 is null; expected a Tensor');
  assertThrows(() => new Adam([{ params }]), 'Adam: parameter 1 is null; expected a Tensor');
});

test('groups mixed with bare parameters are refused', () => {
  const mixed = [leaf(1), { params: [leaf(2)] }] as unknown as Tensor[];
  assertThrows(() => new Adam(mixed), 'Adam: parameter 1 is an object; expected a Tensor');
});

test('learning rates that are missing, negative or not finite are refused, in groups too', () => {
  for (const lr of [-1, Number.NaN, Infinity, undefined])
    assertThrows(() => new SGD([leaf(1)], { lr } as SGDOptions), `SGD: lr is a finite number ≥ 0, got ${lr}`);
  assertThrows(
    () => new Adam([{ params: [leaf(1)], lr: -0.5 }]),
    'Adam: lr is a finite number ≥ 0, got -0.5',
  );
});

test('other hyper-parameters out of range are refused by name, with their range', () => {
  const cases: [make: (x: Tensor[]) => unknown, message: string][] = [
    [(x) => new SGD(x, { lr: 1, momentum: -0.1 }), 'SGD: momentum lies in [0, ∞), got -0.1'],
    [(x) => new SGD(x, { lr: 1, weightDecay: -1 }), 'SGD: weightDecay lies in [0, ∞), got -1'],
    [
      (x) => new SGD(x, { lr: 1, momentum: 0.5, dampening: Number.NaN }),
      'SGD: dampening lies in [0, ∞), got NaN',
    ],
    [(x) => new SGD(x, { lr: 1, nesterov: true }), 'SGD: Nesterov’s form needs a momentum above 0'],
    [(x) => new SGD(x, { lr: 1, nesterov: true, momentum: 0.9, dampening: 0.1 }), 'and no dampening'],
    [(x) => new Adam(x, { betas: [1, 0.999] }), 'Adam: betas[0] lies in [0, 1), got 1'],
    [(x) => new AdamW(x, { betas: [0.9, -0.1] }), 'AdamW: betas[1] lies in [0, 1), got -0.1'],
    [(x) => new Adam(x, { eps: -1e-8 }), 'Adam: eps lies in [0, ∞), got -1e-8'],
    [(x) => new AdamW(x, { weightDecay: Number.NaN }), 'AdamW: weightDecay lies in [0, ∞), got NaN'],
    [(x) => new RMSprop(x, { alpha: 1 }), 'RMSprop: alpha lies in [0, 1), got 1'],
    [(x) => new RMSprop(x, { eps: -1 }), 'RMSprop: eps lies in [0, ∞), got -1'],
    [(x) => new RMSprop(x, { momentum: -1 }), 'RMSprop: momentum lies in [0, ∞), got -1'],
    [(x) => new RMSprop(x, { weightDecay: -1 }), 'RMSprop: weightDecay lies in [0, ∞), got -1'],
    [(x) => new AdaGrad(x, { eps: -1 }), 'AdaGrad: eps lies in [0, ∞), got -1'],
    [(x) => new AdaGrad(x, { weightDecay: -1 }), 'AdaGrad: weightDecay lies in [0, ∞), got -1'],
    [(x) => new RMSprop(x, { centered: 1 as never }), 'RMSprop: centered is true or false, got 1'],
    [(x) => new AdamW(x, { amsgrad: 1 as never }), 'AdamW: amsgrad is true or false, got 1'],
    [(x) => new Adadelta(x, { rho: 1 }), 'Adadelta: rho lies in [0, 1), got 1'],
    [(x) => new Adadelta(x, { eps: -1 }), 'Adadelta: eps lies in [0, ∞), got -1'],
    [(x) => new Adadelta(x, { weightDecay: -1 }), 'Adadelta: weightDecay lies in [0, ∞), got -1'],
    [(x) => new Adamax(x, { betas: [0.5, 1] }), 'Adamax: betas[1] lies in [0, 1), got 1'],
    [(x) => new Adamax(x, { eps: -1 }), 'Adamax: eps lies in [0, ∞), got -1'],
    [(x) => new Adamax(x, { weightDecay: -1 }), 'Adamax: weightDecay lies in [0, ∞), got -1'],
    [(x) => new NAdam(x, { betas: [1, 0.5] }), 'NAdam: betas[0] lies in [0, 1), got 1'],
    [(x) => new NAdam(x, { eps: -1 }), 'NAdam: eps lies in [0, ∞), got -1'],
    [(x) => new NAdam(x, { weightDecay: -1 }), 'NAdam: weightDecay lies in [0, ∞), got -1'],
    [(x) => new NAdam(x, { momentumDecay: -1 }), 'NAdam: momentumDecay lies in [0, ∞), got -1'],
    [(x) => new RAdam(x, { betas: 0.9 as never }), 'RAdam: betas are two numbers in a list, such as [0.9'],
    [(x) => new RAdam(x, { eps: -1 }), 'RAdam: eps lies in [0, ∞), got -1'],
    [(x) => new RAdam(x, { weightDecay: -1 }), 'RAdam: weightDecay lies in [0, ∞), got -1'],
    [(x) => new Lion(x, { betas: [0.9, 2] }), 'Lion: betas[1] lies in [0, 1), got 2'],
    [(x) => new Lion(x, { weightDecay: -1 }), 'Lion: weightDecay lies in [0, ∞), got -1'],
  ];
  for (const [make, message] of cases)
    assertThrows(() => make([leaf(1)]), message, '(test/optim/mistakes.test.ts:');
});

test('wrong arguments of schedules are refused by the name of the schedule, with your line', () => {
  const cases: [make: () => unknown, message: string][] = [
    [() => cosine(-1, { steps: 5 }), 'cosine: lr is a finite number ≥ 0, got -1'],
    [() => cosine(1, { steps: 0 }), 'cosine: steps is a whole number ≥ 1, got 0'],
    [() => cosine(1, {} as { steps: number }), 'cosine: steps is a whole number ≥ 1, got undefined'],
    [() => cosine(1, { tMax: 5 } as never), 'cosine: knows no option tMax; expected steps, min'],
    [() => linear(1, Number.NaN, { steps: 1 }), 'linear: to is a finite number ≥ 0, got NaN'],
    [() => stepDecay(1, { every: 0.5 }), 'stepDecay: every is a whole number ≥ 1, got 0.5'],
    [() => exponential(1, { gamma: -1 }), 'exponential: gamma is a finite number ≥ 0, got -1'],
    [
      () => multiStep(1, { milestones: 3 } as never),
      'multiStep: milestones are numbers of updates in a list, got 3',
    ],
    [() => multiStep(1, { milestones: [-1] }), 'multiStep: a milestone is a whole number ≥ 0, got -1'],
    [() => oneCycle(1, { steps: 5, pctStart: 2 }), 'oneCycle: pctStart lies in [0, 1], got 2'],
    [() => oneCycle(1, { steps: 5, divFactor: 0 }), 'oneCycle: divFactor is a finite number > 0, got 0'],
    [() => warmUp(1.5, 1), 'warmUp: steps is a whole number ≥ 0, got 1.5'],
    [
      () => warmUp(1, 'fast' as never),
      "warmUp: the schedule is 'fast'; expected a function of t, or a number",
    ],
    [() => sequence([]), 'sequence: expected pairs [steps, schedule] in a list, got an array'],
    [() => sequence([[1]] as never), 'sequence: part 0 is an array; expected a pair [steps, schedule]'],
    [() => sequence([[1, -1]]), 'sequence: the schedule of part 0 is a finite number ≥ 0, got -1'],
    [() => cosine(1, { steps: 5 })(Number.NaN), 'cosine: t is a number ≥ 0, got NaN'],
    [
      () => new SGD([leaf(1)], { lr: 1 }).currentLr(1),
      'currentLr: group is a whole number from 0 to 0, got 1',
    ],
  ];
  for (const [make, message] of cases) assertThrows(make, message, '(test/optim/mistakes.test.ts:');
});

test('forgetting zeroGrad is reported once, naming the parameter, the fix and your line', () => {
  const [w, b] = [leaf(1).named('w'), leaf(1).named('b')];
  const optimizer = new SGD([w, b], { lr: 0.1 });
  const warnings = captureWarnings(() => {
    for (let i = 0; i < 4; i++) {
      w.mul(b).sum().backward();
      optimizer.step();
    }
  });
  assert.is(warnings.length, 1);
  assert.match(warnings[0]!, /^tapegrad lint: w still holds the gradient of the step before/);
  assert.match(
    warnings[0]!,
    /optimizer\.zeroGrad\(\) before each backward\(\) \(test\/optim\/mistakes\.test\.ts:\d+:\d+\)$/,
  );
});

test('nobody is warned who zeroes, by whatever means, adds up several gradients for one step, or steps twice along one', () => {
  const w = leaf(1);
  const optimizer = new SGD([w], { lr: 0.1 });
  const resets = [() => optimizer.zeroGrad(), () => void (w.grad = null)];
  const warnings = captureWarnings(() => {
    for (const reset of resets)
      for (let step = 0; step < 3; step++) {
        reset();
        for (let part = 0; part < 3; part++) w.square().sum().backward();
        optimizer.step();
      }
    trainStep(optimizer, () => w.square().sum());
    optimizer.step();
  });
  assert.equal(warnings, []);
});

test('setLint(false) silences the report', () => {
  const w = leaf(1);
  const optimizer = new SGD([w], { lr: 0.1 });
  const warnings = captureWarnings(() => {
    setLint(false);
    for (let i = 0; i < 3; i++) {
      w.square().sum().backward();
      optimizer.step();
    }
  });
  setLint(true);
  assert.equal(warnings, []);
});

test('a misspelt hyper-parameter is refused, of the optimiser and of a group', () => {
  const w = tensor([1, 2], { requiresGrad: true });
  const misspelt = { lr: 0.1, momentun: 0.9 } as unknown as SGDOptions;
  assertThrows(
    () => new SGD([w], misspelt),
    'SGD: knows no option momentun; expected lr, momentum, dampening, weightDecay, nesterov',
  );
  assertThrows(
    () => new Adam([{ params: [w], beta: [0, 0] }] as never),
    'Adam: knows no option beta',
    'betas',
  );
});

test('an optimiser says that a square has overflowed, instead of standing still in silence', () => {
  for (const [make, key] of [
    [(w: Tensor) => new AdaGrad([w]), 'sumOfSquares of AdaGrad'],
    [(w: Tensor) => new RMSprop([w]), 'meanSquare of RMSprop'],
    [(w: Tensor) => new Adam([w]), 'meanSquare of Adam'],
    [(w: Tensor) => new AdamW([w]), 'meanSquare of AdamW'],
    [(w: Tensor) => new Adadelta([w]), 'meanSquare of Adadelta'],
    [(w: Tensor) => new NAdam([w]), 'meanSquare of NAdam'],
    [(w: Tensor) => new RAdam([w]), 'meanSquare of RAdam'],
  ] as const) {
    const step = (gradient: number, dtype: 'float32' | 'float64'): string[] =>
      captureWarnings(() => {
        const w = tensor([1, 1], { requiresGrad: true, dtype });
        const optimizer = make(w);
        w.grad = tensor([1, gradient], { dtype });
        optimizer.step();
      });
    const [warning, ...others] = step(1e25, 'float32');
    assert.is(others.length, 0);
    for (const part of [
      `${key} is infinite for a parameter of shape [2]`,
      'no longer move',
      'beyond the largest float32; limit gradients with clipGradNorm() before step()',
    ])
      assert.ok(warning!.includes(part), warning);
    assert.equal(step(1e18, 'float32'), []);
    assert.equal(step(1e25, 'float64'), []);
    assert.is(step(1e160, 'float64').length, 1);
  }
});
