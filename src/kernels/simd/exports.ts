/** What the WebAssembly module exports, in types, and the numbers that it knows its functions by. */

/** What assembly/index.ts exports. Addresses are byte offsets into the memory; the x and y of an elementwise call may be the same. */
export interface Exports extends Record<keyof typeof FUNCTIONS, Unary> {
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
  standardiseRows: Standardised;
  deviationRows: Standardised;
  projectRows(g: number, y: number, p: number, count: number, width: number, centred: boolean): void;
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
type Standardised = (
  x: number,
  y: number,
  count: number,
  width: number,
  eps: number,
  centred: boolean,
) => void;
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
