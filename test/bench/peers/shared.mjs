/** What every contender uses: numbers from a generator in integer arithmetic, and the answers to the one who measures. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export function numbers(count, seed, scale) {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * scale;
  });
}

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

const require = createRequire(import.meta.url);

/** jax-js on its WebAssembly backend. */
export async function jaxJs() {
  const jax = await import(pathToFileURL(require.resolve('@jax-js/jax').replace(/\.cjs$/, '.js')).href);
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  return jax;
}

/** TensorFlow.js on the backend that the first argument of the program names. */
export async function tensorFlow() {
  const [backend] = process.argv.slice(2);
  const tf = require('@tensorflow/tfjs');
  if (backend === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(
      `${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`,
    );
  }
  await tf.setBackend(backend);
  await tf.ready();
  return tf;
}

/** The built library of this checkout, or of the folder that the first argument names. */
export async function tapegrad() {
  const root = process.argv[2] ?? fileURLToPath(new URL('../../..', import.meta.url));
  const load = (path) => import(pathToFileURL(join(root, 'dist', path)).href);
  const [tg, nn, optim] = await Promise.all(['index.js', 'nn/index.js', 'optim/index.js'].map(load));
  return { tg, nn, optim };
}
