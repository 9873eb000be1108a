import * as assert from 'uvu/assert';
import { isRecording, randn, random, relu, type Tensor, tensor } from '../../src/index.js';
import { constant, type LsuvLayer, lsuv, normal, orthogonal, zeros } from '../../src/init/index.js';
import { Buffer, Dropout, Linear, lsuvInit, Module, Sequential } from '../../src/nn/index.js';
import { assertClose, assertSame, assertThrows } from '../support/close.js';
import { momentsOf } from '../support/statistics.js';
import { suite } from '../support/suite.js';

const test = suite('lsuv');
const std = (values: ArrayLike<number>): number => Math.sqrt(momentsOf(values).variance);

/** Layers that multiply their input by their weight, so that an output depends on all weights before it. */
function chain(batch: number[], weights: number[]): LsuvLayer[] {
  return weights.map((_, l) => ({
    name: `layer ${l}`,
    scale: (factor) => void (weights[l]! *= factor),
    output: () => batch.map((x) => weights.slice(0, l + 1).reduce((product, w) => product * w, x)),
  }));
}

const BATCH = [-3, 1, 5]; // mean 1, standard deviation √(32/3)

test('each layer is divided by the standard deviation of its own output, in order', () => {
  const weights = [2, 5, 0.1];
  const reports = lsuv(chain(BATCH, weights));
  const spread = Math.sqrt(32 / 3);
  assertClose(weights, [1 / spread, 1, 1], { relative: 1e-14 });
  // A layer is scaled after those before it, so its input is already that of scaled layers.
  assertClose(
    reports.map(({ before }) => before),
    [2 * spread, 5, 0.1],
    { relative: 1e-14 },
  );
  assertClose(
    reports.map(({ after }) => after),
    [1, 1, 1],
    { relative: 1e-14 },
  );
  assert.equal(
    reports.map(({ name, iterations }) => [name, iterations]),
    [
      ['layer 0', 1],
      ['layer 1', 1],
      ['layer 2', 1],
    ],
  );
});

test('taken in the wrong order, the layers would not end at 1', () => {
  const weights = [2, 5, 0.1];
  const layers = chain(BATCH, weights);
  lsuv([...layers].reverse());
  assert.ok(layers.some((layer) => Math.abs(std(layer.output()) - 1) > 0.5));
});

test('a layer within the tolerance is left alone', () => {
  const spread = Math.sqrt(32 / 3);
  const near = (1 + 0.05) / spread;
  const weights = [near];
  assert.is(lsuv(chain(BATCH, weights), { tolerance: 0.1 })[0]!.iterations, 0);
  assert.is(weights[0], near);
  assert.is(lsuv(chain(BATCH, weights), { tolerance: 0.01 })[0]!.iterations, 1);
  assertClose(weights, [1 / spread], { relative: 1e-14 });
});

/** A layer whose output grows only with the square root of the weight, so that one division is not enough. */
function reluctant(weight: { value: number }): LsuvLayer {
  return {
    name: 'reluctant',
    scale: (factor) => void (weight.value *= factor),
    output: () => [-Math.sqrt(weight.value), Math.sqrt(weight.value)],
  };
}

test('a layer is scaled again until it is within the tolerance, or maxIterations is reached', () => {
  // The output has std √w, and w/√w = √w is the next weight: ln std halves at each step.
  const [report] = lsuv([reluctant({ value: Math.exp(2) })], { tolerance: 0.01 });
  assert.is(report!.iterations, 7); // ln std: 1, ½, … , 2⁻⁷, and e^(2⁻⁷) − 1 = 0.0078
  assertClose([report!.before, report!.after], [Math.E, Math.exp(2 ** -7)], { relative: 1e-12 });
  const [stopped] = lsuv([reluctant({ value: Math.exp(2) })], { tolerance: 0, maxIterations: 2 });
  assert.is(stopped!.iterations, 2);
  assertClose([stopped!.after], [Math.exp(1 / 4)], { relative: 1e-12 });
});

test('an output that is constant, empty or not finite is refused by the layer’s name', () => {
  for (const output of [[2, 2, 2], [], [1, Number.NaN], [1, Infinity]])
    assertThrows(
      () => lsuv([{ name: 'fc1', scale: () => undefined, output: () => output }]),
      'lsuv: the output of fc1 has standard deviation',
    );
});

test('a tolerance or a number of iterations that makes no sense is refused', () => {
  for (const tolerance of [-0.1, Number.NaN])
    assertThrows(() => lsuv([], { tolerance }), `lsuv: tolerance is a number ≥ 0, got ${tolerance}`);
  for (const maxIterations of [0, -1, Number.NaN])
    assertThrows(
      () => lsuv([], { maxIterations }),
      `lsuv: maxIterations is a whole number ≥ 1, got ${maxIterations}`,
    );
});

const WIDTH = 100;
const batch = randn([200, WIDTH], random('batch'), { dtype: 'float64' });

/** Five layers of 100 with relu between them. */
function network(init = orthogonal(), seed = 1): { model: Sequential; linears: Linear[] } {
  const rng = random(seed);
  const linears = Array.from({ length: 5 }, () => new Linear(WIDTH, WIDTH, { rng, init, dtype: 'float64' }));
  return { model: new Sequential(...linears.flatMap((layer) => [layer, relu])), linears };
}

/** The standard deviation of the output of each layer before relu, computed layer by layer. */
function preActivationStds(linears: Linear[]): number[] {
  let x: Tensor = batch;
  return linears.map((layer) => {
    const y = layer.forward(x);
    x = relu(y);
    return std(y.data);
  });
}

test('after lsuvInit every layer’s output before relu has standard deviation 1 on the batch', () => {
  for (const init of [orthogonal(), normal({ std: 0.01 }), normal({ std: 3 })]) {
    const { model, linears } = network(init);
    const before = preActivationStds(linears);
    const reports = lsuvInit(model, batch, { tolerance: 1e-10 });
    assertClose(preActivationStds(linears), [1, 1, 1, 1, 1], { relative: 1e-9 });
    assert.equal(
      reports.map(({ name }) => name),
      ['layers.0', 'layers.2', 'layers.4', 'layers.6', 'layers.8'],
    );
    assertClose([reports[0]!.before], [before[0]!], { relative: 1e-9 });
    assert.ok(reports.every(({ iterations }) => iterations <= 1));
  }
});

test('orthogonal weights alone do not reach it behind relu: lsuvInit has something to do', () => {
  const stds = preActivationStds(network().linears);
  assert.ok(Math.abs(stds[0]! - 1) < 0.05);
  assert.ok(stds[4]! < 0.5);
});

test('lsuvInit only scales: each weight keeps its direction, biases and the batch their values', () => {
  const { model, linears } = network();
  for (const layer of linears) layer.bias!.assign(new Float64Array(WIDTH).fill(0.25));
  const weights = linears.map((layer) => layer.weight.data.slice());
  const given = batch.data.slice();
  lsuvInit(model, batch);
  assertSame(batch.data, given);
  for (const [l, layer] of linears.entries()) {
    assertSame(layer.bias!.data, new Float64Array(WIDTH).fill(0.25));
    const factor = layer.weight.data[0]! / weights[l]![0]!;
    assert.ok(factor > 0);
    assertClose(
      layer.weight.data,
      weights[l]!.map((w) => factor * w),
      { relative: 1e-12, absolute: 0 },
    );
  }
});

test('a second lsuvInit finds nothing to do', () => {
  const { model } = network();
  lsuvInit(model, batch);
  const weights = model.parameters().map((parameter) => parameter.data.slice());
  assert.ok(lsuvInit(model, batch).every(({ iterations }) => iterations === 0));
  for (const [i, parameter] of model.parameters().entries()) assertSame(parameter.data, weights[i]!);
});

test('what follows a layer does not count: with tanh behind it, the output before tanh is brought to 1', () => {
  const layer = new Linear(WIDTH, WIDTH, { rng: random(3), init: normal({ std: 1 }), dtype: 'float64' });
  lsuvInit(new Sequential(layer, (x) => x.tanh()), batch);
  assertClose([std(layer.forward(batch).data)], [1], { relative: 1e-9 });
});

test('lsuvInit leaves each module training or not, and its forward, as it found them', () => {
  const { model, linears } = network();
  model.train();
  linears[1]!.eval();
  lsuvInit(model, batch);
  assert.ok(model.training && linears[0]!.training && !linears[1]!.training);
  for (const layer of linears) {
    assert.not(Object.hasOwn(layer, 'forward'));
    assert.is(layer.forward, Linear.prototype.forward);
  }
});

test('a forward that someone put on a layer is used, and is there afterwards', () => {
  const layer = new Linear(WIDTH, 5, { rng: random(1), dtype: 'float64' });
  const doubled = (x: Tensor): Tensor => Linear.prototype.forward.call(layer, x).mul(2);
  layer.forward = doubled as typeof layer.forward;
  lsuvInit(new Sequential(layer), batch, { tolerance: 1e-10 });
  assert.is(layer.forward, doubled);
  assertClose([std(doubled(batch).data)], [1], { relative: 1e-9 });
});

test('lsuvInit leaves no gradients and no tape, and recording goes on afterwards', () => {
  const { model, linears } = network();
  lsuvInit(model, batch);
  assert.ok(isRecording());
  assert.ok(model.parameters().every((parameter) => parameter.grad === null && parameter.isLeaf));
  linears[4]!.forward(batch).sum().backward();
  assert.ok(linears[4]!.weight.grad);
});

/** A layer with a buffer that counts its forward passes in training mode, as a layer with batch statistics has. */
class Counting extends Module {
  readonly seen = new Buffer(new Float64Array(1), [1]);
  override forward(x: Tensor): Tensor {
    if (this.training) this.seen.assign([this.seen.data[0]! + 1]);
    return x;
  }
}

test('the batch runs in evaluation mode: dropout drops nothing and running statistics stand still', () => {
  const counting = new Counting();
  const layers = [1, 2].map(
    (seed) => new Linear(WIDTH, WIDTH, { rng: random(seed), init: orthogonal(), dtype: 'float64' }),
  );
  const dropout = new Dropout(0.5, { rng: random(5) });
  const model = new Sequential(layers[0]!, dropout, counting, layers[1]!);
  lsuvInit(model, batch, { tolerance: 1e-10 });
  assertSame(counting.seen.data, [0]);
  assertClose([std(layers[1]!.forward(layers[0]!.forward(batch)).data)], [1], { relative: 1e-9 });
});

test('layers are taken in the order in which they run, not in which they were written down', () => {
  class Backwards extends Module {
    readonly last = new Linear(WIDTH, 4, { rng: random(1), init: normal({ std: 2 }), dtype: 'float64' });
    readonly first = new Linear(WIDTH, WIDTH, { rng: random(2), init: normal({ std: 2 }), dtype: 'float64' });
    readonly unused = new Linear(3, 3, { rng: random(3), dtype: 'float64' });
    override forward(x: Tensor): Tensor {
      return this.last.forward(relu(this.first.forward(x)));
    }
  }
  const model = new Backwards();
  const unused = model.unused.weight.data.slice();
  assert.equal(
    lsuvInit(model, batch).map(({ name }) => name),
    ['first', 'last'],
  );
  const hidden = model.first.forward(batch);
  assertClose([std(hidden.data), std(model.last.forward(relu(hidden)).data)], [1, 1], { relative: 1e-9 });
  assertSame(model.unused.weight.data, unused);
});

test('a failure names the layer, and leaves the model usable', () => {
  const rng = random(1);
  const good = new Linear(WIDTH, WIDTH, { rng, init: orthogonal(), dtype: 'float64' });
  const dead = new Linear(WIDTH, WIDTH, { rng, init: zeros(), dtype: 'float64' });
  const model = new Sequential(good, dead);
  assertThrows(() => lsuvInit(model, batch), 'lsuvInit: the output of layers.1 has standard deviation 0');
  assert.ok(model.training && dead.training && isRecording());
  assert.not(Object.hasOwn(dead, 'forward'));
});

test('a wrong batch leaves the model usable too', () => {
  const { model, linears } = network();
  assertThrows(() => lsuvInit(model, tensor([[1, 2, 3]])), 'expected 100');
  assert.ok(model.training && isRecording());
  assert.ok(linears.every((layer) => !Object.hasOwn(layer, 'forward')));
});

test('float32 weights are brought within the tolerance as well', () => {
  const rng = random(7);
  const layer = new Linear(WIDTH, 50, { rng, init: normal({ std: 0.7 }), biasInit: constant(0) });
  const x = randn([100, WIDTH], rng);
  const [report] = lsuvInit(new Sequential(layer), x, { tolerance: 1e-4 });
  assert.ok(Math.abs(std(layer.forward(x).data) - 1) < 1e-4);
  assert.ok(report!.before > 5 && Math.abs(report!.after - 1) < 1e-4);
});

test('outputs of any size are brought to 1, and equal outputs have the standard deviation 0 exactly', () => {
  for (const size of [1e-200, 1e-300, 1e200]) {
    let factor = size;
    const layer = {
      name: 'scaled',
      scale: (by: number) => void (factor *= by),
      output: () => [-1.5, 0.5, 1].map((value) => value * factor),
    };
    const [report] = lsuv([layer]);
    assertClose([report!.after], [1], { relative: 1e-9 });
  }
  const equal = { name: 'equal', scale: () => {}, output: () => new Array<number>(6).fill(7.7) };
  assertThrows(() => lsuv([equal]), 'the output of equal has standard deviation 0;');
});
