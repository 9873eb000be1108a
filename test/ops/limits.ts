/**
 * The limits of every elementwise op of one number at −∞ and ∞: of its value, its slope and its curvature. A new op without
 * a row fails. An end outside the domain, where the value is NaN, has NaN alone.
 */

type Ends = readonly [atMinusInfinity: number, atInfinity: number];

export interface Limits {
  readonly value: Ends;
  readonly slope?: Ends;
  readonly curvature?: Ends;
}

const { NaN: NONE } = Number;
const FLAT: Ends = [0, 0];
const GATED: Limits = { value: [0, Infinity], slope: [0, 1], curvature: FLAT };
const IDENTITY: Limits = { value: [-Infinity, Infinity], slope: [1, 1], curvature: FLAT };
const step = (low: number, high: number): Limits => ({ value: [low, high], slope: FLAT, curvature: FLAT });

export const LIMITS: Record<string, Limits> = {
  astype: IDENTITY,
  clone: IDENTITY,
  neg: { value: [Infinity, -Infinity], slope: [-1, -1], curvature: FLAT },
  square: { value: [Infinity, Infinity], slope: [-Infinity, Infinity], curvature: [2, 2] },
  reciprocal: step(0, 0),
  abs: { value: [Infinity, Infinity], slope: [-1, 1], curvature: FLAT },
  sign: step(-1, 1),
  exp: { value: [0, Infinity], slope: [0, Infinity], curvature: [0, Infinity] },
  expm1: { value: [-1, Infinity], slope: [0, Infinity], curvature: [0, Infinity] },
  log: { value: [NONE, Infinity], slope: [NONE, 0], curvature: [NONE, 0] },
  log1p: { value: [NONE, Infinity], slope: [NONE, 0], curvature: [NONE, 0] },
  sqrt: { value: [NONE, Infinity], slope: [NONE, 0], curvature: [NONE, 0] },
  cbrt: { value: [-Infinity, Infinity], slope: FLAT, curvature: FLAT },
  rsqrt: { value: [NONE, 0], slope: [NONE, 0], curvature: [NONE, 0] },
  sin: { value: [NONE, NONE] },
  cos: { value: [NONE, NONE] },
  tan: { value: [NONE, NONE] },
  asin: { value: [NONE, NONE] },
  acos: { value: [NONE, NONE] },
  atan: step(-Math.PI / 2, Math.PI / 2),
  sinh: { value: [-Infinity, Infinity], slope: [Infinity, Infinity], curvature: [-Infinity, Infinity] },
  cosh: { value: [Infinity, Infinity], slope: [-Infinity, Infinity], curvature: [Infinity, Infinity] },
  tanh: step(-1, 1),
  erf: step(-1, 1),
  normalCdf: step(0, 1),
  relu: GATED,
  leakyRelu: { value: [-Infinity, Infinity], slope: [0.25, 1], curvature: FLAT },
  elu: { ...GATED, value: [-0.5, Infinity] },
  selu: { value: [-1.7580993408473766, Infinity], slope: [0, 1.0507009873554805], curvature: FLAT },
  sigmoid: step(0, 1),
  softplus: GATED,
  gelu: GATED,
  silu: GATED,
  mish: GATED,
  softsign: step(-1, 1),
  hardSigmoid: step(0, 1),
  hardSwish: GATED,
  clip: step(-1, 1),
  floor: step(-Infinity, Infinity),
  ceil: step(-Infinity, Infinity),
  round: step(-Infinity, Infinity),
  trunc: step(-Infinity, Infinity),
  log2: { value: [NONE, Infinity], slope: [NONE, 0], curvature: [NONE, 0] },
  log10: { value: [NONE, Infinity], slope: [NONE, 0], curvature: [NONE, 0] },
  exp2: { value: [0, Infinity], slope: [0, Infinity], curvature: [0, Infinity] },
  logSigmoid: { value: [-Infinity, 0], slope: [1, 0], curvature: FLAT },
};
