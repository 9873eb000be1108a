/** The task that every contender computes: the same numbers, from a generator in integer arithmetic. */
export const SIZES = [784, 200, 200, 10];
export const BATCH = 100;
export const LR = 0.1;

function numbers(count, seed, scale) {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * scale;
  });
}

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
export const rows = (data, width) =>
  Array.from({ length: data.length / width }, (_, i) =>
    Array.from(data.subarray(i * width, (i + 1) * width)),
  );

/** Answers each message { steps } with the milliseconds a step took and the loss of the last one. */
export function contend(step) {
  process.on('message', async ({ steps }) => {
    const start = performance.now();
    let loss;
    for (let i = 0; i < steps; i++) loss = await step();
    process.send({ ms: (performance.now() - start) / steps, loss: Number(await loss) });
  });
  process.send('ready');
}
