/**
 * Two steps whose time goes to elementwise work and to small products. They are written with public ops, as a program
 * outside writes them.
 */
import * as tg from '../../src/index.js';
import { heNormal } from '../../src/init/index.js';
import { LayerNorm, Linear, Module } from '../../src/nn/index.js';
import { SGD } from '../../src/optim/index.js';

const WIDTH = 64;
const HEADS = 4;
const LENGTH = 32;
const BATCH = 8;

/** Attention with several heads, then two layers, each on a normalised input and with a way around it. */
class Block extends Module {
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly out: Linear;
  readonly up: Linear;
  readonly down: Linear;

  constructor(rng: tg.Rng) {
    super();
    const linear = (inputs: number, outputs: number) =>
      new Linear(inputs, outputs, { rng, init: heNormal() });
    [this.norm1, this.norm2] = [new LayerNorm(WIDTH), new LayerNorm(WIDTH)];
    [this.query, this.key] = [linear(WIDTH, WIDTH), linear(WIDTH, WIDTH)];
    [this.value, this.out] = [linear(WIDTH, WIDTH), linear(WIDTH, WIDTH)];
    [this.up, this.down] = [linear(WIDTH, 4 * WIDTH), linear(4 * WIDTH, WIDTH)];
  }

  forward(x: tg.Tensor): tg.Tensor {
    const attended = x.add(this.attend(this.norm1.forward(x)));
    const hidden = tg.gelu(this.up.forward(this.norm2.forward(attended)), 'tanh');
    return attended.add(this.down.forward(hidden));
  }

  private attend(x: tg.Tensor): tg.Tensor {
    const depth = WIDTH / HEADS;
    const heads = (layer: Linear) =>
      layer.forward(x).reshape([BATCH, LENGTH, HEADS, depth]).permute([0, 2, 1, 3]);
    const mixed = tg.scaledDotProductAttention(heads(this.query), heads(this.key), heads(this.value));
    return this.out.forward(mixed.permute([0, 2, 1, 3]).reshape([BATCH, LENGTH, WIDTH]));
  }
}

/** Forward, backward and update of one pre-norm transformer block: width 64, 4 heads, length 32, batch 8. */
export function transformerStep(): () => number {
  const rng = tg.random(0);
  const block = new Block(rng);
  const x = tg.randn([BATCH, LENGTH, WIDTH], rng);
  const target = tg.randn([BATCH, LENGTH, WIDTH], rng);
  const optimizer = new SGD(block.parameters(), { lr: 0.01 });
  return () => {
    optimizer.zeroGrad();
    const loss = block.forward(x).sub(target).square().mean();
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}

/** Value and gradients of Σ tanh(x·w + b) · σ(x) for 10⁶ numbers x and two numbers w and b. */
export function functionsStep(): () => number {
  const x = tg.randn([1_000_000], tg.random(0), { requiresGrad: true });
  const w = tg.tensor(0.7, { requiresGrad: true });
  const b = tg.tensor(0.1, { requiresGrad: true });
  return () => {
    const y = x.mul(w).add(b).tanh().mul(x.sigmoid()).sum();
    y.backward();
    x.grad = w.grad = b.grad = null;
    return y.item();
  };
}
