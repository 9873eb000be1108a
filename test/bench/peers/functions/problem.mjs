/** sum(tanh(x·w + b) · sigmoid(x)) of 10⁶ numbers, with a single w and b, and the gradients of all three. */
import { numbers } from '../shared.mjs';

export const COUNT = 1_000_000;
export const x = numbers(COUNT, 1, 4);
export const W = 0.75;
export const B = -0.25;
