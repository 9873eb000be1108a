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

/** What assembly/index.ts exports. Addresses are byte offsets into the memory; the x and y of an elementwise call may be the same. */
interface Exports extends Record<keyof typeof FUNCTIONS, Unary> {
  matmul(
    a: number,
    b: number,
    c: number,
    bias: number,
    scratch: number,
    m: number,
    k: number,
    n: number,
    transposeA: boolean,
    transposeB: boolean,
  ): void;
  multiplyByPatches: Patches;
  multiplyPatches: Patches;
  addPatches(
    columns: number,
    image: number,
    taps: number,
    positions: number,
    tapCount: number,
    positionCount: number,
  ): void;
  copyPlanes(
    from: number,
    fromRow: number,
    fromPlane: number,
    to: number,
    toRow: number,
    toPlane: number,
    planes: number,
    rows: number,
    width: number,
  ): void;
  largestPlaces(
    x: number,
    places: number,
    rowFrom: number,
    rowTo: number,
    columnFrom: number,
    columnTo: number,
    planes: number,
    rowCount: number,
    columnCount: number,
    height: number,
    width: number,
  ): void;
  fillRows(values: number, y: number, rows: number, width: number): void;
  scratchBytes(m: number, k: number, n: number): number;
  tileOnly(scratch: number, depth: number, times: number): void;
  combine(
    operation: number,
    a: number,
    b: number,
    y: number,
    count: number,
    inner: number,
    period: number,
  ): void;
  select(
    condition: number,
    a: number,
    b: number,
    y: number,
    count: number,
    stepA: number,
    stepB: number,
  ): void;
  abs: Unary;
  neg: Unary;
  reciprocal: Unary;
  relu: Unary;
  sqrt: Unary;
  square: Unary;
  clip: Shaped;
  elu: Shaped;
  eluSlope: Shaped;
  leakyRelu: Shaped;
  reluGrad(g: number, y: number, x: number, count: number): void;
  addRows: Totals;
  addColumns: Totals;
  maxRows: Rows;
  minRows: Rows;
  maxColumns: Rows;
  minColumns: Rows;
  softmaxRows: Rows;
  logSoftmaxRows: Rows;
  descend(w: number, g: number, count: number, lr: number, weightDecay: number): void;
  descendWithMomentum(
    w: number,
    g: number,
    v: number,
    count: number,
    lr: number,
    weightDecay: number,
    momentum: number,
    fresh: number,
    nesterov: boolean,
  ): void;
  adapt(
    w: number,
    g: number,
    m: number,
    v: number,
    count: number,
    lr: number,
    weightDecay: number,
    shrink: number,
    beta1: number,
    beta2: number,
    bias2: number,
    eps: number,
  ): void;
}

/** The product of patches and one other operand; see assembly/convolve.ts for the order of the first three. */
type Patches = (
  first: number,
  second: number,
  y: number,
  taps: number,
  positions: number,
  scratch: number,
  out: number,
  tapCount: number,
  positionCount: number,
  onTop: boolean,
) => void;
type Unary = (x: number, y: number, count: number) => void;
type Shaped = (x: number, y: number, count: number, p: number, q: number) => void;
type Totals = (x: number, totals: number, count: number, width: number) => void;
type Rows = (x: number, y: number, count: number, width: number) => void;

/** The numbers that assembly/functions.ts gives its functions. */
export const FUNCTIONS = {
  exp: 0,
  log: 1,
  tanh: 2,
  sigmoid: 3,
  erf: 4,
  normalCdf: 5,
  tanhSlope: 6,
  sigmoidSlope: 7,
  silu: 8,
  siluSlope: 9,
  gelu: 10,
  geluSlope: 11,
  geluByTanh: 12,
  geluByTanhSlope: 13,
  softplus: 14,
  mish: 15,
  mishSlope: 16,
  rsqrt: 17,
} as const;

export interface Simd extends Exports {
  /** Makes room for this many bytes from address 0 on; false if the machine has no such room. */
  reserve(bytes: number): boolean;
  /** The memory as numbers. Look it up anew after {@link reserve}, which may move it. */
  readonly floats: Float32Array;
}

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
 * import: `reference` for the plain loops, `simd` for SIMD whose products have the same bits on every machine.
 * Without it, products use fused multiply-adds (relaxed SIMD) where the JavaScript engine has them.
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
