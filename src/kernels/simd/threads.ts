/**
 * Large matrix products on several threads: the calling side of assembly/shared.ts. Helper threads start when the
 * first products big enough have passed, sleep between jobs, and never keep a program alive. A product is split into
 * parts of the result, so it has the same bits on any number of threads.
 */
import { ArgumentError } from '../../errors.js';
import { SHARED_KERNELS } from './bytes.js';

interface SharedExports {
  scratchBytes(m: number, n: number): number;
  multiplyPart(
    a: number,
    b: number,
    c: number,
    scratch: number,
    m: number,
    k: number,
    n: number,
    transposeA: boolean,
    transposeB: boolean,
    top: number,
    bottom: number,
    left: number,
    right: number,
  ): void;
  post(mailbox: number): void;
  finished(mailbox: number, maySleep: boolean): number;
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
const WORTHWHILE = 500_000;
/** Programs that need only a few products do not pay for starting threads. */
const PATIENCE = 30;
const PAGE = 65_536;
/** Bytes at the start of the memory that hold mailboxes. */
const MAILBOXES = 4096;
const MAILBOX = 128;
const MOST = MAILBOXES / MAILBOX;
/** Words of a mailbox: see assembly/shared.ts. */
const LISTENING = 2;
const JOB = 3;

const host = globalThis as {
  process?: { env?: Record<string, string | undefined>; getBuiltinModule?: (name: string) => unknown };
  crossOriginIsolated?: boolean;
};

let wanted: number | null = null;
let pool: Pool | null = null;
let failed = false;
let seen = 0;

/**
 * How many threads share a large matrix product, this one included; 1 switches helpers off. Default: in Node the number
 * of cores up to 4, or TAPEGRAD_THREADS; in browsers 1, since helpers need a cross-origin-isolated page.
 * @throws ArgumentError unless n is a whole number from 1 to 32
 */
export function setThreads(n: number): void {
  if (!Number.isInteger(n) || n < 1 || n > MOST)
    throw new ArgumentError('setThreads', `expected a whole number from 1 to ${MOST}, got ${n}`);
  wanted = n;
  failed = false;
  seen = PATIENCE;
  if (pool && pool.size !== n - 1) pool = pool.close();
}

/** The number of threads that {@link setThreads} chose, or the default. */
export function threads(): number {
  return (wanted ??= defaultThreads());
}

function defaultThreads(): number {
  const given = Number(host.process?.env?.TAPEGRAD_THREADS ?? Number.NaN);
  if (Number.isInteger(given) && given >= 1) return Math.min(given, MOST);
  const os = host.process?.getBuiltinModule?.('node:os') as
    | { availableParallelism?: () => number }
    | undefined;
  return Math.min(os?.availableParallelism?.() ?? 1, 4);
}

/** c = op(a) · op(b) into a new array on several threads; null if this product is not for them. */
export function multiplyTogether(a: Float32Array, b: Float32Array, product: Product): Float32Array | null {
  const { m, k, n } = product;
  if (m * k * n < WORTHWHILE || failed || threads() === 1) return null;
  if (seen < PATIENCE) {
    seen++;
    return null;
  }
  try {
    pool ??= new Pool(threads() - 1);
    return pool.multiply(a, b, product);
  } catch {
    // No shared memory, or no way to start a worker here.
    failed = true;
    return null;
  }
}

type Listener = { unref?: () => void; terminate: () => void };

class Pool {
  private readonly memory = new WebAssembly.Memory({ initial: 16, maximum: 16_384, shared: true });
  private readonly exports: SharedExports;
  private readonly helpers: Listener[];
  private readonly inNode = host.process?.getBuiltinModule !== undefined;
  private floats = new Float32Array(this.memory.buffer);
  private words = new Int32Array(this.memory.buffer);

  constructor(readonly size: number) {
    const bytes = Uint8Array.from(atob(SHARED_KERNELS), (character) => character.charCodeAt(0));
    const module = new WebAssembly.Module(bytes);
    this.exports = new WebAssembly.Instance(module, { env: { memory: this.memory } })
      .exports as unknown as SharedExports;
    this.helpers = Array.from({ length: size }, (_, i) =>
      startHelper({ module, memory: this.memory, mailbox: i * MAILBOX }),
    );
  }

  close(): null {
    for (const helper of this.helpers) helper.terminate();
    return null;
  }

  multiply(a: Float32Array, b: Float32Array, product: Product): Float32Array | null {
    const { m, k, n, transposeA, transposeB } = product;
    for (let i = 0; i < this.size; i++)
      if (Atomics.load(this.words, (i * MAILBOX) / 4 + LISTENING) !== 1) return null;
    const addressA = MAILBOXES;
    const addressB = addressA + a.byteLength;
    const addressC = addressB + b.byteLength;
    const scratch = addressC + m * n * 4;
    const scratchSize = (this.exports.scratchBytes(m, n) + 63) & ~63;
    if (!this.reserve(scratch + scratchSize * (this.size + 1))) return null;
    this.floats.set(a, addressA / 4);
    this.floats.set(b, addressB / 4);
    const parts = split(m, n, this.size + 1);
    const job = (part: number): Parameters<SharedExports['multiplyPart']> => [
      ...([addressA, addressB, addressC, scratch + part * scratchSize, m, k, n] as const),
      transposeA,
      transposeB,
      ...parts[part]!,
    ];
    for (let i = 1; i < parts.length; i++) {
      this.words.set(job(i).map(Number), ((i - 1) * MAILBOX) / 4 + JOB);
      this.exports.post((i - 1) * MAILBOX);
    }
    this.exports.multiplyPart(...job(0));
    for (let i = 1; i < parts.length; i++)
      if (!this.exports.finished((i - 1) * MAILBOX, this.inNode)) {
        // A helper has died: its part is computed here, and nobody waits for helpers again.
        this.exports.multiplyPart(...job(i));
        failed = true;
      }
    return new Float32Array(this.floats.subarray(addressC / 4, addressC / 4 + m * n));
  }

  private reserve(bytes: number): boolean {
    const missing = bytes - this.memory.buffer.byteLength;
    if (missing <= 0) return true;
    try {
      this.memory.grow(Math.ceil(missing / PAGE));
    } catch {
      return false;
    }
    this.floats = new Float32Array(this.memory.buffer);
    this.words = new Int32Array(this.memory.buffer);
    return true;
  }
}

type Part = readonly [top: number, bottom: number, left: number, right: number];

/** The result cut into strips along its longer side, each a whole number of tiles. */
function split(m: number, n: number, count: number): Part[] {
  const along = n >= m ? n : m;
  const strip = Math.ceil(along / 8 / count) * 8;
  const cuts = Array.from({ length: Math.ceil(along / strip) }, (_, i) => [
    i * strip,
    Math.min(along, (i + 1) * strip),
  ]) as [number, number][];
  return cuts.map(([from, to]) => (n >= m ? [0, m, from, to] : [from, to, 0, n]));
}

interface Start {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly mailbox: number;
}

const SERVE =
  'new WebAssembly.Instance(start.module, { env: { memory: start.memory } }).exports.serve(start.mailbox);';

function startHelper(start: Start): Listener {
  const node = host.process?.getBuiltinModule?.('node:worker_threads') as
    | { Worker: new (url: URL, options: { workerData: Start }) => Listener }
    | undefined;
  if (node) {
    const code = `import { workerData as start } from 'node:worker_threads'; ${SERVE}`;
    const worker = new node.Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
      workerData: start,
    });
    worker.unref?.();
    return worker;
  }
  if (!host.crossOriginIsolated) throw new Error('threads share memory only on a cross-origin-isolated page');
  const code = `onmessage = ({ data: start }) => { ${SERVE} };`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
  worker.postMessage(start);
  return worker;
}
