/**
 * A step of one transformer block that normalises first: width 64, 4 heads, length 32, batch 8, a hidden layer of 256 with
 * gelu in its tanh form. The loss is the mean square of the output.
 */
import { numbers } from '../shared.mjs';

export const WIDTH = 64;
export const HEADS = 4;
export const LENGTH = 32;
export const BATCH = 8;
export const HIDDEN = 4 * WIDTH;
export const LR = 0.01;
export const EPS = 1e-5;
export const input = numbers(BATCH * LENGTH * WIDTH, 1, 3);

const layer = (inputs, outputs, seed) => [
  { shape: [inputs, outputs], data: numbers(inputs * outputs, seed, Math.sqrt(12 / inputs)) },
  { shape: [outputs], data: new Float32Array(outputs) },
];
const norm = () => [
  { shape: [WIDTH], data: new Float32Array(WIDTH).fill(1) },
  { shape: [WIDTH], data: new Float32Array(WIDTH) },
];
/** Gain and shift of a norm, then weight and bias of query, key, value and output; gain and shift, then the hidden layer and the last. */
export const parameters = [
  ...norm(),
  ...[10, 11, 12, 13].flatMap((seed) => layer(WIDTH, WIDTH, seed)),
  ...norm(),
  ...layer(WIDTH, HIDDEN, 14),
  ...layer(HIDDEN, WIDTH, 15),
];
