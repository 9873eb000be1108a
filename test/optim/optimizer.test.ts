import * as assert from 'uvu/assert';
import { explainGrad, ones, randn, random, type Tensor, tensor } from '../../src/index.js';
import { Dropout, Linear, ReLU, Sequential } from '../../src/nn/index.js';
import {
  Adadelta,
  AdaGrad,
  Adam,
  Adamax,
  AdamW,
  Lion,
  NAdam,
  Optimizer,
  type ParameterGroup,
  RAdam,
  RMSprop,
  SGD,
} from '../../src/optim/index.js';
import { trainStep } from '../../src/train/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('optimisers');

const leaf = (...data: number[]): Tensor => tensor(data, { requiresGrad: true, dtype: 'float64' });

/** A leaf whose gradient is already there. */
function withGrad(value: number, grad: number): Tensor {
  const x = leaf(value);
  x.grad = tensor([grad], { dtype: 'float64' });
  return x;
}

test('a step moves every parameter against its gradient and leaves the gradient as it was', () => {
  const [a, b] = [withGrad(1, 2), withGrad(5, -4)];
  new SGD([a, b], { lr: 0.5 }).step();
  assert.equal([a.item(), b.item()], [0, 7]);
  assert.equal([a.grad!.item(), b.grad!.item()], [2, -4]);
});

test('a parameter that the loss did not use has no gradient and stays as it is, weight decay and momentum or not', () => {
  const [used, unused] = [leaf(2), leaf(3)];
  for (const optimizer of [
    new SGD([used, unused], { lr: 0.1, momentum: 0.9, weightDecay: 0.5 }),
    new AdamW([used, unused]),
  ]) {
    const before = used.item();
    optimizer.zeroGrad();
    used.square().sum().backward();
    optimizer.step();
    assert.is.not(used.item(), before);
    assert.is(unused.item(), 3);
    assert.is(explainGrad(unused).reason, 'unused-in-loss');
  }
});

test('a parameter that joins later starts its own count of steps', () => {
  const [early, late] = [withGrad(0, 1), leaf(0)];
  const optimizer = new Adam([early, late], { lr: 0.5, eps: 0 });
  for (let i = 0; i < 5; i++) optimizer.step();
  late.grad = tensor([10], { dtype: 'float64' });
  optimizer.step();
  assert.ok(Math.abs(late.item() + 0.5) < 1e-12, `a first step of Adam is lr long, got ${late.item()}`);
});

test('zeroGrad sets every gradient to null, so that the next backward starts from nothing', () => {
  const [a, b] = [leaf(3), leaf(4)];
  const optimizer = new SGD([{ params: [a] }, { params: [b] }], { lr: 1 });
  a.mul(b).sum().backward();
  optimizer.zeroGrad();
  assert.equal([a.grad, b.grad], [null, null]);
  a.mul(b).sum().backward();
  assert.equal([a.grad!.item(), b.grad!.item()], [4, 3]);
});

test('groups have hyper-parameters of their own and take the rest from the optimiser', () => {
  const [a, b] = [withGrad(1, 1), withGrad(1, 1)];
  const optimizer = new SGD(
    [
      { params: [a], lr: 0.5 },
      { params: [b], weightDecay: 2 },
    ],
    { lr: 0.25 },
  );
  optimizer.step();
  assert.equal([a.item(), b.item()], [1 - 0.5, 1 - 0.25 * (1 + 2 * 1)]);
  assert.equal(
    optimizer.groups.map(({ lr, weightDecay, momentum }) => ({ lr, weightDecay, momentum })),
    [
      { lr: 0.5, weightDecay: 0, momentum: 0 },
      { lr: 0.25, weightDecay: 2, momentum: 0 },
    ],
  );
});

test('hyper-parameters of a group may change between steps, as a schedule does', () => {
  const x = withGrad(0, 1);
  const optimizer = new SGD([x], { lr: 1 });
  optimizer.step();
  for (const group of optimizer.groups) group.lr = 0.25;
  optimizer.step();
  assert.is(x.item(), -1.25);
});

test('any iterable of parameters will do, and changing the list later changes nothing', () => {
  const [a, b] = [withGrad(0, 1), withGrad(0, 1)];
  function* params(): Generator<Tensor> {
    yield a;
    yield b;
  }
  new SGD(params(), { lr: 1 }).step();
  assert.equal([a.item(), b.item()], [-1, -1]);
  for (const grouped of [false, true]) {
    const list = [a];
    const optimizer = grouped ? new SGD([{ params: list }], { lr: 1 }) : new SGD(list, { lr: 1 });
    list.push(b);
    optimizer.step();
  }
  assert.equal([a.item(), b.item()], [-3, -1]);
});

test('an update is a counted write: a step between forward and backward is caught, naming the parameter', () => {
  const layer = new Linear(2, 1, { rng: random(0) });
  const optimizer = new SGD(layer.parameters(), { lr: 0.1 });
  const x = ones([1, 2]).add(0);
  x.requiresGrad = true;
  const stale = layer.forward(x).square().sum();
  trainStep(optimizer, () => layer.forward(x).sum());
  assertThrows(() => stale.backward(), 'needs the value of weight [2, 1]', 'written to since');
});

test('a step is not recorded: parameters stay leaves and no tape grows behind them', () => {
  const x = leaf(1);
  const optimizer = new Adam([x]);
  for (let i = 0; i < 3; i++) trainStep(optimizer, () => x.square().sum());
  assert.ok(x.isLeaf && x.requiresGrad);
});

test('an optimiser of your own is one update rule: the sign of the gradient', () => {
  class SignDescent extends Optimizer<{ lr: number }> {
    constructor(params: Iterable<Tensor> | readonly ParameterGroup<{ lr: number }>[], lr: number) {
      super(params, { lr });
    }
    protected override check(): void {}
    protected override update(
      x: Float32Array | Float64Array,
      gradient: Float32Array | Float64Array,
      _state: unknown,
      { lr }: { lr: number },
    ): void {
      for (let i = 0; i < x.length; i++) x[i]! -= lr * Math.sign(gradient[i]!);
    }
  }
  const x = leaf(2, -3, 0);
  trainStep(new SignDescent([x], 0.5), () => x.square().sum());
  assertSame(x.data, [1.5, -2.5, 0]);
  assertThrows(() => new SignDescent([], 1), 'SignDescent: got no parameters');
});

test('every optimiser learns a small regression', () => {
  const rng = random(3);
  const x = randn([32, 3], rng);
  const y = x.matmul(tensor([[1], [-2], [0.5]])).add(0.25);
  const makers: ((params: Tensor[]) => { zeroGrad(): void; step(): void })[] = [
    (p) => new SGD(p, { lr: 0.1, momentum: 0.5 }),
    (p) => new Adam(p, { lr: 0.1 }),
    (p) => new AdamW(p, { lr: 0.1, weightDecay: 1e-4 }),
    (p) => new RMSprop(p, { lr: 0.02 }),
    (p) => new AdaGrad(p, { lr: 0.5 }),
    (p) => new RMSprop(p, { lr: 0.02, centered: true }),
    (p) => new Adam(p, { lr: 0.1, amsgrad: true }),
    (p) => new Adadelta(p, { lr: 0.5, eps: 0.01 }),
    (p) => new Adamax(p, { lr: 0.1 }),
    (p) => new NAdam(p, { lr: 0.1 }),
    (p) => new RAdam(p, { lr: 0.1 }),
    (p) => new Lion(p, { lr: 0.02 }),
  ];
  for (const make of makers) {
    const layer = new Linear(3, 1, { rng: random(1) });
    const optimizer = make(layer.parameters());
    const step = (): number => trainStep(optimizer, () => layer.forward(x).sub(y).square().mean());
    const first = step();
    for (let i = 0; i < 150; i++) step();
    const last = step();
    assert.ok(last < first / 100, `${optimizer.constructor.name}: from ${first} to ${last}`);
  }
});

test('training a model with Adam and dropout for 1,000 steps leaves the heap flat, with nothing to dispose of', () => {
  const rng = random(0);
  const model = new Sequential(
    new Linear(40, 40, { rng }),
    new ReLU(),
    new Dropout(0.5, { rng }),
    new Linear(40, 1, { rng }),
  );
  const optimizer = new Adam(model.parameters());
  const x = randn([20, 40], rng);
  const step = (): number => trainStep(optimizer, () => model.forward(x).square().mean());
  const { gc } = globalThis as { gc?: () => void };
  assert.ok(gc, 'run with --expose-gc');
  const heap = (): number => {
    for (let i = 0; i < 3; i++) gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  for (let i = 0; i < 200; i++) step();
  const before = heap();
  for (let i = 0; i < 1_000; i++) step();
  const growth = heap() - before;
  assert.ok(growth < 2e6, `grew by ${growth} bytes`);
});
