import * as assert from 'uvu/assert';
import { randn, random, type Tensor, tensor } from '../../src/index.js';
import { Linear, Module, ReLU, Sequential } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { freeze, unfreeze } from '../../src/train/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('freeze');

const network = (): Sequential =>
  new Sequential(new Linear(2, 3, { rng: random(0) }), new ReLU(), new Linear(3, 1, { rng: random(1) }));
const x = randn([4, 2], random(2));
const valuesOf = (model: Module): number[][] => Object.values(model.stateDict()).map(({ data }) => [...data]);

test('frozen parameters get no gradient and stay what they are, the others learn', () => {
  const model = network();
  const optimizer = new SGD(model.parameters(), { lr: 0.1, weightDecay: 0.1 });
  assert.equal(freeze(model, 'layers.0'), ['layers.0.weight', 'layers.0.bias']);
  assert.equal(
    model.namedParameters().map(([path]) => path),
    ['layers.2.weight', 'layers.2.bias'],
  );
  const before = valuesOf(model);
  model.forward(x).square().sum().backward();
  optimizer.step();
  const after = valuesOf(model);
  const changed = Object.keys(model.stateDict()).filter((_, i) => String(before[i]) !== String(after[i]));
  assert.equal(changed, ['layers.2.weight', 'layers.2.bias']);
});

test('a gradient from before the freezing moves nothing', () => {
  const model = network();
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  model.forward(x).sum().backward();
  freeze(model);
  const before = valuesOf(model);
  optimizer.step();
  assert.equal(valuesOf(model), before);
});

test('unfreeze takes back into training what was frozen, and nothing else', () => {
  const model = network();
  freeze(model);
  assert.is(model.namedParameters().length, 0);
  assert.equal(unfreeze(model, 'layers.2'), ['layers.2.weight', 'layers.2.bias']);
  assert.equal(unfreeze(model), ['layers.0.weight', 'layers.0.bias']);
  assert.is(model.namedParameters().length, 4);
});

test('a plain tensor that is frozen is still saved and loaded', () => {
  class Scale extends Module {
    readonly factor = tensor([2], { requiresGrad: true });
    readonly constant = tensor([5]);
    override forward(input: Tensor): Tensor {
      return input.mul(this.factor).mul(this.constant);
    }
  }
  const model = new Scale();
  freeze(model);
  assert.equal(Object.keys(model.stateDict()), ['factor']);
  model.loadStateDict({ factor: tensor([3]) });
  assertSame(model.factor.data, new Float32Array([3]));
  unfreeze(model);
  assert.is(model.factor.requiresGrad, true);
  assert.is(model.constant.requiresGrad, false);
});

test('what is frozen already, or trains already, is left as it is', () => {
  const model = network();
  freeze(model, 'layers.0');
  assert.equal(freeze(model, 'layers.0'), []);
  assert.equal(freeze(model), ['layers.2.weight', 'layers.2.bias']);
  assert.equal(freeze(model), []);
  assert.equal(unfreeze(model, 'layers.2'), ['layers.2.weight', 'layers.2.bias']);
  const weight = model.parameters()[0]!;
  weight.grad = weight.detach();
  assert.equal(unfreeze(model, 'layers.2'), []);
  assert.ok(weight.grad, 'a gradient of a parameter that goes on training');
  assert.equal(unfreeze(model), ['layers.0.weight', 'layers.0.bias']);
});

test('a function chooses by path and parameter', () => {
  const model = network();
  assert.equal(
    freeze(model, (_, parameter) => parameter.rank === 1),
    ['layers.0.bias', 'layers.2.bias'],
  );
  assert.equal(
    unfreeze(model, (path) => path.includes('2')),
    ['layers.2.bias'],
  );
});

test('the beginning of a path ends at a dot', () => {
  const model = new Sequential(...Array.from({ length: 11 }, () => new Linear(1, 1, { rng: random(0) })));
  assert.equal(freeze(model, 'layers.1'), ['layers.1.weight', 'layers.1.bias']);
});

test('a choice of nothing is refused with what there is', () => {
  const model = network();
  assertThrows(
    () => freeze(model, 'layer.0'),
    "freeze: no parameter is chosen by 'layer.0'; there is layers.0.weight, layers.0.bias",
  );
  assertThrows(
    () => unfreeze(model, () => false),
    'unfreeze: no parameter is chosen by the function; there is layers.0.weight',
  );
  assertThrows(() => freeze(new ReLU()), "freeze: no parameter is chosen by ''; there is none");
  assertThrows(() => freeze(model, 3 as never), 'freeze: expected the beginning of a path');
  assertThrows(() => freeze(model.parameters() as never), 'freeze: expected a model');
});
