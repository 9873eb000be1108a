import * as assert from 'uvu/assert';
import { ones, random, type Tensor, tensor } from '../../src/index.js';
import {
  Conv2d,
  Embedding,
  GRU,
  GroupNorm,
  LayerNorm,
  Linear,
  Module,
  Sequential,
} from '../../src/nn/index.js';
import {
  Adadelta,
  AdaGrad,
  Adam,
  Adamax,
  AdamW,
  decayGroups,
  Lion,
  NAdam,
  RAdam,
  RMSprop,
  SGD,
} from '../../src/optim/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('groups by weight decay');

test('the usual two groups of a model: weights decay, biases do not', () => {
  const model = new Sequential(new Linear(2, 2, { rng: random(0) }), new Linear(2, 1, { rng: random(1) }));
  const named = model.namedParameters();
  const pick = (ending: string) => named.filter(([name]) => name.endsWith(ending)).map(([, p]) => p);
  const byName = [
    { params: pick('weight'), weightDecay: 0.5 },
    { params: pick('bias'), weightDecay: 0 },
  ];
  for (const groups of [byName, decayGroups(model, { weightDecay: 0.5 })]) {
    for (const [, p] of named)
      p.assign(new Float32Array(p.size).fill(1)).grad = tensor(new Float32Array(p.size)).reshape(p.shape);
    new AdamW(groups, { lr: 1 }).step();
    for (const [name, p] of named)
      assertSame(p.data, new Float32Array(p.size).fill(name.endsWith('weight') ? 0.5 : 1), name);
  }
});

test('decayGroups goes by the number of axes, suits every optimiser, and takes whatever names parameters', () => {
  const shapes = { table: [4, 2], kernel: [2, 1, 3, 3], scale: [2], 'temperature of all': [] };
  const named = Object.entries(shapes).map(
    ([name, shape]) => [name, ones(shape, { requiresGrad: true })] as const,
  );
  const groups = decayGroups({ namedParameters: () => new Map(named) }, { weightDecay: 0.25 });
  assert.equal(
    groups.map(({ params, weightDecay }) => [params.map(({ rank }) => rank), weightDecay]),
    [
      [[2, 4], 0.25],
      [[1, 0], 0],
    ],
  );
  for (const optimizer of [
    new SGD(groups, { lr: 0.1 }),
    new Adam(groups),
    new AdaGrad(groups),
    new RMSprop(groups),
    new Adadelta(groups),
    new Adamax(groups),
    new NAdam(groups),
    new RAdam(groups),
    new Lion(groups),
  ])
    assert.equal(
      optimizer.groups.map(({ weightDecay }) => weightDecay),
      [0.25, 0],
    );
});

test('decayGroups leaves frozen parameters out, and refuses what is no model and no decay', () => {
  const layer = new Linear(2, 3, { rng: random(0) });
  layer.weight.requiresGrad = false;
  assert.equal(
    decayGroups(layer, { weightDecay: 1 }).map(({ params }) => params.length),
    [0, 1],
  );
  const wrong = (model: unknown, options: unknown) => () => decayGroups(model as Linear, options as never);
  assertThrows(wrong([layer.bias], { weightDecay: 1 }), 'decayGroups: expected a model, got an array; pass');
  assertThrows(wrong(layer, { weightDecay: -1 }), 'decayGroups: weightDecay is a finite number ≥ 0, got -1');
  assertThrows(wrong(layer, {}), 'decayGroups: weightDecay is a finite number ≥ 0, got undefined');
  assertThrows(wrong(layer, { decay: 1 }), 'decayGroups: knows no option decay; expected weightDecay');
});

test('of a norm over several axes neither the scale nor the shift decays, and tables and all weights do', () => {
  const rng = random(0);
  class Parts extends Module {
    readonly norm = new LayerNorm([2, 3]);
    readonly group = new GroupNorm(2, 4);
    readonly table = new Embedding(5, 3, { rng });
    readonly kernel = new Conv2d(1, 2, 3, { rng });
    readonly gru = new GRU(2, 2, { rng });
    override forward(x: Tensor): Tensor {
      return x;
    }
  }
  const model = new Parts();
  const names = new Map(model.namedParameters().map(([name, parameter]) => [parameter, name]));
  const [decaying, fixed] = decayGroups(model, { weightDecay: 1 }).map(({ params }) =>
    params.map((parameter) => names.get(parameter)),
  );
  assert.equal(decaying, ['table.weight', 'kernel.weight', 'gru.weightIhL0', 'gru.weightHhL0']);
  assert.equal(fixed, [
    'norm.weight',
    'norm.bias',
    'group.weight',
    'group.bias',
    'kernel.bias',
    'gru.biasIhL0',
    'gru.biasHhL0',
  ]);
});
