/** Memory without a word about it in the program: what nobody holds goes. Needs --expose-gc, which the runner passes. */
import { setTimeout } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { checkpoint, crossEntropy, noGrad, ones, randn, random, type Tensor } from '../src/index.js';
import { Linear, Sequential, Tanh } from '../src/nn/index.js';
import { Adam } from '../src/optim/index.js';
import { suite } from './support/suite.js';

const test = suite('memory');

function collect(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (!gc) throw new Error('run with node --expose-gc');
  for (let i = 0; i < 3; i++) gc();
}

/** Bytes in use after everything that can go has gone. */
async function inUse(): Promise<number> {
  await setTimeout(0);
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Compiling the hot functions takes memory of its own, and is over by then. */
const WARM_UP = 1000;

/** By how much `steps` of training make the heap grow, once it is warm. `keep` sees every loss. */
async function growth(steps: number, keep: (loss: Tensor) => unknown): Promise<number> {
  const rng = random(3);
  const model = new Sequential(new Linear(20, 32, { rng }), new Tanh(), new Linear(32, 5, { rng }));
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const x = randn([16, 20], rng);
  const labels = Int32Array.from({ length: 16 }, (_, i) => i % 5);
  const step = (): void => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), labels);
    keep(loss);
    loss.backward();
    optimizer.step();
  };
  for (let i = 0; i < WARM_UP; i++) step();
  const before = await inUse();
  for (let i = 0; i < steps; i++) step();
  const after = await inUse();
  assert.ok(model.parameters().every(({ grad }) => grad !== null));
  return after - before;
}

test('2,000 training steps of a small network leave the heap as it was', async () => {
  const bytes = await growth(2000, () => {});
  assert.ok(bytes < 500_000, `grew by ${bytes} bytes`);
});

test('the same measurement notices a program that keeps every prediction', async () => {
  const kept: Tensor[] = [];
  const bytes = await growth(2000, (loss) => kept.push(loss.add(ones([16, 5])).detach()));
  assert.ok(bytes > 500_000, `grew by only ${bytes} bytes`);
  assert.is(kept.length, WARM_UP + 2000);
});

/** Whether `make`'s tensor is gone once nothing but what `hold` returned is held. */
async function isFreed(make: () => { watched: Tensor; held: unknown }): Promise<boolean> {
  const { reference, held } = ((): { reference: WeakRef<Tensor>; held: unknown } => {
    const { watched, held } = make();
    return { reference: new WeakRef(watched), held };
  })();
  await setTimeout(0);
  collect();
  const freed = reference.deref() === undefined;
  assert.is.not(held, undefined);
  return freed;
}

const w = ones([100], { requiresGrad: true });

test('a graph goes when its output goes, although the leaf that it hangs on stays', async () => {
  assert.ok(await isFreed(() => ({ watched: w.exp().square(), held: w })));
});

test('an intermediate value that no rule needs goes at once', async () => {
  assert.ok(
    await isFreed(() => {
      const watched = w.add(1);
      return { watched, held: watched.add(2) };
    }),
  );
});

test('an intermediate value that a rule needs stays until backward', async () => {
  const through = (after: (loss: Tensor) => void) => () => {
    const watched = w.add(1);
    const held = watched.square().sum();
    after(held);
    return { watched, held };
  };
  assert.not(await isFreed(through(() => {})), 'square saves its input');
  assert.ok(await isFreed(through((loss) => loss.backward())), 'and lets go of it');
  assert.not(await isFreed(through((loss) => loss.backward(undefined, { retainGraph: true }))));
});

test('what detach() cuts off goes, although the place of the cut is remembered', async () => {
  assert.ok(
    await isFreed(() => {
      const watched = w.exp();
      return { watched, held: watched.detach() };
    }),
  );
});

test('what a method cuts off with noGrad() goes with its object', async () => {
  class Average {
    readonly before = w.exp();
    next(): Tensor {
      return noGrad(() => this.before.mul(0.5).add(w));
    }
  }
  assert.ok(
    await isFreed(() => {
      const average = new Average();
      return { watched: average.before, held: average.next() };
    }),
  );
});

test('nothing computed under noGrad is held', async () => {
  assert.ok(
    await isFreed(() =>
      noGrad(() => {
        const watched = w.exp();
        return { watched, held: watched.square() };
      }),
    ),
  );
});

const STEPS = 64;
const WIDTH = 50_000;

/**
 * The most arrays of WIDTH numbers that a chain of STEPS steps holds at a time: after the forward pass, and whenever the walk
 * back comes to the end of a piece, where the tape of the piece is whole. `way` runs a piece.
 */
function mostHeld(pieces: number, way: (piece: (x: Tensor) => Tensor, x: Tensor) => Tensor): number {
  const x = ones([WIDTH], { requiresGrad: true });
  collect();
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const look = (): void => {
    collect();
    most = Math.max(most, (process.memoryUsage().arrayBuffers - before) / (4 * WIDTH));
  };
  const piece = (at: Tensor): Tensor => {
    let y = at;
    for (let step = 0; step < STEPS / pieces; step++) y = y.mul(0.99).tanh();
    y.registerHook(look);
    return y;
  };
  const chain = (): Tensor => {
    let y: Tensor = x;
    for (let i = 0; i < pieces; i++) y = way(piece, y);
    return y.sum();
  };
  const loss = chain();
  look();
  loss.backward();
  return most;
}

test('a chain of n steps in √n checkpoints holds the outputs of the pieces, and the tape of one piece', () => {
  const whole = mostHeld(1, (piece, x) => piece(x));
  const pieces = mostHeld(8, (piece, x) => checkpoint(piece, x));
  console.log(
    `most arrays held by ${STEPS} steps: ${whole.toFixed(1)}, in 8 checkpoints ${pieces.toFixed(1)}`,
  );
  // A step keeps two arrays. Besides, there are the gradient and what is being computed.
  assert.ok(whole >= 2 * STEPS && whole <= 2 * STEPS + 4, `${whole}`);
  assert.ok(pieces >= 8 + 2 * 8 && pieces <= 8 + 2 * 8 + 4, `${pieces}`);
  // One checkpoint around the whole chain saves nothing: the walk holds the tape of all of it.
  assert.ok(mostHeld(1, (piece, x) => checkpoint(piece, x)) >= 2 * STEPS);
});
