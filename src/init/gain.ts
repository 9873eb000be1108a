/**
 * Gains: the factor by which weights have to be larger because an activation f shrinks what it is given. In a layer of
 * fanIn n with Var(w) = g²/n, the mean square of the activations stays the same if g = 1/√E[f(z)²] for z ~ N(0, 1). For
 * relu, g = √2.
 */
import { sin, tanh } from '../base/elementary/index.js';
import { ArgumentError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import { type Check, checkOptions, needFlag, needFunction, numberIn } from '../base/words.js';
import * as curves from '../kernels/curves.js';
import { normalDensity, SELU } from '../kernels/special.js';

/** The activations that have a name for {@link gain}, as functions of one number. */
export const NONLINEARITIES = {
  linear: (z: number): number => z,
  relu: (z: number): number => Math.max(z, 0),
  leakyRelu: (z: number, slope = 0.01): number => (z > 0 ? z : slope * z),
  sigmoid: (z: number): number => curves.sigmoid(z),
  tanh,
  elu: (z: number): number => curves.elu(z),
  selu: (z: number): number => curves.elu(z, SELU.alpha, SELU.scale),
  gelu: curves.gelu,
  silu: curves.silu,
  mish: curves.mish,
  softplus: curves.softplus,
  softsign: curves.softsign,
  sin,
} as const;

/** The name of an activation. */
export type Nonlinearity = keyof typeof NONLINEARITIES;

/** Options of {@link gain}. */
export interface GainOptions {
  /** The slope of leakyRelu below 0. Default 0.01. */
  slope?: number;
  /** Whether the gain is integrated, 1/√E[f(z)²], instead of looked up. Default false. */
  numeric?: boolean;
}

export const GAIN: Record<keyof GainOptions, Check> = {
  slope: numberIn({ finite: true }),
  numeric: needFlag,
};

/**
 * The gains in common use. Those of linear, relu and leakyRelu are exact; those of tanh and selu are rules of thumb.
 */
function tabulated(nonlinearity: Nonlinearity, slope: number): number | null {
  switch (nonlinearity) {
    case 'linear':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + slope * slope));
    case 'selu':
      return 3 / 4;
    default:
      return null;
  }
}

/**
 * The gain of an activation f: the value that PyTorch uses, or with `numeric` the integral 1/√E[f(z)²], z ~ N(0, 1). A
 * function of your own is always integrated. PyTorch's values are 1 for linear and sigmoid, 5/3 for tanh, √2 for relu,
 * √(2/(1 + slope²)) for leakyRelu, 3/4 for selu.
 * @throws ArgumentError for an unknown name, a name without a usual value (pass `numeric`), or a function whose E[f²]
 *   is 0 or not finite
 * @source He et al. 2015, eq. 7 to 10 (relu); LeCun et al. 1998, §4.4 (the origin of tanh's 5/3)
 */
export function gain(
  nonlinearity: Nonlinearity | ((z: number) => number),
  options: GainOptions = {},
): number {
  checkOptions('gain', options, GAIN);
  const { slope = 0.01, numeric = false } = options;
  if (typeof nonlinearity === 'function') return numericGain(nonlinearity);
  const f = Object.hasOwn(NONLINEARITIES, nonlinearity) ? NONLINEARITIES[nonlinearity] : undefined;
  if (!f)
    throw new ArgumentError(
      'gain',
      `unknown nonlinearity ${typeof nonlinearity === 'string' ? nonlinearity : shown(nonlinearity)}; expected one of ${Object.keys(NONLINEARITIES).join(', ')}, or a function`,
    );
  if (numeric) return numericGain((z) => f(z, slope));
  const value = tabulated(nonlinearity, slope);
  if (value === null)
    throw new ArgumentError(
      'gain',
      `there is no customary gain for ${nonlinearity}; ask for gain('${nonlinearity}', { numeric: true })`,
    );
  return value;
}

function numericGain(f: (z: number) => number): number {
  const moment = secondMoment(f);
  if (moment > 0 && Number.isFinite(moment)) return 1 / Math.sqrt(moment);
  throw new ArgumentError(
    'gain',
    `E[f(z)²] is ${moment}; no gain makes up for a function that is 0, infinite or not a number on [−12, 12]`,
  );
}

/** E[f(z)²] for z ~ N(0, 1), by Simpson's rule on [−12, 0] and on [0, 12], so that a kink at 0 is at an end of both. */
export function secondMoment(f: (z: number) => number): number {
  needFunction('secondMoment', f, 'a function of a number');
  const integrand = (z: number): number => f(z) * f(z) * normalDensity(z);
  return simpson(integrand, -12, 0) + simpson(integrand, 0, 12);
}

function simpson(f: (z: number) => number, from: number, to: number, intervals = 4000): number {
  const h = (to - from) / intervals;
  let sum = f(from) + f(to);
  for (let i = 1; i < intervals; i++) sum += f(from + i * h) * (i % 2 === 0 ? 2 : 4);
  return (sum * h) / 3;
}
