/** What callers without a compiler do wrong: every mistake is answered in the library's words, never by a TypeError from inside. */
import * as assert from 'uvu/assert';
import * as data from '../src/data/index.js';
import * as tapegrad from '../src/index.js';
import { TapegradError, type Tensor } from '../src/index.js';
import * as init from '../src/init/index.js';
import * as nn from '../src/nn/index.js';
import * as optim from '../src/optim/index.js';
import * as train from '../src/train/index.js';
import { assertThrows } from './support/close.js';
import { suite } from './support/suite.js';

const test = suite('plain JavaScript');

/** A library as a program without types sees it. */
type Untyped = Record<string, (...inputs: unknown[]) => unknown>;

function untyped(library: object): Untyped {
  return library as unknown as Untyped;
}

/** What `new Name(…)` does to an untyped caller. */
function make(library: object, name: string, ...inputs: unknown[]): unknown {
  const Class = (library as Record<string, new (...inputs: unknown[]) => unknown>)[name]!;
  return new Class(...inputs);
}

/** Each call, by what its answer starts with. */
function refuse(calls: Record<string, () => unknown>): void {
  for (const [answer, call] of Object.entries(calls)) {
    const error = assertThrows(call, answer);
    assert.instance(error, TapegradError, `${answer}: ${error.name}`);
    assert.ok(error.message.startsWith(answer), error.message);
  }
}

const t = untyped(tapegrad);
const x = tapegrad.tensor([1, 2]);
const rng = tapegrad.random(0);

test('an array where a tensor belongs is named as one, with the way to make it a tensor', () => {
  refuse({
    'add: expected a Tensor or a number, got an array; make a Tensor with tensor(…)': () => t.add!(x, [1, 2]),
    'matmul: expected a Tensor, got an array; make one with tensor(…)': () => t.matmul!(x, [1, 2]),
    'dot: expected a Tensor, got a number': () => t.dot!(x, 3),
    'outer: expected a Tensor, got null': () => t.outer!(null, x),
    'linear: expected a Tensor, got an array': () => t.linear!(tapegrad.zeros([1, 2]), [[1], [2]]),
    'einsum: expected a Tensor, got an array': () => t.einsum!('i,i->', x, [1, 2]),
    'reshape: expected a Tensor, got an array': () => t.reshape!([1, 2], [2, 1]),
    'concat: expected a Tensor, got an array': () => t.concat!([x, [1, 2]]),
    'stack: expected a Tensor, got an array': () => t.stack!([x, [1, 2]]),
    'scatterAdd: expected a Tensor, got an array': () => t.scatterAdd!(x, 0, [0], [1]),
    'crossEntropy: expected a Tensor, got an array': () => t.crossEntropy!([[1, 2]], [0]),
    'nllLoss: expected a Tensor, got undefined': () => t.nllLoss!(),
    'mseLoss: expected two Tensors, prediction and target': () => t.mseLoss!(x, [1, 2]),
    'Linear: expected a Tensor, got an array': () => untyped(new nn.Linear(2, 1, { rng })).forward!([1, 2]),
  });
});

test('numbers one by one where a list belongs are sent back with an example', () => {
  const matrix = untyped(tapegrad.zeros([2, 3]));
  refuse({
    'reshape: expected a shape such as [2, -1], got 3': () => matrix.reshape!(3, 2),
    'expand: expected a shape such as [4, -1], got 4': () => matrix.expand!(4, 2, 3),
    'permute: expected all axes in a list, such as [1, 0], got 1': () => matrix.permute!(1, 0),
    'slice: expected a list with one entry an axis, such as [null, [0, 2]], got 0': () => matrix.slice!(0, 1),
    'pad: expected a pair of widths an axis, such as [[1, 1], [0, 2]], got 1': () => matrix.pad!(1),
    'concat: expected a list of tensors, got a Tensor of shape [2] (float32)': () => t.concat!(x, x),
    'stack: expected a list of tensors, got a Tensor of shape [2] (float32)': () => t.stack!(x, x),
    "einsum: expected an equation such as 'ij,jk->ik', got undefined": () => t.einsum!(),
    'withDefaultDtype: expected a function to run, got undefined': () => t.withDefaultDtype!('float64'),
    'grad: expected a function of tensors, got a number': () =>
      untyped({ slope: t.grad!(3) as object }).slope!(x),
    'jvp: expected the inputs in one list and their tangents in another': () =>
      t.jvp!((a: Tensor) => a, x, x),
    'vjp: the function returned shape [2]; only a single number': () =>
      untyped(tapegrad.vjp((a) => a, x)).pullback!(),
    'explain: expected a Tensor, got undefined': () => t.explain!(),
    'explainGrad: expected a Tensor, got null': () => t.explainGrad!(null),
  });
});

test('an axis is a number or a list of numbers', () => {
  const matrix = untyped(tapegrad.zeros([2, 3]));
  refuse({
    "sum: expected an axis, or axes in a list, such as [0, 1], got '0'": () => matrix.sum!('0'),
    'mean: expected an axis, or axes in a list, such as [0, 1], got an object': () =>
      matrix.mean!({ keepdims: true }),
    'max: expected an axis, or axes in a list, such as [0, 1], got null': () => matrix.max!(null),
    "sum: an axis is a whole number, such as 0 or -1, got '1'": () => matrix.sum!([0, '1']),
    "softmax: an axis is a whole number, such as 0 or -1, got 'rows'": () => matrix.softmax!('rows'),
    'sum: axis 0.5 does not exist in a tensor of rank 2; expected -2 to 1': () => matrix.sum!(0.5),
  });
});

test('a tensor takes numbers only, and as many as it holds', () => {
  const pair = tapegrad.tensor([1, 2]);
  const { assign } = untyped(pair);
  const into =
    (values: unknown): (() => unknown) =>
    () =>
      assign!.call(pair, values);
  refuse({
    'assign: expected a Tensor or a flat array of numbers, got undefined': into(undefined),
    'assign: expected a Tensor or a flat array of numbers, got 3': into(3),
    'assign: expected a Tensor or a flat array of numbers, got 1,a': into([1, 'a']),
    'assign: expected a Tensor or a flat array of numbers, got 1,2': into([[1], [2]]),
    'assign: expected a Tensor or a flat array of numbers, got 0,0': into(new BigInt64Array(2)),
    'assign: 3 values for a tensor of 2 elements': into([1, 2, 3]),
  });
  assert.equal(pair.toArray(), [1, 2]);
  assert.is(pair.version, 0, 'a refused write is none');
  assert.equal(pair.assign(new Int8Array([3, 4])).toArray(), [3, 4]);
});

test('tensors are made with options that exist, and of a size that fits', () => {
  refuse({
    'tensor: expected options { shape, dtype, requiresGrad }, got null': () => t.tensor!([1, 2], null),
    'tensor: expected options { shape, dtype, requiresGrad }, got an array': () => t.tensor!([1, 2], [2, 1]),
    'tensor: knows no option requires_grad; expected shape, dtype, requiresGrad': () =>
      t.tensor!([1, 2], { requires_grad: true }),
    'zeros: expected options { dtype, requiresGrad }, got a string': () => t.zeros!([2], 'float64'),
    'randn: knows no option seed; expected dtype, requiresGrad': () => t.randn!([2], rng, { seed: 1 }),
    'zeros: there is no memory for shape [1000000000000], which holds 1000000000000 elements': () =>
      t.zeros!([1e12]),
  });
});

test('what a gradient is asked for is something it can do', () => {
  const leaf = tapegrad.tensor(2, { requiresGrad: true });
  const [parameter, constant] = [untyped(leaf), untyped(tapegrad.tensor(2))];
  refuse({
    'registerHook: expected a function of the gradient, got a number': () => parameter.registerHook!(3),
    'registerHook: this tensor requires no gradient': () => constant.registerHook!(() => undefined),
    'retainGrad: this tensor requires no gradient, so there will be none to keep': () =>
      constant.retainGrad!(),
    'backward: knows no option retaingraph; expected retainGraph, createGraph': () =>
      parameter.backward!({ retaingraph: true }),
    'backward: expected options { retainGraph, createGraph }, got a boolean': () =>
      parameter.backward!(tapegrad.tensor(1), true),
    'backward: the gradient passed in is a number': () => parameter.backward!(3),
    'backward: expected the Tensor to walk back from, got a number': () => t.backward!(3),
  });
  assert.is(leaf.grad, null, 'a refused walk writes nothing');
  assert.is(leaf.retainGrad(), leaf, 'a leaf keeps its gradient anyway');
  (leaf.square().backward as (seed: unknown) => void)(null);
});

test('an op is declared with a name, a forward and rules, and applied to tensors in a list', () => {
  const forward = ([at]: { data: Float32Array; shape: number[] }[]) => ({
    data: at!.data.slice(),
    shape: at!.shape,
  });
  const parts = { name: 'mine', forward, vjp: [(g: Tensor) => g] };
  const declare = (changes: object) => () => t.defineOp!({ ...parts, ...changes });
  const MINE = declare({})();
  const joint = (vjpAll: () => unknown) => {
    const leaf = tapegrad.tensor(1, { requiresGrad: true });
    return () => (t.apply!(declare({ vjp: undefined, vjpAll })(), [leaf]) as Tensor).backward();
  };
  refuse({
    'defineOp: expected options { name, broadcast, converts, forward, save, vjp, vjpAll, composition }, got undefined':
      () => t.defineOp!(),
    'defineOp: knows no option brodcast; expected name, broadcast': declare({ brodcast: true }),
    'defineOp: an op has a name, for errors to call it by; got undefined': declare({ name: undefined }),
    'mine: forward is a function, got undefined': declare({ forward: undefined }),
    'mine: save is a function, got an array': declare({ save: [] }),
    'mine: an op has either vjp, one rule an input, or vjpAll': declare({ vjp: undefined }),
    'mine: vjp is a list with one rule an input, [(g, saved) => …], got a function': declare({
      vjp: parts.vjp[0],
    }),
    'mine: the rule for input 1 is a function, got a string': declare({ vjp: [...parts.vjp, 'none'] }),
    'mine: vjpAll is a function, got an array': declare({ vjp: undefined, vjpAll: [] }),
    'mine: its vjpAll returned a Tensor of shape [] (float32); expected a list with a gradient, or null':
      joint(() => tapegrad.tensor(1)),
    'mine: its rule returned 0 gradients for 1 inputs': joint(() => []),
    'mine: its forward returned undefined; expected { data, shape }': () =>
      t.apply!(declare({ forward: () => undefined })(), [x]),
    'mine: its forward returned an array; expected { data, shape }': () =>
      t.apply!(declare({ forward: () => [1] })(), [x]),
    'apply: expected an op made by defineOp, got a number': () => t.apply!(3),
    'apply: expected an op made by defineOp, got a function': () => t.apply!(tapegrad.relu, [x]),
    'mine: expected the inputs in a list, apply(op, [x]), got a Tensor of shape [2]': () => t.apply!(MINE, x),
    'noGrad: expected a function to run, got undefined': () => t.noGrad!(),
  });
  assert.equal((t.apply!(MINE, [x]) as Tensor).toArray(), [1, 2]);
});

test('fans are counted from lists of sizes', () => {
  const i = untyped(init);
  refuse({
    'convFans: expected options { inChannels, outChannels, kernel, groups }, got a number': () =>
      i.convFans!(4, 8, 3),
    'convFans: kernel is a list with a number for each spatial axis, such as [3, 3], got undefined': () =>
      i.convFans!({ inChannels: 4, outChannels: 8 }),
    'convTransposeFans: stride is a list': () =>
      i.convTransposeFans!({ inChannels: 1, outChannels: 1, kernel: [2, 2], stride: 2 }),
  });
});

test('an initialiser is called with a generator', () => {
  const he = init.heNormal() as unknown as (...inputs: unknown[]) => unknown;
  const missing = 'He normal: needs a generator to draw from; pass random(seed) as the third argument';
  const fans = { fanIn: 2, fanOut: 3 };
  for (const rng of [undefined, null, 0]) assertThrows(() => he([2, 3], fans, rng), missing);
  assert.is((he([2, 3], fans, rng) as Float64Array).length, 6);
});

test('layers say what they miss', () => {
  refuse({
    'Linear: needs a generator for its weights; pass { rng: random(seed) }': () => make(nn, 'Linear', 2, 3),
    'Dropout: needs a generator for its masks; pass { rng: random(seed) }': () => make(nn, 'Dropout', 0.5),
    'Linear: init is the function heNormal, not an initialiser; call the strategy': () =>
      make(nn, 'Linear', 2, 3, { rng, init: init.heNormal }),
    'Linear: init is a string, not an initialiser': () => make(nn, 'Linear', 2, 3, { rng, init: 'he' }),
    'Sequential: layer 0 is an array; spread it, new Sequential(...layers)': () =>
      make(nn, 'Sequential', [new nn.ReLU()]),
    'Sequential: layer 1 is a string; expected a module or a function of a tensor': () =>
      make(nn, 'Sequential', new nn.ReLU(), 'relu'),
    'loadStateDict: expected what stateDict() gave, got null': () =>
      untyped(new nn.Linear(2, 1, { rng })).loadStateDict!(null),
    'loadStateDict: the saved values do not fit Linear: weight is no Tensor; bias is no Tensor': () =>
      untyped(new nn.Linear(2, 1, { rng })).loadStateDict!({ weight: [1, 2], bias: [0] }),
  });
});

test('optimisers and clipping say how their parameters are passed', () => {
  const leaf = tapegrad.tensor([1], { requiresGrad: true });
  refuse({
    'SGD: got a model; pass model.parameters()': () =>
      make(optim, 'SGD', new nn.Linear(2, 1, { rng }), { lr: 0.1 }),
    'AdaGrad: got a model; pass model.parameters()': () =>
      make(optim, 'AdaGrad', [{ params: new nn.Linear(2, 1, { rng }), lr: 0.1 }]),
    'SGD: got a Tensor; put it into a list, [tensor]': () => make(optim, 'SGD', leaf, { lr: 0.1 }),
    'Adam: expected a list of parameters, got undefined; pass model.parameters()': () => make(optim, 'Adam'),
    'SGD: expected options { lr, momentum, dampening, weightDecay, nesterov }, got a number': () =>
      make(optim, 'SGD', [leaf], 0.1),
    'SGD: lr is a finite number ≥ 0, got undefined': () => make(optim, 'SGD', [leaf]),
    'clipGradNorm: got a Tensor; put it into a list, [tensor]': () => untyped(optim).clipGradNorm!(leaf, 1),
  });
});

test('data and training say which part is missing', () => {
  const [d, tr] = [untyped(data), untyped(train)];
  const rows = { x: tapegrad.zeros([2, 2]), labels: [0, 1] };
  const optimizer = new optim.SGD([tapegrad.tensor([1], { requiresGrad: true })], { lr: 1 });
  const run = (parts: object) => () => tr.train!({ batches: [1], steps: 1, optimizer, ...parts });
  refuse({
    'DataLoader: expected options, such as { batchSize: 100 }': () => make(data, 'DataLoader', rows),
    'DataLoader: expected a dataset { x, labels }': () =>
      make(data, 'DataLoader', { x: [[1]], labels: [0] }, { batchSize: 1 }),
    'DataLoader: needs a generator for a random order; pass { rng: random(seed) }': () =>
      make(data, 'DataLoader', rows, { batchSize: 1, shuffle: true, rng: 3 }),
    'spiral: needs a generator to draw the points from; pass { rng: random(seed) }': () => d.spiral!(6),
    'moons: needs a generator': () => d.moons!(6, {}),
    'parseIdx: expected the bytes of the file as a Uint8Array, got undefined': () => d.parseIdx!(),
    'train: expected batches that can be iterated': () => tr.train!(),
    'train: expected loss, a function from a batch to a Tensor': run({}),
    'train: expected an optimizer, such as new SGD(': run({ loss: () => x, optimizer: null }),
    'train: the loss is a number; expected a Tensor, not its item()': run({ loss: () => 3 }),
    'train: the loss is a promise; await before the step, not in it': run({ loss: async () => x }),
    'train: batches yielded nothing': () => tr.train!({ batches: [], epochs: 2, optimizer, loss: () => x }),
    'accuracy: expected logits as a Tensor and labels as a list of class indices': () =>
      tr.accuracy!(tapegrad.zeros([1, 2]), tapegrad.zeros([1])),
  });
});

test('a folder of no name and a progress of no length are refused, too', async () => {
  const refusals: [Promise<unknown>, string][] = [
    [
      untyped(data).loadMnist!() as Promise<unknown>,
      'loadMnist: expected the path of a folder, got undefined',
    ],
    [
      untyped(train).progress!({ total: Number.NaN }) as Promise<unknown>,
      'progress: expected total, a whole number of steps ≥ 0, got NaN',
    ],
    [untyped(train).progress!() as Promise<unknown>, 'progress: expected total'],
  ];
  for (const [refusal, answer] of refusals) {
    const error = await refusal.then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.instance(error, TapegradError);
    assertThrows(() => {
      throw error;
    }, answer);
  }
});

test('a call with the right parts is not refused', () => {
  const model = new nn.Sequential(new nn.Linear(2, 3, { rng }), tapegrad.relu, new nn.Dropout(0, { rng }));
  const y = model.forward(tapegrad.zeros([4, 2])) as Tensor;
  assert.equal(y.shape, [4, 3]);
  assert.equal(tapegrad.einsum('ij->ji', y).shape, [3, 4]);
});
