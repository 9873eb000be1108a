/** A step of LeNet: convolution 1 → 6 (5 × 5, padding 2), pool, convolution 6 → 16 (5 × 5), pool, 400-120-84-10, batch 32. */
import { numbers } from '../shared.mjs';

export const BATCH = 32;
export const LR = 0.05;
export const SHAPES = [
  [6, 1, 5, 5],
  [16, 6, 5, 5],
  [400, 120],
  [120, 84],
  [84, 10],
];
const size = (shape) => shape.reduce((a, b) => a * b, 1);
const fanIn = (shape) => (shape.length === 4 ? size(shape.slice(1)) : shape[0]);
export const images = numbers(BATCH * 28 * 28, 1, 2);
export const labels = Array.from({ length: BATCH }, (_, i) => (i * 7) % 10);
export const oneHot = Float32Array.from({ length: BATCH * 10 }, (_, i) =>
  Number(labels[Math.floor(i / 10)] === i % 10),
);
/** Filters [out, in, height, width] and weights [in, out], with zero biases. */
export const weights = SHAPES.map((shape, i) => numbers(size(shape), 10 + i, Math.sqrt(24 / fanIn(shape))));
export const biases = SHAPES.map((shape) => new Float32Array(shape.length === 4 ? shape[0] : shape[1]));
