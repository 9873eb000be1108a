import * as assert from 'uvu/assert';
import {
  add,
  apply,
  defineOp,
  exp,
  mul,
  type NDArray,
  type Op,
  randn,
  random,
  relu,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.js';
import { Linear, Module, Sequential, summary } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { assertClose, assertSame } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('custom layers');

/** y = factor · x: a class with a forward and a parameter. */
class Scale extends Module {
  readonly factor = tensor([1], { requiresGrad: true });
  override forward(x: Tensor): Tensor {
    return x.mul(this.factor);
  }
}

test('a class with a forward and nothing else is a layer: found, trained, summarised, saved and loaded', () => {
  const scale = new Scale();
  const model = new Sequential(scale, (x) => x.sum());
  assert.equal(
    model.namedParameters().map(([name]) => name),
    ['layers.0.factor'],
  );
  const optimizer = new SGD(model.parameters(), { lr: 0.25 });
  model.forward(tensor([1, 2, 3])).backward();
  optimizer.step();
  // d(Σ fx)/df = Σ x = 6,   1 − 0.25 · 6
  assert.is(scale.factor.item(), -0.5);
  assert.is(
    summary(new Scale(), [2]),
    'name   layer  output  parameters  initialised\nmodel  Scale  [2]              1\n1 parameters',
  );
  const copy = new Scale();
  copy.loadStateDict(scale.stateDict());
  assert.is(copy.factor.item(), -0.5);
  assert.is(String(copy), 'Scale(): 1 parameters');
});

test('layers inside a custom layer, and in lists inside it, are visible to the optimiser and all of them learn', () => {
  class Residual extends Module {
    readonly blocks: readonly Linear[];
    readonly scales = new Map([['out', new Scale()]]);
    constructor(width: number, depth: number) {
      super();
      const rng = random(1);
      this.blocks = Array.from({ length: depth }, () => new Linear(width, width, { rng }));
    }
    override forward(x: Tensor): Tensor {
      const h = this.blocks.reduce((y, block) => y.add(relu(block.forward(y))), x);
      return this.scales.get('out')!.forward(h);
    }
  }
  const model = new Residual(3, 2);
  assert.equal(
    model.namedParameters().map(([name]) => name),
    ['blocks.0.weight', 'blocks.0.bias', 'blocks.1.weight', 'blocks.1.bias', 'scales.out.factor'],
  );
  const before = model.parameters().map((p) => p.data.join());
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  model
    .forward(randn([8, 3], random(2)))
    .square()
    .mean()
    .backward();
  optimizer.step();
  for (const [i, parameter] of model.parameters().entries())
    assert.is.not(parameter.data.join(), before[i], `${parameter.name} learns`);
});

// One layer, y = factor · exp(−x²), written in three ways. With e = exp(−x²):  x̄ = −2x · factor · e · g,   factor¯ = Σ e · g.

/** The layer composed of ops, whose rules give its gradient. */
class ComposedBell extends Module {
  constructor(readonly factor: Tensor) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return mul(this.factor, exp(mul(square(x), -1)));
  }
}

const bell = (x: NDArray, factor: NDArray): NDArray => ({
  data: x.data.map((v) => factor.data[0]! * Math.exp(-v * v)),
  shape: x.shape,
});

const BELL = defineOp({
  name: 'bell',
  forward: ([x, factor]: [NDArray, NDArray]) => bell(x, factor),
  save: ({ inputs: [x, factor], output: y }) => ({ x, factor, y }),
  vjp: [
    (g, { x, y }) => mul(mul(g, mul(x, -2)), y),
    (g, { x, factor }) => sum(mul(g, exp(mul(square(x), -1)))).reshape(factor.shape),
  ],
});

/** The layer as an op with one rule for each input. */
class DefinedBell extends ComposedBell {
  override forward(x: Tensor): Tensor {
    return apply(BELL, [x, this.factor]);
  }
}

/** The layer as an op that is written without defineOp. */
const RAW_BELL: Op<[NDArray, NDArray], undefined> = {
  name: 'rawBell',
  forward: ([x, factor]) => bell(x, factor),
  save: ({ inputs: [x, factor] }) => ({ x, factor }),
  vjp: null,
  vjpAll(g, saved) {
    const { x, factor } = saved as { x: Tensor; factor: Tensor };
    const e = exp(sub(0, square(x)));
    return [mul(mul(g, mul(mul(x, -2), factor)), e), sum(mul(g, e)).reshape(factor.shape)];
  },
  broadcast: false,
  converts: false,
};

class RawBell extends ComposedBell {
  override forward(x: Tensor): Tensor {
    return apply(RAW_BELL, [x, this.factor]);
  }
}

const X = [-1.5, -0.25, 0, 0.75, 2];

function trainBell(Bell: typeof ComposedBell): {
  losses: number[];
  factor: number;
  xGrad: ArrayLike<number>;
} {
  const factor = tensor([0.5], { requiresGrad: true, dtype: 'float64' });
  const model = new Sequential(new Bell(factor));
  const x = tensor(X, { requiresGrad: true, dtype: 'float64' });
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const losses: number[] = [];
  for (let step = 0; step < 5; step++) {
    optimizer.zeroGrad();
    x.grad = null;
    const loss = square(add(model.forward(x), -1)).sum();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  return { losses, factor: factor.item(), xGrad: x.grad!.data };
}

test('one layer written three ways, of ops, with defineOp, and as a bare entry of the tape, trains alike', () => {
  let factor = 0.5;
  const losses: number[] = [];
  let xGrad: number[] = [];
  for (let step = 0; step < 5; step++) {
    const e = X.map((x) => Math.exp(-x * x));
    const error = e.map((v) => factor * v - 1);
    losses.push(error.reduce((total, v) => total + v * v, 0));
    xGrad = X.map((x, i) => 2 * error[i]! * -2 * x * factor * e[i]!);
    factor -= 0.1 * error.reduce((total, v, i) => total + 2 * v * e[i]!, 0);
  }
  for (const Bell of [ComposedBell, DefinedBell, RawBell]) {
    const trained = trainBell(Bell);
    assertClose(trained.losses, losses, { relative: 1e-13, what: `${Bell.name} losses` });
    assertClose([trained.factor], [factor], { relative: 1e-13, what: `${Bell.name} factor` });
    assertClose(trained.xGrad, xGrad, { relative: 1e-12, what: `${Bell.name} gradient` });
  }
});

test('a layer may take several inputs and other layers may call it', () => {
  class Gate extends Module {
    readonly gate = new Scale();
    override forward(x: Tensor, y: Tensor): Tensor {
      return this.gate.forward(x).mul(y);
    }
  }
  assertSame(new Gate().forward(tensor([2, 3]), tensor([5, 7])).data, [10, 21]);
});
