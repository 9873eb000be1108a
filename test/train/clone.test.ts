import * as assert from 'uvu/assert';
import { type Rng, randn, random, type Tensor, tensor } from '../../src/index.js';
import {
  BatchNorm1d,
  Buffer,
  Dropout,
  GRU,
  Linear,
  Module,
  Parameter,
  ReLU,
  Sequential,
} from '../../src/nn/index.js';
import { Adam } from '../../src/optim/index.js';
import { cloneModule, freeze, unfreeze } from '../../src/train/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('clone');
const x = randn([8, 3], random(2));

function network(): Sequential {
  const rng = random(0);
  return new Sequential(
    new Linear(3, 4, { rng }),
    new BatchNorm1d(4),
    new ReLU(),
    new Dropout(0.5, { rng: random(1) }),
    new Linear(4, 2, { rng }),
  );
}

/** A few steps of training, and what the model holds after them. */
function trained(model: Module): number[][] {
  const optimizer = new Adam(model.parameters(), { lr: 0.1 });
  for (let step = 0; step < 3; step++) {
    optimizer.zeroGrad();
    (model.forward(x) as Tensor).square().sum().backward();
    optimizer.step();
  }
  return Object.values(model.stateDict()).map(({ data }) => [...data]);
}

test('a copy trains as its model does, with draws and running statistics, and neither changes the other', () => {
  const model = network();
  model.forward(x); // moves the generator and the running statistics
  const twin = cloneModule(model);
  const before = JSON.stringify(model.stateDict());
  assert.is(JSON.stringify(twin.stateDict()), before);
  const after = trained(twin);
  assert.is(JSON.stringify(model.stateDict()), before);
  assert.equal(trained(model), after);
});

test('a copy is of the same classes and prints the same, and its tensors share no memory with the model', () => {
  const model = new GRU(2, 3, { rng: random(0), layers: 2 });
  const twin = cloneModule(model);
  assert.instance(twin, GRU);
  assert.is(String(twin), String(model));
  const [own, copied] = [model.namedParameters(), twin.namedParameters()];
  assert.equal(
    copied.map(([path]) => path),
    own.map(([path]) => path),
  );
  for (const [i, [, parameter]] of copied.entries()) {
    assert.instance(parameter, Parameter);
    assert.is.not(parameter, own[i]![1]);
    assert.is.not(parameter.data.buffer, own[i]![1].data.buffer);
    assert.is((parameter as Parameter).init, (own[i]![1] as Parameter).init);
  }
});

test('what is tied in the model is tied in the copy', () => {
  class Tied extends Module {
    readonly first = new Linear(3, 3, { rng: random(0) });
    readonly second = this.first;
    readonly parts = {
      list: [this.first.weight],
      map: new Map([['w', this.first.weight]]),
      set: new Set([this]),
    };
    override forward(input: Tensor): Tensor {
      return this.second.forward(this.first.forward(input));
    }
  }
  const model = new Tied();
  const twin = cloneModule(model);
  assert.is(twin.first, twin.second);
  assert.is(twin.parts.list[0], twin.first.weight);
  assert.is(twin.parts.map.get('w'), twin.first.weight);
  assert.ok(twin.parts.set.has(twin));
  assert.is.not(twin.first, model.first);
  assert.is(twin.countParameters(), model.countParameters());
});

test('dtype, freezing, the training flag and names are copied; gradients are not', () => {
  class Scale extends Module {
    readonly factor = tensor([2], { requiresGrad: true, dtype: 'float64' }).named('gain');
    readonly constant = tensor([5]);
    override forward(input: Tensor): Tensor {
      return input.mul(this.factor).mul(this.constant);
    }
  }
  const model = new Scale();
  model.eval();
  model.factor.grad = tensor([1], { dtype: 'float64' });
  const twin = cloneModule(model);
  assert.is(twin.factor.dtype, 'float64');
  assert.is(twin.factor.name, 'gain');
  assert.is(twin.factor.grad, null);
  assert.is(twin.training, false);
  assert.is(twin.constant.requiresGrad, false);
  freeze(model);
  const frozen = cloneModule(model);
  assert.equal(Object.keys(frozen.stateDict()), ['factor']);
  assert.equal(unfreeze(frozen), ['factor']);
  assert.is(model.factor.requiresGrad, false);
});

test('a copy that becomes part of a larger model takes its names from there', () => {
  const model = network();
  model.namedParameters();
  const larger = new Sequential(cloneModule(model), new ReLU());
  assert.is(larger.namedParameters()[0]![1].name, 'layers.0.layers.0.weight');
  assert.is(model.namedParameters()[0]![1].name, 'layers.0.weight');
});

test('typed arrays in fields are copied, functions are shared', () => {
  class Holder extends Module {
    readonly table = new Int32Array([1, 2]);
    readonly activation = Math.abs;
    override forward(input: Tensor): Tensor {
      return input;
    }
  }
  const model = new Holder();
  const twin = cloneModule(model);
  twin.table[0] = 9;
  assert.is(model.table[0], 1);
  assert.is(twin.activation, Math.abs);
});

test('a module with registered parts is refused with the way out', () => {
  class Hidden extends Module {
    readonly #weight = this.register('weight', tensor([1], { requiresGrad: true }));
    override forward(input: Tensor): Tensor {
      return input.mul(this.#weight);
    }
  }
  assertThrows(
    () => cloneModule(new Sequential(new Hidden())),
    'cloneModule: Hidden has registered weight, from #private fields that only its own class can copy; build a second model',
  );
  assertThrows(() => cloneModule([] as never), 'cloneModule: expected a model');
});

/** A module that shows the part of a `#private` field, of which a copy has nothing. */
class Shows extends Module {
  readonly #part: Tensor | Module | Rng;
  constructor(part: Tensor | Module | Rng) {
    super();
    this.#part = part;
  }
  override forward(input: Tensor): Tensor {
    return this.#part instanceof Module ? this.#part.forward(input) : input;
  }
  protected override children(): [string, unknown][] {
    return [...super.children(), ['part', this.#part]];
  }
}

const OUT = 'build a second model and call its loadStateDict(model.stateDict())';

test('a module that shows what only it can read is refused by the path, whatever that is', () => {
  const frozen = new Linear(1, 1, { rng: random(0), bias: false });
  freeze(frozen);
  const parts = [
    tensor([1], { requiresGrad: true }),
    tensor([1]),
    frozen.weight,
    new Buffer(new Float32Array(1), [1]),
    new ReLU(),
    random(0),
  ];
  for (const part of parts)
    assertThrows(
      () => cloneModule(new Sequential(new ReLU(), new Shows(part))),
      'cloneModule: layers.1.part of Sequential is in no field that can be copied, but in a #private field or behind a getter',
      OUT,
    );
  class Twice extends Shows {
    constructor(readonly held = new Linear(1, 1, { rng: random(0) })) {
      super(held);
    }
  }
  assertThrows(
    () => cloneModule(new Twice()),
    'cloneModule: a copy of Twice does not show what it holds',
    OUT,
  );
});

test('a getter that would still give the tensor of the model is refused', () => {
  const own = (held: boolean): Module => {
    class Getter extends Module {
      readonly inner = held ? tensor([2], { requiresGrad: true }) : null;
      constructor() {
        super();
        const weight = this.inner ?? tensor([2], { requiresGrad: true });
        Object.defineProperty(this, 'weight', { get: () => weight, enumerable: true });
      }
      override forward(input: Tensor): Tensor {
        return input.mul((this as unknown as { weight: Tensor }).weight);
      }
    }
    return new Getter();
  };
  for (const held of [false, true])
    assertThrows(() => cloneModule(own(held)), 'cloneModule: weight of Getter is in no field', OUT);
});

test('objects of classes are shared if they hold no part of the model, and copied field by field if they do', () => {
  class Scaling {
    #factor = 2;
    apply(value: Tensor): Tensor {
      return value.mul(this.#factor);
    }
  }
  class Pair {
    constructor(readonly gain: Tensor) {}
  }
  class Holder extends Module {
    readonly scaling = new Scaling();
    readonly pair = new Pair(tensor([3], { requiresGrad: true }));
    readonly plain = { list: [1], bare: Object.assign(Object.create(null), { at: 1 }) as { at: number } };
    override forward(input: Tensor): Tensor {
      return this.scaling.apply(input).mul(this.pair.gain);
    }
  }
  const model = new Holder();
  const twin = cloneModule(model);
  assert.equal(twin.forward(tensor([1])).toArray(), [6]);
  assert.is(twin.scaling, model.scaling);
  assert.instance(twin.pair, Pair);
  assert.is.not(twin.pair.gain, model.pair.gain);
  twin.plain.list[0] = twin.plain.bare.at = 9;
  assert.equal([model.plain.list[0], model.plain.bare.at], [1, 1]);
});

test('of a typed array that is a part of a large buffer, only the part is copied', () => {
  const buffer = new ArrayBuffer(1000);
  class Holder extends Module {
    readonly table = new Float32Array(buffer, 8, 2);
    readonly view = new DataView(buffer, 16, 4);
    readonly big = new BigInt64Array(buffer, 24, 1);
    // A Buffer of Node is cut from a shared pool, and its slice shares memory.
    readonly bytes = globalThis.Buffer.from([1, 2, 3]);
    override forward(input: Tensor): Tensor {
      return input;
    }
  }
  const model = new Holder();
  model.table.set([1, 2]);
  model.view.setInt32(0, 7);
  const { table, view, big, bytes } = cloneModule(model);
  assert.equal([table.buffer.byteLength, view.buffer.byteLength, big.buffer.byteLength], [8, 4, 8]);
  assert.equal([[...table], view.getInt32(0), [...bytes]], [[1, 2], 7, [1, 2, 3]]);
  bytes[0] = 9;
  assert.is(model.bytes[0], 1);
  assert.is.not(bytes.buffer, model.bytes.buffer);
});

test('values of a copy equal those of the model bit for bit', () => {
  const model = new Linear(5, 4, { rng: random(3), dtype: 'float64' });
  model.weight.write((data) => data.set([Number.NaN, -0, Infinity, 5e-324]));
  assertSame(cloneModule(model).weight.data, model.weight.data);
});
