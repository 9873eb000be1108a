import * as assert from 'uvu/assert';
import { ones, random, type Tensor, tensor } from '../../src/index.js';
import { zeros } from '../../src/init/index.js';
import { Buffer, Dropout, Linear, Module, Parameter, ReLU, Sequential } from '../../src/nn/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('module');

/** A module that holds the fields it is given, and passes its input on. */
class Holder extends Module {
  constructor(readonly held: unknown) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return x;
  }
}

const leaf = (value = 0): Tensor => tensor([value], { requiresGrad: true });
const linear = (inFeatures: number, outFeatures: number, seed = 1): Linear =>
  new Linear(inFeatures, outFeatures, { rng: random(seed) });
const names = (module: Module): string[] => module.namedParameters().map(([name]) => name);

test('constructing a layer is enough for its parameters to be found, in the order of the fields', () => {
  class Net extends Module {
    readonly first = linear(2, 3);
    readonly scale = leaf(1);
    readonly second = linear(3, 1);
    override forward(x: Tensor): Tensor {
      return this.second.forward(this.first.forward(x).mul(this.scale));
    }
  }
  const net = new Net();
  assert.equal(names(net), ['first.weight', 'first.bias', 'scale', 'second.weight', 'second.bias']);
  const expected = [net.first.weight, net.first.bias, net.scale, net.second.weight, net.second.bias];
  for (const [i, parameter] of net.parameters().entries())
    assert.is(parameter, expected[i], `parameter ${i}`);
  assert.is(net.countParameters(), 6 + 3 + 1 + 3 + 1);
});

test('layers in plain arrays, objects, Maps, Sets and modules below them are visible to an optimiser', () => {
  assert.equal(names(new Holder([linear(1, 1), [leaf(), linear(1, 1)]])), [
    'held.0.weight',
    'held.0.bias',
    'held.1.0',
    'held.1.1.weight',
    'held.1.1.bias',
  ]);
  assert.equal(names(new Holder({ encoder: { gain: leaf() }, shift: leaf() })), [
    'held.encoder.gain',
    'held.shift',
  ]);
  assert.equal(
    names(
      new Holder(
        new Map<unknown, unknown>([
          ['query', leaf()],
          [7, new Holder(leaf())],
        ]),
      ),
    ),
    ['held.query', 'held.7.held'],
  );
  assert.equal(names(new Holder(new Set([leaf(), leaf()]))), ['held.0', 'held.1']);
});

test('only leaves that require a gradient are parameters', () => {
  const w = leaf(2);
  const held = { constant: tensor([1]), computed: w.mul(2), buffer: new Buffer(new Float32Array(1), [1]), w };
  const module = new Holder(held);
  assert.equal(names(module), ['held.w']);
  assert.is(module.parameters()[0], w);
});

test('objects of any class, and those without a prototype, are searched', () => {
  class Plain {
    readonly weight = leaf();
    readonly inner = [linear(1, 1)];
  }
  const bare = Object.assign(Object.create(null), { shift: leaf() });
  assert.equal(names(new Holder({ plain: new Plain(), bare })), [
    'held.plain.weight',
    'held.plain.inner.0.weight',
    'held.plain.inner.0.bias',
    'held.bare.shift',
  ]);
});

test('functions, missing values, dates and typed arrays are not searched', () => {
  const held = [() => leaf(), null, undefined, 3, 'weight', new Date(0), new Float32Array(2)];
  assert.equal(names(new Holder(held)), []);
});

test('a tensor reached by two paths is one parameter, under the first name', () => {
  const tied = leaf();
  const module = new Holder({ encoder: new Holder(tied), decoder: new Holder(tied) });
  assert.equal(names(module), ['held.encoder.held']);
  assert.is(module.countParameters(), 1);
  assert.equal(Object.keys(module.stateDict()), ['held.encoder.held']);
});

test('modules that refer to each other are searched once and end', () => {
  class Child extends Module {
    parent: Module | null = null;
    readonly weight = leaf();
    override forward(x: Tensor): Tensor {
      return x;
    }
  }
  const child = new Child();
  const root = new Holder([child]);
  child.parent = root;
  assert.equal(names(root), ['held.0.weight']);
  assert.equal(names(child), ['weight']);
});

test('parameters are looked up at call time: a layer added or replaced later counts', () => {
  const layers: Module[] = [linear(2, 2)];
  const module = new Holder(layers);
  layers.push(linear(2, 1));
  assert.equal(names(module), ['held.0.weight', 'held.0.bias', 'held.1.weight', 'held.1.bias']);
  layers.shift();
  assert.is(module.countParameters(), 3);
});

test('a #private field is invisible until it is registered', () => {
  class Hidden extends Module {
    readonly #weight = leaf(5);
    readonly #inner = linear(1, 1);
    constructor(register: boolean) {
      super();
      if (!register) return;
      assert.is(this.register('weight', this.#weight), this.#weight, 'register returns what it was given');
      this.register('inner', this.#inner);
    }
    override forward(x: Tensor): Tensor {
      return this.#inner.forward(x).mul(this.#weight);
    }
  }
  assert.equal(names(new Hidden(false)), []);
  const hidden = new Hidden(true);
  assert.equal(names(hidden), ['weight', 'inner.weight', 'inner.bias']);
  assert.equal(
    hidden.namedModules().map(([name]) => name),
    ['', 'inner'],
  );
});

test('fields whose names are whole numbers come first, and their names hold the number', () => {
  class Odd extends Module {
    readonly late = leaf();
    readonly 1 = leaf();
    override forward(x: Tensor): Tensor {
      return x;
    }
  }
  assert.equal(names(new Odd()), ['1', 'late']);
});

test('an unnamed parameter takes its path as its name, a named one keeps its own', () => {
  const [plain, named] = [leaf(), leaf().named('temperature')];
  assert.equal(names(new Holder({ plain, named })), ['held.plain', 'held.named']);
  assert.is(plain.name, 'held.plain');
  assert.is(named.name, 'temperature');
});

test('train and eval switch every module below and return the module', () => {
  const dropout = new Dropout(0.5, { rng: random(0) });
  const model = new Sequential(linear(2, 2), new Sequential(dropout, new ReLU()));
  const modes = (): boolean[] => model.namedModules().map(([, module]) => module.training);
  assert.equal(modes(), [true, true, true, true, true], 'a new model trains');
  assert.is(model.eval(), model);
  assert.equal(modes(), [false, false, false, false, false]);
  assert.is(model.train(), model);
  assert.equal(modes(), [true, true, true, true, true]);
  model.train(false);
  assert.is(dropout.training, false);
});

test('namedModules lists the module itself and each module below once, with its path', () => {
  const shared = new ReLU();
  const model = new Sequential(shared, new Holder({ inner: linear(1, 1) }), shared);
  assert.equal(
    model.namedModules().map(([name, module]) => [name, module.constructor.name]),
    [
      ['', 'Sequential'],
      ['layers.0', 'ReLU'],
      ['layers.1', 'Holder'],
      ['layers.1.held.inner', 'Linear'],
    ],
  );
});

test('buffers are listed apart from parameters, and never trained', () => {
  const running = new Buffer(Float32Array.of(1, 2), [2]);
  const module = new Holder({ running, weight: leaf() });
  assert.equal(
    module.namedBuffers().map(([name]) => name),
    ['held.running'],
  );
  running.requiresGrad = true;
  assert.equal(names(module), ['held.weight'], 'even one that asks for a gradient');
});

test('zeroGrad sets the gradient of every parameter below to null', () => {
  const model = new Sequential(linear(2, 2), new ReLU(), linear(2, 1));
  model
    .forward(ones([3, 2]))
    .sum()
    .backward();
  for (const parameter of model.parameters()) assert.ok(parameter.grad, `${parameter.name} has a gradient`);
  model.zeroGrad();
  for (const parameter of model.parameters()) assert.is(parameter.grad, null, parameter.name);
});

test('the gradient of a parameter used twice in a model is the sum over both uses', () => {
  const layer = linear(1, 1);
  layer.weight.assign([3]);
  layer.bias!.assign([1]);
  new Sequential(layer, layer)
    .forward(tensor([[2]]))
    .sum()
    .backward();
  // y = w(wx + b) + b  ⇒  dy/dw = 2wx + b,  dy/db = w + 1
  assertSame(layer.weight.grad!.data, [2 * 3 * 2 + 1]);
  assertSame(layer.bias!.grad!.data, [3 + 1]);
});

test('two layers drawn from one generator are never equal', () => {
  const rng = random(0);
  const [a, b] = [new Linear(4, 4, { rng }), new Linear(4, 4, { rng })];
  assert.is.not(a.weight.data.join(), b.weight.data.join());
});

test('initialize draws each parameter from a stream of its own name: no two layers equal, same seed same bits', () => {
  const model = (): Sequential => new Sequential(linear(4, 4), new ReLU(), linear(4, 4));
  const [a, b, c] = [
    model().initialize(random(0)),
    model().initialize(random(0)),
    model().initialize(random(1)),
  ];
  const weights = (m: Sequential): string[] => m.parameters().map((p) => p.data.join());
  assert.equal(weights(a), weights(b));
  assert.is.not(weights(a)[0], weights(a)[2], 'layers 0 and 2 have one shape and different values');
  assert.is.not(weights(a)[0], weights(c)[0], 'another seed gives other values');
});

test('adding a layer, in front too, does not reshuffle the initial values of the others', () => {
  const pair = () => ({ encoder: linear(3, 3), decoder: linear(3, 2) });
  const small = new Holder(pair()).initialize(random(0));
  const large = new Holder({ stem: linear(5, 3), ...pair(), head: linear(2, 5) }).initialize(random(0));
  const others = new Map(large.namedParameters());
  for (const [name, parameter] of small.namedParameters())
    assertSame(others.get(name)!.data, parameter.data, name);
});

test('initialize counts as a write and leaves parameters that know no initialiser alone', () => {
  const layer = linear(2, 2);
  const bare = leaf(7);
  const version = layer.weight.version;
  new Holder({ layer, bare }).initialize(random(3));
  assert.ok(layer.weight.version > version);
  assert.is(bare.item(), 7);
});

test('a parameter is a leaf that requires a gradient and remembers its initialiser and fans', () => {
  const init = zeros();
  const parameter = new Parameter([2, 3], { init, rng: random(0), dtype: 'float64' });
  assert.ok(parameter.requiresGrad && parameter.isLeaf);
  assert.is(parameter.init, init);
  assert.is(parameter.fans, null);
  assert.is(parameter.dtype, 'float64');
  assertSame(parameter.data, [0, 0, 0, 0, 0, 0]);
});

test('a parameter without a generator is refused with the fix', () => {
  const options = { init: zeros() } as unknown as ConstructorParameters<typeof Parameter>[1];
  assertThrows(() => new Parameter([1], options), 'Parameter: needs a generator', 'rng: random(seed)');
});

test('a module prints its constructor and how many values it trains', () => {
  const model = new Sequential(linear(784, 200), new ReLU(), (x) => x.mul(2));
  assert.is(
    String(model.layers[0]),
    'Linear(784 → 200, He normal, fanIn=784, std=0.0505): 157,000 parameters',
  );
  assert.is(String(model), 'Sequential(Linear, ReLU, function): 157,000 parameters');
  assert.is(String(new Dropout(0.25, { rng: random(0) })), 'Dropout(p=0.25): 0 parameters');
});

test('a parameter carries the longest path, whoever asks first, unless the program named it', () => {
  const inner = new Linear(2, 2, { rng: random(1) });
  inner.bias!.named('offset');
  assert.equal(
    inner.parameters().map(({ name }) => name),
    ['weight', 'offset'],
  );
  const model = new Sequential(inner);
  assert.equal(
    model.parameters().map(({ name }) => name),
    ['layers.0.weight', 'offset'],
  );
  inner.parameters();
  assert.is(inner.weight.name, 'layers.0.weight');
});

test('parameters are found in a list of 50,000 objects, each of which holds the next', () => {
  let list: object = { last: leaf() };
  for (let i = 0; i < 50_000; i++) list = { next: list };
  assert.is(new Holder(list).parameters().length, 1);
});
