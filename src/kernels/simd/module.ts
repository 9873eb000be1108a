/**
 * The WebAssembly module behind the fast kernels, and the memory that operands are copied to and from. Tensors stay
 * ordinary arrays on the JavaScript heap: no number in this memory outlives a call, so there is nothing to free. The
 * memory itself stays as large as the largest call needed.
 *
 * Where WebAssembly with SIMD is missing, forbidden or unwanted, {@link simd} is null and the reference kernels run.
 */
import { ArgumentError } from '../../base/errors.js';
import { setting } from '../../base/host.js';
import { KERNELS } from './bytes.js';
import type { Exports, Simd } from './exports.js';

const PAGE = 65_536;

/** A WebAssembly memory, seen as float32 numbers, that grows when more of it is needed and never shrinks. */
export class Memory {
  floats: Float32Array;

  constructor(readonly memory: WebAssembly.Memory) {
    this.floats = new Float32Array(memory.buffer);
  }

  /** Makes room for this many bytes from address 0 on; false if the machine has no such room. */
  reserve(bytes: number): boolean {
    const missing = bytes - this.floats.byteLength;
    if (missing <= 0) return true;
    try {
      this.memory.grow(Math.ceil(missing / PAGE));
    } catch {
      return false;
    }
    // What was a view of the memory before it grew no longer is one.
    this.floats = new Float32Array(this.memory.buffer);
    return true;
  }
}

const CHOICES = ['reference', 'simd'];

/**
 * What TAPEGRAD_KERNELS asks for, an environment variable or, on a page, a property of globalThis set before the
 * import: `reference` for the plain loops, `simd` for SIMD whose results have the same bits on every machine.
 * Without it, products and functions use fused multiply-adds (relaxed SIMD) where the JavaScript engine has them.
 * @throws ArgumentError for anything else
 */
function wantedKernels(): string | undefined {
  const wanted = setting('TAPEGRAD_KERNELS');
  if (wanted !== undefined && !CHOICES.includes(wanted))
    throw new ArgumentError('TAPEGRAD_KERNELS', `expected ${CHOICES.join(' or ')}, got ${wanted}`);
  return wanted;
}

/** Read once, so that whatever is made later runs the same kernels. */
const WANTED = wantedKernels();

/** The relaxed module if it is wanted and the JavaScript engine accepts it, else the plain one. @throws CompileError without SIMD */
export function compile([relaxed, plain]: readonly [relaxed: string, plain: string]): WebAssembly.Module {
  const decode = (text: string): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (WANTED !== 'simd') {
    const bytes = decode(relaxed);
    if (WebAssembly.validate(bytes)) return new WebAssembly.Module(bytes);
  }
  return new WebAssembly.Module(decode(plain));
}

function load(): Simd | null {
  if (WANTED === 'reference' || typeof WebAssembly === 'undefined') return null;
  try {
    const memory = new Memory(new WebAssembly.Memory({ initial: 64 }));
    const { exports } = new WebAssembly.Instance(compile(KERNELS), { env: { memory: memory.memory } });
    return Object.assign(memory, exports as unknown as Exports);
  } catch {
    // No SIMD in this JavaScript engine, or a content-security policy without 'wasm-unsafe-eval'.
    return null;
  }
}

/** The fast kernels, or null where they cannot run. */
export const simd: Simd | null = load();
