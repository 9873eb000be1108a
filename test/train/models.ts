/** Small models and optimisers for the tests of the training tools. */
import { random, type Tensor, tensor } from '../../src/index.js';
import { BatchNorm1d, Dropout, Linear, Module, ReLU, Sequential } from '../../src/nn/index.js';

/** One trained number, and an optimiser that multiplies it by 1 − rate · 2 at each step on the loss w². */
export function descent(start = 4, rate = 0.25) {
  const w = tensor(start, { requiresGrad: true });
  const optimizer = {
    zeroGrad: () => void (w.grad = null),
    step: () => void w.write((data) => void (data[0]! -= rate * w.grad!.item())),
  };
  return { w, optimizer, loss: () => w.square() };
}

/** A model of one number, which tests set by hand. */
export class One extends Module {
  readonly w = tensor([1], { requiresGrad: true, dtype: 'float64' });

  forward(x: Tensor): Tensor {
    return x.mul(this.w);
  }

  /** Sets the number. */
  set(value: number): void {
    this.w.assign([value]);
  }
}

/** A model with buffers, and with a mode that changes what it computes. */
export function layered(seed = 0): Sequential {
  const rng = random(seed);
  return new Sequential(
    new Linear(3, 4, { rng: rng.split('first') }),
    new BatchNorm1d(4),
    new ReLU(),
    new Dropout(0.5, { rng: rng.split('dropout') }),
    new Linear(4, 2, { rng: rng.split('last') }),
  );
}

/** The bits of all that a model saves, by path. */
export function bitsOf(model: Module): Record<string, number[]> {
  return Object.fromEntries(Object.entries(model.stateDict()).map(([path, { data }]) => [path, [...data]]));
}

/** What a state is after it went through a text. */
export function throughJson<State>(state: State): State {
  return JSON.parse(JSON.stringify(state)) as State;
}
