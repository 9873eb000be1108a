/** The training step of the study: 784-200-200-10, relu, cross entropy, a batch of 100, plain descent. */
import { numbers } from '../shared.mjs';

export const SIZES = [784, 200, 200, 10];
export const BATCH = 100;
export const LR = 0.1;
export const inputs = numbers(BATCH * SIZES[0], 1, 2);
export const labels = Array.from({ length: BATCH }, (_, i) => (i * 7) % 10);
export const oneHot = Float32Array.from({ length: BATCH * 10 }, (_, i) =>
  Number(labels[Math.floor(i / 10)] === i % 10),
);
/** He-like weights and zero biases, layer by layer. */
export const weights = [0, 1, 2].map((layer) =>
  numbers(SIZES[layer] * SIZES[layer + 1], 10 + layer, Math.sqrt(24 / SIZES[layer])),
);
export const biases = [0, 1, 2].map((layer) => new Float32Array(SIZES[layer + 1]));
