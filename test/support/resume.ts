/**
 * A training run with everything in it that remembers or draws: dropout, batch normalisation, a recurrent layer, shuffled batches,
 * noise on the inputs, and an optimiser with a schedule. It can be saved after any step, and another one that goes on from the
 * file must compute the same bits. Node and pages run it, so it imports nothing of Node.
 */
import { DataLoader, spiral } from '../../src/data/index.js';
import { add, crossEntropy, mul, type Rng, randn, random, reshape, type Tensor } from '../../src/index.js';
import { loadCheckpoint, saveCheckpoint } from '../../src/io/index.js';
import { BatchNorm1d, Dropout, GRU, Linear, Module } from '../../src/nn/index.js';
import { Adam, decayGroups, oneCycle, type SavedParameter } from '../../src/optim/index.js';

export class Net extends Module {
  readonly gru: GRU;
  readonly norm = new BatchNorm1d(8);
  readonly dropout: Dropout;
  readonly head: Linear;

  constructor(rng: Rng) {
    super();
    this.gru = new GRU(1, 8, { rng, batchFirst: true });
    this.dropout = new Dropout(0.3, { rng: rng.split('masks') });
    this.head = new Linear(8, 3, { rng });
  }

  override forward(x: Tensor): Tensor {
    const rows = x.shape[0]!;
    const { state } = this.gru.forward(reshape(x, [rows, 2, 1]));
    return this.head.forward(this.dropout.forward(this.norm.forward(reshape(state, [rows, 8]))));
  }
}

/** Every optimiser has these. */
interface AnyOptimizer {
  step(): void;
  zeroGrad(): void;
  stateDict(): SavedParameter[];
  loadStateDict(saved: readonly SavedParameter[]): void;
}

/** Makes the optimiser of a run. */
export type Make = (model: Module) => AnyOptimizer;

const adam: Make = (model) =>
  new Adam(decayGroups(model, { weightDecay: 0.01 }), { lr: oneCycle(0.02, { steps: 40 }) });

/** A run, at its start or where a checkpoint left it. */
export class Run {
  readonly model: Net;
  readonly optimizer: AnyOptimizer;
  readonly loader: DataLoader;
  readonly rng: Rng;
  step = 0;
  losses: number[] = [];

  /** @param seed of the model and the generators; a run that goes on from a file may have another */
  constructor(seed: number, make = adam) {
    this.model = new Net(random(seed));
    this.optimizer = make(this.model);
    this.rng = random(seed + 1);
    // The points are the same in every run. The order of the batches and the noise are drawn from one generator.
    const points = spiral(9, { rng: random(7), noise: 0.1 });
    this.loader = new DataLoader(points, { batchSize: 5, shuffle: true, rng: this.rng });
  }

  /** Trains until `steps` steps are done, and calls `look` after each. */
  train(steps: number, look: () => void = () => {}): this {
    while (this.step < steps)
      for (const { x, labels } of this.loader) {
        const noisy = add(x, mul(randn(x.shape, this.rng), 0.05));
        this.optimizer.zeroGrad();
        const loss = crossEntropy(this.model.forward(noisy), labels);
        loss.backward();
        this.optimizer.step();
        this.losses.push(loss.item());
        this.step++;
        look();
        if (this.step === steps) break;
      }
    return this;
  }

  save(): Uint8Array {
    const { model, optimizer, loader, rng, step, losses } = this;
    return saveCheckpoint({ model, optimizer, loader, rng, step, losses });
  }

  load(bytes: Uint8Array): this {
    const { model, optimizer, loader, rng } = this;
    const rest = loadCheckpoint<{ step: number; losses: number[] }>(bytes, { model, optimizer, loader, rng });
    [this.step, this.losses] = [rest.step, rest.losses];
    return this;
  }
}
