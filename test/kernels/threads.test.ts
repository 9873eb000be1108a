/** Matrix products on several threads. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import * as assert from 'uvu/assert';
import { crossEntropy, kernels, randn, random, setThreads, threads } from '../../src/index.js';
import { dear } from '../../src/kernels/simd/elementwise.js';
import { FUNCTIONS } from '../../src/kernels/simd/exports.js';
import { matmul } from '../../src/kernels/simd/matmul.js';
import { Measured } from '../../src/kernels/simd/measured.js';
import { simd } from '../../src/kernels/simd/module.js';
import {
  multiplyIfItPays,
  multiplyTogether,
  type Product,
  transformIfItPays,
  transformTogether,
} from '../../src/kernels/simd/threads.js';
import { assertSame, assertThrows } from '../support/close.js';
import { temporaryFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';

const test = suite('threads');

function drawn(size: number, seed: number): Float32Array {
  const rng = random(seed);
  return Float32Array.from({ length: size }, () => rng.normal());
}

const NO_BIAS = new Float32Array(0);

/** The result of helpers, once they listen. */
async function together(work: () => Float32Array | null): Promise<Float32Array> {
  for (let i = 0; i < 500; i++) {
    const y = work();
    if (y) return y;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('no helper thread has started within ten seconds');
}

function alone(a: Float32Array, b: Float32Array, product: Product, bias: Float32Array): Float32Array {
  const { m, k, n, transposeA, transposeB } = product;
  setThreads(1);
  const y = matmul(
    simd!,
    { data: a, shape: transposeA ? [k, m] : [m, k] },
    { data: b, shape: transposeB ? [n, k] : [k, n] },
    transposeA,
    transposeB,
    bias.length > 0 ? { data: bias, shape: [n] } : null,
  );
  return y!.data as Float32Array;
}

for (const [count, m, k, n] of [
  [2, 100, 784, 200],
  [2, 784, 100, 203],
  [3, 101, 300, 97],
  [4, 5, 400, 1000],
  [3, 1000, 600, 3],
] as const)
  test(`${count} threads give the bits of one: ${m} × ${k} × ${n}`, async () => {
    const [a, b] = [drawn(m * k, 1), drawn(k * n, 2)];
    const products = [false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => ({ m, k, n, transposeA, transposeB })),
    );
    for (const bias of [NO_BIAS, drawn(n, 3)]) {
      const expected = products.map((product) => alone(a, b, product, bias));
      setThreads(count);
      for (const [i, product] of products.entries())
        assertSame(await together(() => multiplyTogether(a, b, bias, product)), expected[i]!);
    }
    setThreads(1);
  });

test('a function of many elements has the bits of one thread', async () => {
  const x = drawn(100_003, 1);
  setThreads(1);
  const expected = dear(simd!, 'tanh', { data: x, shape: [x.length] })!.data;
  setThreads(3);
  assertSame(await together(() => transformTogether(x, FUNCTIONS.tanh)), expected);
  setThreads(1);
});

const SQUARE = { m: 120, k: 100, n: 120, transposeA: false, transposeB: false };

test('many products in a row are all right, and none hangs', async () => {
  const [a, b] = [drawn(120 * 100, 1), drawn(100 * 120, 2)];
  const expected = alone(a, b, SQUARE, NO_BIAS);
  setThreads(2);
  await together(() => multiplyTogether(a, b, NO_BIAS, SQUARE));
  for (let i = 0; i < 300; i++) {
    const started = performance.now();
    assertSame(multiplyTogether(a, b, NO_BIAS, SQUARE)!, expected);
    if (performance.now() - started > 5000) throw new Error(`product ${i} hung`);
  }
  setThreads(1);
});

test('helpers come to a program that never yields', () => {
  const [a, b] = [drawn(120 * 100, 1), drawn(100 * 120, 2)];
  const expected = alone(a, b, SQUARE, NO_BIAS);
  setThreads(2);
  let shared: Float32Array | null = null;
  for (const started = performance.now(); !shared && performance.now() - started < 20_000; )
    shared = multiplyTogether(a, b, NO_BIAS, SQUARE);
  setThreads(1);
  if (!shared) throw new Error('no helper has come within twenty seconds');
  assertSame(shared, expected);
});

/** Runs `body` with the measurements replaced by a choice for each job. */
async function choosing(choose: (job: number) => boolean, body: () => void | Promise<void>): Promise<number> {
  const { next } = Measured.prototype;
  let jobs = 0;
  Measured.prototype.next = () => choose(jobs++);
  try {
    await body();
  } finally {
    Measured.prototype.next = next;
  }
  return jobs;
}

test('where the measurements are against helpers there are none, for products and for functions', async () => {
  const [a, b] = [drawn(120 * 100, 1), drawn(100 * 120, 2)];
  setThreads(2);
  await together(() => multiplyTogether(a, b, NO_BIAS, SQUARE));
  for (const wanted of [true, false]) {
    const jobs = await choosing(
      () => wanted,
      () => {
        assert.is(multiplyIfItPays(a, b, NO_BIAS, SQUARE) !== null, wanted);
        assert.is(transformIfItPays(drawn(60_000, 1), FUNCTIONS.exp) !== null, wanted);
        assert.is(multiplyIfItPays(a, b, NO_BIAS, { ...SQUARE, m: 10 }), null, 'too small to be measured');
      },
    );
    assert.is(jobs, 2);
  }
  setThreads(1);
});

test('training has the same bits with helpers, without, and with helpers now and then', async () => {
  const losses = (): number[] => {
    const rng = random(0);
    const w = randn([784, 200], rng, { requiresGrad: true });
    const x = randn([100, 784], rng);
    const target = Array.from({ length: 100 }, (_, i) => i % 200);
    return Array.from({ length: 12 }, () => {
      const loss = crossEntropy(x.matmul(w).tanh(), target);
      w.grad = null;
      loss.backward();
      w.write((data) => {
        for (let i = 0; i < data.length; i++) data[i]! -= w.grad!.data[i]!;
      });
      return loss.item();
    });
  };
  setThreads(1);
  const expected = losses();
  setThreads(2);
  await together(() => multiplyTogether(drawn(12_000, 1), drawn(12_000, 2), NO_BIAS, SQUARE));
  for (const choose of [() => true, () => false, (job: number) => job % 3 === 0])
    assert.ok((await choosing(choose, () => assert.equal(losses(), expected))) > 20);
  setThreads(1);
});

/** Runs `body` with Node's module of workers replaced. */
function withWorkers(workers: unknown, body: () => void): void {
  const { getBuiltinModule } = process;
  process.getBuiltinModule = ((name: string) =>
    name === 'node:worker_threads' ? workers : getBuiltinModule(name)) as typeof getBuiltinModule;
  try {
    body();
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
}

test('threads() says how many there are in fact', () => {
  setThreads(3);
  assert.is(threads(), 3);
  const { SharedArrayBuffer: shared } = globalThis;
  Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
  try {
    setThreads(2);
    assert.is(threads(), 1, 'no memory to share');
  } finally {
    globalThis.SharedArrayBuffer = shared;
  }
  withWorkers(undefined, () => {
    setThreads(2);
    assert.is(threads(), 1, 'no workers');
  });
  class Forbidden {
    constructor() {
      throw new Error('Access to this API has been restricted');
    }
  }
  withWorkers({ Worker: Forbidden }, () => {
    setThreads(2);
    assert.is(threads(), 1, 'workers are forbidden');
  });
  setThreads(2);
  assert.is(threads(), 2, 'a new call tries again');
  setThreads(1);
  assert.is(threads(), 1);
});

test('a helper that fails after its start is no thread any more', () => {
  for (const event of ['error', 'exit']) {
    const listeners: Record<string, () => void> = {};
    class Failing {
      on(name: string, listener: () => void): void {
        listeners[name] = listener;
      }
      terminate(): void {}
    }
    withWorkers({ Worker: Failing }, () => {
      setThreads(2);
      assert.is(threads(), 2);
      listeners[event]!();
      assert.is(threads(), 1, event);
    });
  }
  setThreads(1);
});

/** The library in one file, so that a program of a test starts quickly. */
const library = join(temporaryFolder('kernels'), 'library.mjs');
buildSync({
  entryPoints: [fileURLToPath(new URL('../../src/index.ts', import.meta.url))],
  ...{ outfile: library, bundle: true, format: 'esm', platform: 'node' },
});

/** What a program prints that first does `before`, and then uses what it imports from the library. */
function printed(before: string, use: string, env: Record<string, string> = {}): string {
  const program = `${before}; import(${JSON.stringify(library)}).then(${use}).catch(({ message }) => console.log(message));`;
  const { stdout, status, signal } = spawnSync(process.execPath, ['-e', program], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (status !== 0) throw new Error(`${stdout} ended with ${status ?? signal}`);
  return stdout.trim();
}

test('kernels() says which kernels run, and why', () => {
  assert.is(kernels().name, 'simd');
  const told = (before: string, env?: Record<string, string>): string =>
    printed(
      before,
      `({ kernels, setThreads, threads }) => {
        setThreads(2);
        console.log(kernels().name, threads(), kernels().why);
      }`,
      env,
    );
  assert.is(told('', { TAPEGRAD_KERNELS: 'reference' }), 'reference 1 TAPEGRAD_KERNELS asks for them');
  assert.is(told('delete globalThis.WebAssembly'), 'reference 1 this JavaScript engine has no WebAssembly');
  const refuse = (longerThan: number): string =>
    `const { Module } = WebAssembly; WebAssembly.validate = () => false; WebAssembly.Module = function (bytes) {
      if (bytes.length > ${longerThan}) throw new WebAssembly.CompileError('refused');
      return new Module(bytes); }`;
  assert.match(
    told(refuse(0)),
    /^reference 1 the content-security policy forbids WebAssembly; add 'wasm-unsafe/,
  );
  assert.match(told(refuse(8)), /^reference 1 this JavaScript engine has WebAssembly without SIMD/);
});

/** Makes parts that were done count as not done, as if the helper that took them had died. */
const THIEF = `
  const words = new Int32Array(require('node:worker_threads').workerData.buffer);
  require('node:worker_threads').parentPort.postMessage('at work');
  const DONE = 2;
  for (;;) Atomics.store(words, DONE, 0);`;

test('a helper that dies over its part costs two seconds once, and nobody waits for helpers again', async () => {
  const memories: WebAssembly.Memory[] = [];
  const { Memory } = WebAssembly;
  WebAssembly.Memory = new Proxy(Memory, {
    construct(Real, [options]: [WebAssembly.MemoryDescriptor]) {
      memories.push(new Real(options));
      return memories.at(-1)!;
    },
  });
  const product = { m: 400, k: 400, n: 400, transposeA: false, transposeB: false };
  const [a, b] = [drawn(160_000, 1), drawn(160_000, 2)];
  const expected = alone(a, b, product, NO_BIAS);
  setThreads(3);
  await together(() => multiplyTogether(a, b, NO_BIAS, product));
  WebAssembly.Memory = Memory;
  const thief = new Worker(THIEF, { eval: true, workerData: memories.at(-1) });
  await new Promise((resolve) => thief.once('message', resolve));
  const started = performance.now();
  let lost = false;
  while (!lost && performance.now() - started < 20_000)
    lost = multiplyTogether(a, b, NO_BIAS, product) === null;
  await thief.terminate();
  if (!lost) throw new Error('the part was never missed');
  const took = performance.now() - started;
  if (took > 10_000) throw new Error(`it took ${took} ms`);
  const after = { data: a, shape: [400, 400] };
  assertSame(matmul(simd!, after, { data: b, shape: [400, 400] }, false, false)!.data, expected);
  if (multiplyTogether(a, b, NO_BIAS, product)) throw new Error('helpers were asked again');
  setThreads(1);
});

test('TAPEGRAD_THREADS and TAPEGRAD_KERNELS are taken, and nonsense in them is refused', () => {
  const run = (env: Record<string, string>): string =>
    printed('', '({ threads }) => console.log(threads())', env);
  assert.is(run({ TAPEGRAD_THREADS: '3' }), '3');
  assert.match(
    run({ TAPEGRAD_THREADS: '0' }),
    /^TAPEGRAD_THREADS: expected a whole number from 1 to 32, got 0/,
  );
  assert.match(run({ TAPEGRAD_THREADS: 'all' }), /^TAPEGRAD_THREADS: expected a whole number .*, got NaN/);
  assert.match(
    run({ TAPEGRAD_KERNELS: 'refrence' }),
    /^TAPEGRAD_KERNELS: expected reference or simd, got refrence/,
  );
});

test('small products stay on this thread, and setThreads(1) keeps all of them there', () => {
  setThreads(2);
  const product = { m: 10, k: 10, n: 10, transposeA: false, transposeB: false };
  if (multiplyTogether(drawn(100, 1), drawn(100, 2), NO_BIAS, product))
    throw new Error('a helper was woken for a trifle');
  setThreads(1);
  const large = { ...product, m: 200, k: 200, n: 200 };
  if (multiplyTogether(drawn(40_000, 1), drawn(40_000, 2), NO_BIAS, large))
    throw new Error('a helper worked although switched off');
  if (threads() !== 1) throw new Error(`threads() says ${threads()}`);
});

test('helper threads keep no program alive', () => {
  const use = `({ ones, setThreads }) => {
    setThreads(2);
    const a = ones([200, 200]);
    for (let i = 0; i < 50; i++) a.matmul(a);
    setTimeout(() => { a.matmul(a); console.log('done'); }, 500);
  }`;
  assert.is(printed('', use), 'done');
});

test('setThreads refuses what is no number of threads', () => {
  for (const bad of [0, -1, 1.5, Number.NaN, 33])
    assertThrows(() => setThreads(bad), 'setThreads', 'whole number');
});
