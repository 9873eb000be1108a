/**
 * Large matrix products and long functions on several threads: the calling side of assembly/shared.ts. Helper threads
 * start when the first jobs big enough have passed, sleep between jobs, and never keep a program alive. A job is cut
 * into parts of its result, so it has the same bits on any number of threads, and with helpers or without. Whether
 * helpers take part in a job is measured: see measured.ts.
 */
import { ArgumentError } from '../../base/errors.js';
import { nodeModule, setting } from '../../base/host.js';
import { SHARED_KERNELS } from './bytes.js';
import { Measured } from './measured.js';
import { compile, Memory, simd } from './module.js';

interface SharedExports {
  scratchBytes(m: number, k: number, n: number): number;
  post(parts: number): void;
  work(thread: number): void;
  finished(parts: number, maySleep: boolean, milliseconds: number): number;
}

/** A product of sizes m × k × n; the flags say which operand is stored transposed. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Below this many multiply-adds a helper would be woken for less work than waking it takes. */
const WORTHWHILE_PRODUCT = 500_000;
/** Helpers start after jobs of so many multiply-adds, some tens of milliseconds: shorter programs pay for no helper. */
const PATIENCE = 1e9;
/** What one element of a function costs, in multiply-adds. */
const ELEMENT = 50;
/** Below this much work in a function likewise, which is 50,000 elements. */
const WORTHWHILE_FUNCTION = 50_000 * ELEMENT;
/** If a job takes longer than 2 s plus 1 ms for every 100,000 multiply-adds, a helper must have died, and helpers are given up. */
const SLOWEST = { start: 2_000, perMillisecond: 100_000 };
/** Bytes at the start of the memory for the board, and its words: see assembly/shared.ts. */
const BOARD = 4096;
const LISTENING = 3;
const JOB = 6;
const MOST = 32;

let wanted: number | null = null;
/** Whether the number of threads was asked for. Then jobs begin with helpers; else helpers have to prove their worth. */
let asked = false;
let pool: Pool | null = null;
let failed = false;
/** The work of all jobs before helpers were started. */
let seen = 0;

/**
 * How many threads may share a large matrix product or a function of many elements, this one included; 1 switches
 * helpers off. Default: in Node the number of cores up to 4, or TAPEGRAD_THREADS; in browsers 1, since helpers need a
 * cross-origin-isolated page whose policy allows workers from `blob:`. Node has helpers from 20.16 on. Helpers start
 * with this call. Whether they take part in a job is measured, whatever n is: where other programs keep the cores busy,
 * one thread is faster than several. {@link threads} says how many there are in fact.
 * @throws ArgumentError unless n is a whole number from 1 to 32
 */
export function setThreads(n: number): void {
  wanted = checked('setThreads', n);
  asked = true;
  failed = false;
  seen = PATIENCE;
  if (pool && pool.size !== n - 1) close();
  if (threads() > 1) pool ??= open(n - 1);
}

/**
 * How many threads a large job can have: what {@link setThreads} chose, or the default. It is 1 where helpers cannot
 * run: with the reference kernels, on a page that is not cross-origin-isolated, and after a helper could not be started
 * or died.
 */
export function threads(): number {
  wanted ??= defaultThreads();
  return failed || wanted === 1 || !helpersCanRun() ? 1 : wanted;
}

/** Whether there are kernels for helpers, memory to share, and workers. A policy can still forbid them. */
function helpersCanRun(): boolean {
  if (!simd || typeof SharedArrayBuffer === 'undefined') return false;
  if (nodeModule('node:worker_threads')) return true;
  return globalThis.crossOriginIsolated === true && typeof Worker === 'function';
}

function defaultThreads(): number {
  const given = setting('TAPEGRAD_THREADS');
  if (given !== undefined) {
    asked = true;
    return checked('TAPEGRAD_THREADS', Number(given));
  }
  const os = nodeModule('node:os') as { availableParallelism?: () => number } | undefined;
  return Math.min(os?.availableParallelism?.() ?? 1, 4);
}

function checked(op: string, n: number): number {
  if (!Number.isInteger(n) || n < 1 || n > MOST)
    throw new ArgumentError(op, `expected a whole number from 1 to ${MOST}, got ${n}`);
  return n;
}

/** c = op(a) · op(b) + bias into a new array on several threads; null if this product is not for them. */
export function multiplyTogether(
  a: Float32Array,
  b: Float32Array,
  bias: Float32Array,
  product: Product,
): Float32Array | null {
  return poolFor(workOf(product), WORTHWHILE_PRODUCT)?.multiply(a, b, bias, product) ?? null;
}

/** The same, and null too where the measurements say that one thread is faster. */
export function multiplyIfItPays(
  a: Float32Array,
  b: Float32Array,
  bias: Float32Array,
  product: Product,
): Float32Array | null {
  const work = workOf(product);
  const pool = poolFor(work, WORTHWHILE_PRODUCT);
  return pool?.measured.next(work) ? pool.multiply(a, b, bias, product) : null;
}

/** f of every element into a new array on several threads, f by its number; null if this is not for them. */
export function transformTogether(x: Float32Array, f: number): Float32Array | null {
  return poolFor(x.length * ELEMENT, WORTHWHILE_FUNCTION)?.transform(x, f) ?? null;
}

/** The same, and null too where the measurements say that one thread is faster. */
export function transformIfItPays(x: Float32Array, f: number): Float32Array | null {
  const work = x.length * ELEMENT;
  const pool = poolFor(work, WORTHWHILE_FUNCTION);
  return pool?.measured.next(work) ? pool.transform(x, f) : null;
}

const workOf = ({ m, k, n }: Product): number => m * k * n;

/** The helpers for a job of so much work, which are started if they are due; null if there are none for it. */
function poolFor(work: number, worthwhile: number): Pool | null {
  if (work < worthwhile || failed || (wanted ??= defaultThreads()) === 1) return null;
  if (seen < PATIENCE) {
    seen += work;
    return null;
  }
  if (!pool && helpersCanRun()) pool = open(wanted - 1);
  return pool?.ready ? pool : null;
}

/** Null where there is no shared memory, or no way to start a worker. */
function open(size: number): Pool | null {
  let opened: Pool | null = null;
  try {
    opened = new Pool(size);
    opened.start();
    return opened;
  } catch {
    opened?.close();
    failed = true;
    return null;
  }
}

/** A pool that lost a helper is closed, and everything runs on this thread from then on. */
function giveUp(lost: Pool): void {
  if (lost !== pool) return;
  failed = true;
  close();
}

function close(): void {
  pool?.close();
  pool = null;
}

type Listener = { unref?: () => void; terminate: () => void };

class Pool {
  private readonly shared = new Memory(
    new WebAssembly.Memory({ initial: 16, maximum: 16_384, shared: true }),
  );
  private readonly module = compile(SHARED_KERNELS);
  private readonly exports = new WebAssembly.Instance(this.module, { env: { memory: this.shared.memory } })
    .exports as unknown as SharedExports;
  private readonly helpers: Listener[] = [];
  private readonly inNode = nodeModule('node:worker_threads') !== undefined;
  /** The board. A view of shared memory stays one when the memory grows. */
  private readonly words = new Int32Array(this.shared.memory.buffer, 0, BOARD / 4);

  /** Decides whether a job has helpers. */
  readonly measured = new Measured(asked, () => performance.now());

  constructor(readonly size: number) {}

  start(): void {
    const { module } = this;
    const { memory } = this.shared;
    for (let thread = 1; thread <= this.size; thread++)
      this.helpers.push(startHelper({ module, memory, thread }, () => giveUp(this)));
  }

  /** Whether a helper has come. */
  get ready(): boolean {
    return Atomics.load(this.words, LISTENING) > 0;
  }

  close(): void {
    for (const helper of this.helpers) helper.terminate();
  }

  multiply(a: Float32Array, b: Float32Array, bias: Float32Array, product: Product): Float32Array | null {
    const { m, k, n } = product;
    const scratchSize = Math.ceil(this.exports.scratchBytes(m, k, n) / 64) * 64;
    const places = this.place([a, b, bias], m * n, scratchSize * (this.size + 1));
    if (!places) return null;
    const [atA, atB, atBias, atC, scratch] = places as [number, number, number, number, number];
    const along = Math.max(m, n);
    const strip = stripOf(along, 8, this.size + 1);
    const addressOfBias = bias.length === 0 ? 0 : atBias;
    const flags = [product.transposeA, product.transposeB].map(Number);
    const job = [
      -1,
      atA,
      atB,
      atC,
      addressOfBias,
      scratch,
      scratchSize,
      m,
      k,
      n,
      ...flags,
      strip,
      Number(n >= m),
    ];
    return this.run(job, Math.ceil(along / strip), m * k * n) ? this.take(atC, m * n) : null;
  }

  transform(x: Float32Array, f: number): Float32Array | null {
    const places = this.place([x], x.length, 0);
    if (!places) return null;
    const [atX, atY] = places as [number, number];
    const strip = stripOf(x.length, 4, this.size + 1);
    const job = [f, atX, 0, atY, 0, 0, 0, x.length, 0, 0, 0, 0, strip, 0];
    return this.run(job, Math.ceil(x.length / strip), x.length * ELEMENT) ? this.take(atY, x.length) : null;
  }

  /** Copies the operands in and makes room for a result of so many numbers and for scratch: all their addresses. */
  private place(operands: readonly Float32Array[], result: number, scratch: number): number[] | null {
    const addresses = [BOARD];
    for (const length of [...operands.map((operand) => operand.length), result])
      addresses.push(Math.ceil((addresses.at(-1)! + length * 4) / 16) * 16);
    if (!this.shared.reserve(addresses.at(-1)! + scratch)) return null;
    for (const [i, operand] of operands.entries()) this.shared.floats.set(operand, addresses[i]! / 4);
    return addresses;
  }

  /** Posts a job, works on it too and waits for the parts that helpers took. False if one of them never finished. */
  private run(job: readonly number[], parts: number, cost: number): boolean {
    this.words.set(job, JOB);
    this.exports.post(parts);
    this.exports.work(0);
    const patience = SLOWEST.start + cost / SLOWEST.perMillisecond;
    if (this.exports.finished(parts, this.inNode, patience)) return true;
    giveUp(this);
    return false;
  }

  private take(address: number, count: number): Float32Array {
    return new Float32Array(this.shared.floats.subarray(address / 4, address / 4 + count));
  }
}

/** How many rows, columns or numbers a part has: a whole number of units. */
function stripOf(along: number, unit: number, threads: number): number {
  return Math.ceil(along / unit / threads) * unit;
}

interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
}

const SERVE =
  'new WebAssembly.Instance(start.module, { env: { memory: start.memory } }).exports.serve(start.thread);';

interface NodeWorker extends Listener {
  on(event: 'error' | 'exit', listener: () => void): void;
}
interface NodeThreads {
  Worker: new (url: URL, options: { workerData: Start; execArgv: string[] }) => NodeWorker;
}

function startHelper(start: Start, died: () => void): Listener {
  const node = nodeModule('node:worker_threads') as NodeThreads | undefined;
  if (node) {
    const code = `import { workerData as start } from 'node:worker_threads'; ${SERVE}`;
    // Without the flags this program was started with: a helper needs no loaders.
    const worker = new node.Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
      workerData: start,
      execArgv: [],
    });
    worker.on('error', died);
    worker.on('exit', died);
    worker.unref?.();
    return worker;
  }
  if (!globalThis.crossOriginIsolated)
    throw new Error('threads share memory only on a cross-origin-isolated page');
  const code = `onmessage = ({ data: start }) => { postMessage('here'); ${SERVE} };`;
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onmessage = () => URL.revokeObjectURL(url);
  worker.onerror = died;
  worker.postMessage(start);
  return worker;
}
