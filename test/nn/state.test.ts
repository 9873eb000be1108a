import * as assert from 'uvu/assert';
import { random, type Tensor, tensor, zeros } from '../../src/index.js';
import { Buffer, Dropout, Linear, Module, ReLU, Sequential, type StateDict } from '../../src/nn/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('state of modules');

/** A linear layer with a buffer that counts the rows of its inputs. */
class Counting extends Module {
  readonly seen = new Buffer(Float32Array.of(0), [1]);
  readonly linear: Linear;
  constructor(seed: number, outFeatures = 2) {
    super();
    this.linear = new Linear(3, outFeatures, { rng: random(seed) });
  }
  override forward(x: Tensor): Tensor {
    if (this.training) this.seen.assign([this.seen.item() + x.shape[0]!]);
    return this.linear.forward(x);
  }
}

const model = (seed: number): Sequential => new Sequential(new Counting(seed), new ReLU());
const linear = (inFeatures: number, outFeatures: number, seed = 1): Linear =>
  new Linear(inFeatures, outFeatures, { rng: random(seed) });
const input = tensor([[1, -2, 0.5]]);

/** All values of a model, as text to compare. */
const valuesOf = (module: Module): string =>
  JSON.stringify(Object.values(module.stateDict()).map((t) => [...t.data]));

test('stateDict holds every parameter and buffer under its path', () => {
  const state = model(1).stateDict();
  assert.equal(
    Object.entries(state).map(([name, saved]) => [name, saved.shape]),
    [
      ['layers.0.linear.weight', [3, 2]],
      ['layers.0.linear.bias', [2]],
      ['layers.0.seen', [1]],
    ],
  );
});

test('a loaded model gives the outputs of the saved one, buffers included', () => {
  const [saved, fresh] = [model(1), model(2)];
  saved.forward(zeros([5, 3]));
  const expected = saved.forward(input);
  assert.is.not(fresh.forward(input).data.join(), expected.data.join());
  fresh.loadStateDict(saved.stateDict());
  assert.is((fresh.layers[0] as Counting).seen.item(), 6);
  assertSame(fresh.forward(input).data, expected.data);
});

test('saved values are copies: training on changes neither them nor the model that loaded them', () => {
  const [source, target] = [new Counting(1), new Counting(2)];
  const saved = source.stateDict();
  const first = saved['linear.weight']!.data[0];
  target.loadStateDict(saved);
  source.linear.weight.assign(new Float32Array(6).fill(9));
  assert.is(saved['linear.weight']!.data[0], first);
  assert.is(target.linear.weight.data[0], first);
  saved['linear.weight']!.assign(new Float32Array(6).fill(8));
  assert.is(target.linear.weight.data[0], first);
});

test('saved values are constants: no gradient flows into them', () => {
  for (const saved of Object.values(new Counting(1).stateDict()))
    assert.is(saved.requiresGrad, false, saved.name);
});

test('loading writes into the parameters there are, so that an optimiser still holds them', () => {
  const module = new Counting(1);
  const { weight } = module.linear;
  const version = weight.version;
  module.loadStateDict(new Counting(2).stateDict());
  assert.is(module.linear.weight, weight);
  assert.ok(weight.version > version, 'the write is counted, so a stale tape is caught');
  assert.ok(weight.requiresGrad);
});

test('a parameter that was frozen is saved and loaded like the others', () => {
  const [frozen, thawed] = [new Counting(1), new Counting(2)];
  frozen.linear.weight.requiresGrad = false;
  assert.equal(
    frozen.namedParameters().map(([name]) => name),
    ['linear.bias'],
  );
  const saved = frozen.stateDict();
  assert.equal(Object.keys(saved).sort(), ['linear.bias', 'linear.weight', 'seen']);
  thawed.loadStateDict(saved);
  assertSame(thawed.linear.weight.data, frozen.linear.weight.data);
  frozen.loadStateDict(new Counting(3).stateDict());
  assertSame(frozen.linear.weight.data, new Counting(3).linear.weight.data);
});

test('strict loading lists every missing, unexpected and mis-shaped name at once', () => {
  const target = new Counting(1);
  const saved: StateDict = {
    'linear.weight': zeros([2, 3]),
    'linear.gain': zeros([4]),
    other: zeros([]),
    seen: zeros([1]),
  };
  const error = assertThrows(
    () => target.loadStateDict(saved),
    'loadStateDict: the saved values do not fit Counting: ',
    'linear.weight has shape [2, 3], the model [3, 2]',
    'missing linear.bias [2]',
    'unexpected linear.gain [4]',
    'unexpected other []',
  );
  assert.is(error.name, 'ShapeError');
  assert.not.match(error.message, /seen/);
});

test('a shape of the same size but another order does not fit', () => {
  const saved = { ...new Counting(1).stateDict(), 'linear.weight': zeros([6]) };
  assertThrows(() => new Counting(1).loadStateDict(saved), 'linear.weight has shape [6], the model [3, 2]');
});

test('a failed load leaves every value as it was', () => {
  const good = new Counting(2).stateDict();
  const { 'linear.weight': _, ...missing } = good;
  const bad: StateDict[] = [
    missing,
    { ...good, extra: zeros([1]) },
    { ...good, seen: zeros([2]) },
    { ...good, 'linear.bias': zeros([2, 1]) },
  ];
  for (const saved of bad) {
    const target = new Counting(1);
    const before = valuesOf(target);
    const versions = target.parameters().map((p) => p.version);
    assertThrows(() => target.loadStateDict(saved), 'loadStateDict');
    assert.is(valuesOf(target), before);
    assert.equal(
      target.parameters().map((p) => p.version),
      versions,
    );
  }
});

test('strict: false loads what fits by name, ignores the rest, and still refuses wrong shapes', () => {
  const target = new Counting(1);
  const weight = [...target.linear.weight.data];
  target.loadStateDict({ 'linear.bias': tensor([3, 4]), other: zeros([9]) }, { strict: false });
  assertSame(target.linear.bias!.data, [3, 4]);
  assertSame(target.linear.weight.data, weight);
  assertThrows(
    () => target.loadStateDict({ 'linear.bias': zeros([3]) }, { strict: false }),
    'linear.bias has shape [3], the model [2]',
  );
});

test('names that every object inherits are not mistaken for saved values', () => {
  class Odd extends Module {
    readonly weights = new Map([['toString', tensor([1], { requiresGrad: true })]]);
    readonly constructorWeight = tensor([2], { requiresGrad: true });
    override forward(x: Tensor): Tensor {
      return x;
    }
    protected override children(): [string, unknown][] {
      return [['valueOf', this.constructorWeight]];
    }
  }
  assertThrows(() => new Odd().loadStateDict({}), 'missing valueOf [1]');
  const odd = new Odd();
  odd.loadStateDict({}, { strict: false });
  assert.is(odd.constructorWeight.item(), 2);
});

test('loading converts between dtypes by rounding', () => {
  const double = new Linear(1, 1, { rng: random(1), dtype: 'float64' });
  const single = new Linear(1, 1, { rng: random(2) });
  double.weight.assign([0.1]);
  single.loadStateDict(double.stateDict());
  assertSame(single.weight.data, [Math.fround(0.1)]);
  assert.is(single.weight.dtype, 'float32');
});

test('names lead saved values to other paths, by a record or by a function', () => {
  const model = linear(2, 1);
  const { weight, bias } = linear(2, 1, 5);
  const saved = { 'module.fc.weight': weight, 'module.fc.bias': bias! };
  model.loadStateDict(saved, { names: (name) => name.replace('module.fc.', '') });
  assertSame(model.weight.data, weight.data);
  const other = linear(2, 1);
  other.loadStateDict({ w: weight, bias: bias!, extra: bias! }, { names: { w: 'weight', extra: null } });
  assertSame(other.weight.data, weight.data);
  assertSame(other.bias!.data, bias!.data);
});

test('a map of names that is none, or that gives one name twice, is refused and changes nothing', () => {
  const model = linear(2, 1);
  const before = JSON.stringify(model.stateDict());
  const saved = linear(2, 1, 5).stateDict();
  assertThrows(
    () => model.loadStateDict(saved, { names: () => 'weight' }),
    'loadStateDict: the map of names gives weight to bias and to another one',
  );
  assertThrows(
    () => model.loadStateDict(saved, { names: (() => undefined) as never }),
    'loadStateDict: the other name of weight is a string, got undefined',
  );
  assertThrows(
    () => model.loadStateDict(saved, { names: ['weight'] as never }),
    'loadStateDict: names is an array; expected a record or a function of a name',
  );
  assertThrows(
    () => model.loadStateDict(saved, { names: { weight: 'w' } }),
    'missing weight [2, 1]; unexpected w [2, 1]',
  );
  assert.is(JSON.stringify(model.stateDict()), before);
});

test('generators are found by path, a shared one once, also in a registered #private field', () => {
  const rng = random(0);
  class Hidden extends Module {
    readonly #rng = this.register('secret', random(4));
    override forward(x: Tensor): Tensor {
      return x.mul(this.#rng.uniform());
    }
  }
  const model = new Sequential(new Dropout(0.5, { rng }), new Dropout(0.5, { rng }), new Hidden());
  assert.equal(
    model.namedGenerators().map(([path]) => path),
    ['layers.0.rng', 'layers.2.secret'],
  );
  assert.is(model.namedGenerators()[0]![1], rng);
});
