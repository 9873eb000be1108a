/** What `npm run bench` measures. Each scenario returns its figures; none asserts anything. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { measure } from 'mitata';
import { checkModule, gradcheck } from '../../src/check/index.js';
import { randn, random, setThreads, type Tensor, tensor, threads } from '../../src/index.js';
import * as dispatch from '../../src/kernels/dispatch.js';
import * as plainLoops from '../../src/kernels/reference/elementwise.js';
import { matmul as reference } from '../../src/kernels/reference/matmul.js';
import { simd } from '../../src/kernels/simd/module.js';
import { Linear, ReLU, Sequential } from '../../src/nn/index.js';
import { lenetStep } from './lenet.js';
import { studyStep } from './study.js';
import { threadTurns } from './threads.js';
import { functionsStep, transformerStep } from './transformer.js';

export interface Figure {
  readonly name: string;
  /** Median milliseconds of one run. */
  readonly ms?: number;
  readonly gflops?: number;
  /** Share of the micro-kernel's own rate, measured in the same run. */
  readonly ofPeak?: number;
  readonly microseconds?: number;
  readonly bytes?: number;
  /** The time as a multiple of that of one thread, median of rounds. */
  readonly ofOneThread?: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Median milliseconds. */
async function median(fn: () => unknown): Promise<number> {
  return (await measure(fn, { min_samples: 20 })).p50 / 1e6;
}

/** The best rate of the tile alone: everything in the first-level cache, nothing to pack. GFLOP/s. */
function peak(): number {
  if (!simd) return Number.NaN;
  simd.reserve(1 << 20);
  simd.floats.fill(1, 0, 1 << 18);
  let best = 0;
  for (let round = 0; round < 20; round++) {
    const start = performance.now();
    simd.tileOnly(0, 256, 4000);
    best = Math.max(best, (2 * 32 * 256 * 4000) / (performance.now() - start) / 1e6);
  }
  return best;
}

const SIZES = [
  [512, 512, 512, false, false],
  [100, 784, 200, false, false],
  [784, 100, 200, true, false],
  [100, 200, 200, false, false],
  [100, 200, 200, false, true],
  [100, 200, 10, false, false],
  [64, 64, 64, false, false],
] as const;

async function matmulRates(): Promise<Figure[]> {
  const rng = random(0);
  const figures: Figure[] = [];
  const count = threads();
  for (const [m, k, n, ta, tb] of SIZES) {
    const a = randn(ta ? [k, m] : [m, k], rng);
    const b = randn(tb ? [n, k] : [k, n], rng);
    const rate = (ms: number): number => (2 * m * k * n) / ms / 1e6;
    const name = `matmul ${m}×${k}×${n}${ta ? ', first transposed' : ''}${tb ? ', second transposed' : ''}`;
    setThreads(1);
    const top = peak();
    const ms = await median(() => dispatch.matmul(a, b, ta, tb));
    figures.push({ name, ms, gflops: rate(ms), ofPeak: rate(ms) / top });
    if (count > 1) {
      setThreads(count);
      const shared = await median(() => dispatch.matmul(a, b, ta, tb));
      figures.push({ name: `${name}, ${count} threads`, ms: shared, gflops: rate(shared) });
    }
    const plain = await median(() => reference(a, b, ta, tb));
    figures.push({ name: `${name}, plain TypeScript`, ms: plain, gflops: rate(plain) });
  }
  return [{ name: 'micro-kernel alone', gflops: peak() }, ...figures];
}

/** The study's step on one thread and on as many as there are by default. */
async function study(): Promise<Figure[]> {
  const name = 'study step, 784-200-200-10, batch 100';
  const count = threads();
  setThreads(1);
  const figures: Figure[] = [{ name: `${name}, 1 thread`, ms: await median(studyStep()) }];
  setThreads(count);
  if (count > 1) figures.push({ name: `${name}, ${count} threads`, ms: await median(studyStep()) });
  return figures;
}

type Loops = typeof dispatch | typeof plainLoops;

/** Calls whose fast kernels begin to pay at different sizes: of one array, of two, and of an array with a number or with a row number. */
const CROSSOVER: Record<string, (kernels: Loops, x: Tensor, column: Tensor) => unknown> = {
  relu: ({ relu }, x) => relu(x),
  clip: ({ clip }, x) => clip(x, -1, 1),
  tanh: ({ tanh }, x) => tanh(x),
  elu: ({ elu }, x) => elu(x, 1, 1),
  add: ({ add }, x) => add(x, x),
  '1 − x': ({ sub }, x) => sub(ONE, x),
  'x − column': ({ sub }, x, column) => sub(x, column),
  'x < 1': ({ compare }, x) => compare('less', x, ONE),
  where: ({ where }, x) => where(x, x, ONE),
};
const ONE = tensor(1);

/** Where copying into WebAssembly begins to pay: each kernel and its plain twin at growing sizes. */
async function crossover(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const count of [32, 64, 128, 256, 512, 4096]) {
    const x = randn([count / 16, 16], random(0));
    const column = randn([count / 16, 1], random(1));
    for (const [name, call] of Object.entries(CROSSOVER))
      for (const [kernels, which] of [
        [dispatch, ''],
        [plainLoops, ', plain TypeScript'],
      ] as const) {
        const ms = await median(() => call(kernels, x, column));
        figures.push({ name: `${name} of ${count}${which}`, ms });
      }
  }
  return figures;
}

/** Memory after 500 and after 2,000 steps of the study, of a process that does nothing else. */
function memory(): Figure[] {
  const code = `import { studyStep } from ${JSON.stringify(`${root}test/bench/study.ts`)};
    const step = studyStep();
    for (let i = 1; i <= 2000; i++) { step(); if (i === 500 || i === 2000) console.log(process.memoryUsage().rss); }`;
  const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
  });
  const [early, late] = output.trim().split('\n').map(Number) as [number, number];
  return [
    { name: 'resident memory after 500 study steps', bytes: early },
    { name: 'resident memory after 2,000 study steps', bytes: late },
  ];
}

/** 2,000 × (a·b + c) on four elements, forward and backward: what recording an op and playing it back costs. */
async function overhead(): Promise<Figure[]> {
  const make = (): Tensor => tensor([1, 1.0001, 0.9999, 1], { requiresGrad: true });
  const [x, b, c] = [make(), make(), make()];
  const ms = await median(() => {
    let a = x;
    for (let i = 0; i < 2000; i++) a = a.mul(b).add(c);
    a.sum().backward();
    x.grad = b.grad = c.grad = null;
  });
  return [{ name: 'overhead of an op, recorded and walked back', ms, microseconds: (ms * 1000) / 4000 }];
}

/** tanh(x·x + x)·x summed, on 10⁶ elements, forward and backward. */
async function chain(): Promise<Figure[]> {
  const x = randn([1_000_000], random(0), { requiresGrad: true });
  const ms = await median(() => {
    x.mul(x).add(x).tanh().mul(x).sum().backward();
    x.grad = null;
  });
  return [{ name: 'elementwise chain of 5 ops on 10⁶ elements', ms }];
}

/** A step on one thread. */
async function onOneThread(name: string, step: () => number): Promise<Figure[]> {
  setThreads(1);
  return [{ name, ms: await median(step) }];
}

const lenet = () => onOneThread('LeNet, batch 32: a step on one thread', lenetStep());
const transformer = () =>
  onOneThread(
    'transformer block, width 64, 4 heads, length 32, batch 8: a step on one thread',
    transformerStep(),
  );
const functions = () =>
  onOneThread('Σ tanh(x·w + b) · σ(x) of 10⁶ elements and its gradients, on one thread', functionsStep());

async function gradchecks(): Promise<Figure[]> {
  const rng = random(0);
  const x = randn([50], rng);
  const model = new Sequential(
    new Linear(784, 200, { rng }),
    new ReLU(),
    new Linear(200, 200, { rng }),
    new ReLU(),
    new Linear(200, 10, { rng }),
  );
  const input = randn([4, 784], rng);
  return [
    {
      name: 'gradcheck of tanh, 50 elements, full Jacobian',
      ms: await median(() => gradcheck((a) => a.tanh(), x)),
    },
    {
      name: 'gradcheck of mul, 2 × 50 elements, full Jacobian',
      ms: await median(() => gradcheck((a, b) => a.mul(b), [x, x])),
    },
    {
      name: 'checkModule of 784-200-200-10, every parameter, random directions',
      ms: await median(() => checkModule(model, input, { mode: 'directions' })),
    },
  ];
}

function sizes(): Figure[] {
  const file = `${root}dist/tapegrad.min.js`;
  if (!existsSync(file)) return [{ name: 'bundle size: run npm run build first' }];
  return [
    { name: 'browser file, minified', bytes: statSync(file).size },
    { name: 'browser file, minified and compressed', bytes: gzipSync(readFileSync(file)).length },
  ];
}

/** Time to import the built main entry in a fresh process, less the time of an empty one. */
function importTime(): Figure[] {
  const entry = `${root}dist/index.js`;
  if (!existsSync(entry)) return [{ name: 'import time: run npm run build first' }];
  const timed = (code: string): number => {
    const times = Array.from({ length: 9 }, () => {
      const start = performance.now();
      execFileSync(process.execPath, ['--input-type=module', '-e', code]);
      return performance.now() - start;
    }).sort((p, q) => p - q);
    return times[4]!;
  };
  return [{ name: 'import of the main entry', ms: timed(`import '${entry}'`) - timed('') }];
}

export const scenarios: Record<string, () => Figure[] | Promise<Figure[]>> = {
  study,
  threads: threadTurns,
  matmul: matmulRates,
  crossover,
  overhead,
  chain,
  lenet,
  transformer,
  functions,
  gradcheck: gradchecks,
  memory,
  import: importTime,
  size: sizes,
};
