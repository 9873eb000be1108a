/** 1,000 times a ← a·b + c on four numbers, forward and back: what an op costs that computes next to nothing. */
export const STEPS = 1_000;
export const A = [1, 1.0001, 0.9999, 1];
