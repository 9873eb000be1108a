/** Layers of every kind type-check, and what needs a layer from tensor to tensor takes no other. */
import { assertGradients, checkModule, gradcheck } from '../../src/check/index.js';
import { randn, random, stack, type Tensor } from '../../src/index.js';
import { type AnyModule, Linear, lsuvInit, Module, Sequential, summary } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';
import { train } from '../../src/train/index.js';

const rng = random(0);
const x = randn([2, 3], rng);

/** Two outputs in a list, and a state that may be left out. */
class Lstm extends Module {
  readonly gate = new Linear(3, 3, { rng });
  override forward(input: Tensor, state?: readonly [h: Tensor, c: Tensor]): [h: Tensor, c: Tensor] {
    const h = this.gate.forward(state ? input.add(state[0]) : input).tanh();
    return [h, h];
  }
}

interface Weights {
  output: Tensor;
  weights: Tensor | null;
}

/** Three inputs, options, and an object. */
class Attention extends Module {
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    { causal = false, needWeights = true }: { causal?: boolean; needWeights?: boolean } = {},
  ): Weights {
    const weights = query.matmul(key.transpose()).softmax();
    return { output: weights.matmul(value), weights: needWeights && !causal ? weights : null };
  }
}

/** Numbers and lists as inputs, an arrow function as forward, a type parameter. */
class Repeat<Out extends Tensor | Tensor[]> extends Module {
  constructor(private readonly make: (all: Tensor[]) => Out) {
    super();
  }
  override forward = (inputs: readonly Tensor[], times = 1): Out =>
    this.make(inputs.flatMap((one) => Array.from({ length: times }, () => one)));
}

/** An LSTM's subclass, whose forward takes one more option. */
class Reset extends Lstm {
  override forward(input: Tensor, state?: readonly [Tensor, Tensor], reset = false): [Tensor, Tensor] {
    return super.forward(input, reset ? undefined : state);
  }
}

/** A layer as before. */
class Twice extends Module {
  override forward(input: Tensor): Tensor {
    return input.mul(2);
  }
}

const lstm = new Lstm();
const [h, c] = lstm.forward(x);
export const state: [Tensor, Tensor] = new Reset().forward(x, [h, c], true);
const attention = new Attention();
export const { output, weights }: Weights = attention.forward(x, x, x, { causal: true });
export const stacked: Tensor = new Repeat((all) => stack(all)).forward([x], 3);

// What needs no particular forward takes them all.
export const all: AnyModule[] = [lstm, attention, new Twice(), new Sequential(new Twice())];
checkModule(lstm, x, { order: 2 });
checkModule(attention, [x, x, x]);
export const table: string = summary(lstm, [2, 3]);
lsuvInit(lstm, x);
lstm.register('inner', attention);
for (const module of all) new SGD(module.eval().train().parameters(), { lr: 0.1 });
for (const [path, module] of lstm.namedModules()) console.log(path.length, module.training);
gradcheck((input) => lstm.forward(input), x);
assertGradients((a, b, v) => attention.forward(a, b, v).output, [x, x, x]);

// The usual layer is called without knowing its class.
const layers: Module[] = [new Twice(), new Linear(3, 3, { rng }), new Sequential(new Twice())];
export const result: Tensor = layers.reduce((input: Tensor, layer) => layer.forward(input), x);
const anyone: unknown = layers[0];
export const parameters = anyone instanceof Module ? anyone.parameters() : [];
train({
  steps: 1,
  batches: [x],
  loss: (batch) => lstm.forward(batch)[0].sum(),
  optimizer: new SGD(lstm.parameters(), { lr: 0.1 }),
});

// Where a tensor goes in and one comes out, another layer is refused.
// @ts-expect-error an LSTM has two outputs
new Sequential(lstm);
// @ts-expect-error attention returns an object
layers.push(attention);
// @ts-expect-error the first input of the layer is a tensor
lstm.forward([x]);
// @ts-expect-error the layer knows no such option
attention.forward(x, x, x, { casual: true });
// @ts-expect-error the output of any module is not known
export const unknown: Tensor = (attention as AnyModule).forward(x);
// @ts-expect-error a module is made by extending it
new Module();
// @ts-expect-error a module has a forward
export class Nothing extends Module {}
