/** checkModule: every parameter by its name, and the model afterwards as it was before. */
import * as assert from 'uvu/assert';
import { checkModule, demand } from '../../src/check/index.js';
import { apply, defineOp, type NDArray, randn, random, type Tensor, tensor } from '../../src/index.js';
import { Buffer, Dropout, Linear, Module, ReLU, Sequential, Tanh } from '../../src/nn/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('checkModule');

const network = (): Sequential =>
  new Sequential(new Linear(3, 4, { rng: random(0) }), new Tanh(), new Linear(4, 2, { rng: random(1) }));

test('every parameter and the input are checked, each under its name', () => {
  const report = demand(checkModule(network(), randn([5, 3], random(2)), { order: 2 }));
  assert.equal(
    report.inputs.map(({ name, verdict }) => `${name} ${verdict}`),
    ['input', 'layers.0.weight', 'layers.0.bias', 'layers.2.weight', 'layers.2.bias'].map(
      (n) => `${n} correct`,
    ),
  );
  assert.match(String(report), 'Sequential has the right gradient');
});

/** A layer with a mistake: its bias receives half the gradient. */
class HalfBias extends Module {
  readonly inner = new Linear(3, 2, { rng: random(0) });
  forward(x: Tensor): Tensor {
    const half = defineOp({
      name: 'half',
      forward: ([b]: [NDArray]) => ({ data: b.data.slice(), shape: b.shape }),
      vjp: [(g) => g.mul(0.5)],
    });
    return x.matmul(this.inner.weight).add(apply(half, [this.inner.bias!]));
  }
}

test('a wrong gradient of one parameter is found, and the others are correct', () => {
  const report = checkModule(new HalfBias(), randn([4, 3], random(1)));
  assert.equal(
    report.inputs.map(({ name, verdict }) => [name, verdict]),
    [
      ['input', 'correct'],
      ['inner.weight', 'correct'],
      ['inner.bias', 'wrong'],
    ],
  );
  assert.equal(
    report.culprits.map(({ op }) => op),
    ['half'],
  );
});

/** Multiplies by how often it was called, which a buffer counts. */
class Counting extends Module {
  readonly inner = new Linear(2, 2, { rng: random(0) });
  readonly calls = new Buffer(new Float32Array([0]), [1]);
  forward(x: Tensor): Tensor {
    this.calls.write((data) => {
      data[0]! += 1;
    });
    return this.inner.forward(x).mul(this.calls.clone());
  }
}

test('buffers start every run from where they were, so that a running statistic is no obstacle', () => {
  const model = new Counting();
  model.calls.data[0] = 3;
  const report = checkModule(model, randn([2, 2], random(1)));
  assert.ok(report.ok, String(report));
  assert.is(model.calls.data[0], 3);
});

test('values, dtypes, gradients and generators are afterwards what they were', () => {
  const rng = random(7);
  const model = new Sequential(new Linear(3, 4, { rng: random(0) }), new Dropout(0.5, { rng }));
  const x = randn([2, 3], random(1));
  model.forward(x).sum().backward();
  const before = model
    .namedParameters()
    .map(([, p]) => ({ data: p.data.slice(), grad: p.grad!.data.slice() }));
  const state = rng.state();
  const next = rng.uniform();
  rng.restore(state);
  assert.is(checkModule(model, x).verdict, 'not deterministic');
  assert.is(rng.uniform(), next, 'the generator is where it was');
  for (const [i, [, p]] of model.namedParameters().entries()) {
    assertSame(p.data, before[i]!.data);
    assertSame(p.grad!.data, before[i]!.grad);
    assert.is(p.dtype, 'float32');
  }
  model.eval();
  demand(checkModule(model, x));
});

test('the state comes back also when forward throws', () => {
  const model = network();
  const { data } = model.namedParameters()[0]![1];
  assertThrows(() => checkModule(model, randn([2, 9], random(0))), 'expected 3');
  assert.is(model.namedParameters()[0]![1].data, data);
});

test('a model without parameters is refused, with the other way to check it', () => {
  assertThrows(() => checkModule(new ReLU(), tensor([1])), 'ReLU has no parameters', 'gradcheck');
});

test('a large model is checked along random directions, with a handful of runs', () => {
  const model = new Sequential(new Linear(200, 50, { rng: random(0) }), new Tanh());
  let runs = 0;
  const forward = model.forward.bind(model);
  model.forward = (x) => {
    runs++;
    return forward(x);
  };
  const report = demand(checkModule(model, randn([2, 200], random(1))));
  assert.is(report.mode, 'directions');
  assert.ok(runs < 200, `${runs} runs`);
});
