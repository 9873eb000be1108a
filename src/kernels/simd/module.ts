/**
 * The WebAssembly module behind the fast kernels, and the memory that operands are copied to and from. Tensors stay
 * ordinary arrays on the JavaScript heap: nothing here outlives a call, so there is nothing to free.
 *
 * Where WebAssembly with SIMD is missing or forbidden, or TAPEGRAD_KERNELS=reference is set, {@link simd} is null and
 * the reference kernels run.
 */
import { KERNELS } from './bytes.js';

/** What assembly/index.ts exports. Addresses are byte offsets into the memory; x and y of one call may be the same. */
interface Exports {
  matmul(
    a: number,
    b: number,
    c: number,
    scratch: number,
    m: number,
    k: number,
    n: number,
    transposeA: boolean,
    transposeB: boolean,
  ): void;
  scratchBytes(m: number, n: number): number;
  tileOnly(scratch: number, depth: number, times: number): void;
  add: Binary;
  sub: Binary;
  mul: Binary;
  div: Binary;
  relu: Unary;
  sqrt: Unary;
  square: Unary;
  exp: Unary;
  log: Unary;
  tanh: Unary;
  sigmoid: Unary;
  erf: Unary;
  reluGrad(g: number, y: number, x: number, count: number): void;
  sumRows(x: number, y: number, count: number, length: number): void;
  sumColumns(x: number, y: number, totals: number, count: number, width: number): void;
  softmaxRows: Rows;
  logSoftmaxRows: Rows;
}

type Binary = (a: number, b: number, y: number, count: number, period: number) => void;
type Unary = (x: number, y: number, count: number) => void;
type Rows = (x: number, y: number, count: number, width: number) => void;

export interface Simd extends Exports {
  /** Makes room for this many bytes from address 0 on; false if the machine has no such room. */
  reserve(bytes: number): boolean;
  /** The memory as numbers. Look it up anew after {@link reserve}, which may move it. */
  readonly floats: Float32Array;
}

const PAGE = 65_536;

class Memory {
  readonly memory = new WebAssembly.Memory({ initial: 64 });
  floats = new Float32Array(this.memory.buffer);

  reserve(bytes: number): boolean {
    const missing = bytes - this.memory.buffer.byteLength;
    if (missing <= 0) return true;
    try {
      this.memory.grow(Math.ceil(missing / PAGE));
    } catch {
      return false;
    }
    this.floats = new Float32Array(this.memory.buffer);
    return true;
  }
}

function load(): Simd | null {
  const environment = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env;
  if (environment?.TAPEGRAD_KERNELS === 'reference' || typeof WebAssembly === 'undefined') return null;
  try {
    const bytes = Uint8Array.from(atob(KERNELS), (character) => character.charCodeAt(0));
    const memory = new Memory();
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: memory.memory },
    });
    return Object.assign(memory, exports as unknown as Exports);
  } catch {
    // No SIMD in this engine, or a content-security policy without 'wasm-unsafe-eval'.
    return null;
  }
}

/** The fast kernels, or null where they cannot run. */
export const simd: Simd | null = load();
