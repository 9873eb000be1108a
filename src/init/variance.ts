/**
 * Initialisers that scale with the fans so that signals keep their size from layer to layer: Var(w) = scale / fan.
 *
 * With y = Σ wᵢxᵢ over fanIn terms, Var(y) = fanIn · Var(w) · E[x²]. LeCun keeps Var(y) = E[x²] for linear units; He
 * doubles it because relu discards half; Glorot averages fanIn (the forward pass) and fanOut (the backward pass).
 *
 * Previous: src/init/fans.ts · Next: src/optim/optimizer.ts
 */
import { ArgumentError } from '../base/errors.js';
import type { Rng } from '../base/random.js';
import type { Shape } from '../base/shape.js';
import { truncatedDraw, truncatedStd } from './basic.js';
import type { Fans } from './fans.js';
import { type GainOptions, gain, type Nonlinearity } from './gain.js';
import { fillWith, type Initializer, initializer, needFans, short } from './initializer.js';

export type FanMode = 'fanIn' | 'fanOut' | 'fanAvg' | 'fanGeoAvg';
export type Distribution = 'normal' | 'truncatedNormal' | 'uniform';

const FAN: Record<FanMode, (fans: Fans) => number> = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAvg: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
  fanGeoAvg: ({ fanIn, fanOut }) => Math.sqrt(fanIn * fanOut),
};

const CUTOFF = 2;

export interface VarianceScalingOptions {
  /** Var(w) · fan. Default 1. */
  scale?: number;
  mode?: FanMode;
  /** Which shape the values have; all three have the same variance. Default normal. */
  distribution?: Distribution;
}

/**
 * Var(w) = scale / fan: as N(0, scale/fan), as the same cut at ±2 sigma with corrected variance, or as
 * U(±√(3·scale/fan)).
 * @throws ArgumentError for a negative scale, an unknown mode or distribution, or a parameter without fans
 */
export function varianceScaling(
  { scale = 1, mode = 'fanIn', distribution = 'normal' }: VarianceScalingOptions = {},
  label = 'variance scaling',
): Initializer {
  if (!(scale >= 0 && Number.isFinite(scale)))
    throw new ArgumentError('varianceScaling', `expected a finite scale ≥ 0, got ${scale}`);
  if (!Object.hasOwn(FAN, mode))
    throw new ArgumentError(
      'varianceScaling',
      `unknown mode ${String(mode)}; expected one of ${Object.keys(FAN).join(', ')}`,
    );
  if (!Object.hasOwn(DRAW, distribution))
    throw new ArgumentError(
      'varianceScaling',
      `unknown distribution ${String(distribution)}; expected one of ${Object.keys(DRAW).join(', ')}`,
    );
  const stdOf = (fans: Fans): number => Math.sqrt(scale / FAN[mode](fans));
  return initializer(
    label,
    (shape, fans, rng) => DRAW[distribution](shape, stdOf(needFans(label, shape, fans)), rng),
    (fans) => (fans ? `${describeFan(mode, fans)}, std=${short(stdOf(fans))}` : mode),
  );
}

function describeFan(mode: FanMode, { fanIn, fanOut }: Fans): string {
  const [inward, outward] = [`fanIn=${exactFan(fanIn)}`, `fanOut=${exactFan(fanOut)}`];
  if (mode === 'fanIn') return inward;
  return mode === 'fanOut' ? outward : `${inward}, ${outward}`;
}

/** Every digit of a whole fan; transposed convolutions have others. */
function exactFan(fan: number): string {
  return Number.isInteger(fan) ? String(fan) : short(fan);
}

const DRAW: Record<Distribution, (shape: Shape, std: number, rng: Rng) => Float64Array> = {
  normal: (shape, std, rng) => fillWith(shape, () => std * rng.normal()),
  truncatedNormal(shape, std, rng) {
    const sigma = std / truncatedStd(CUTOFF);
    return fillWith(shape, () => sigma * truncatedDraw(rng, CUTOFF));
  },
  uniform(shape, std, rng) {
    const bound = Math.sqrt(3) * std;
    return fillWith(shape, () => bound * (2 * rng.uniform() - 1));
  },
};

export interface XavierOptions {
  gain?: number;
  /** Normal form only: cut at ±2 sigma, as Keras and JAX do. */
  truncated?: boolean;
}

const shapeOf = (truncated?: boolean): Distribution => (truncated ? 'truncatedNormal' : 'normal');

/** Glorot's initialisation, uniform: w ~ U(±g·√(6/(fanIn + fanOut))). @source Glorot and Bengio 2010, eq. 16 */
export function xavierUniform({ gain: g = 1 }: { gain?: number } = {}): Initializer {
  return varianceScaling({ scale: g * g, mode: 'fanAvg', distribution: 'uniform' }, 'Xavier uniform');
}

/** Glorot's initialisation, normal: Var(w) = g²·2/(fanIn + fanOut). @source Glorot and Bengio 2010, eq. 12 */
export function xavierNormal({ gain: g = 1, truncated }: XavierOptions = {}): Initializer {
  return varianceScaling({ scale: g * g, mode: 'fanAvg', distribution: shapeOf(truncated) }, 'Xavier normal');
}

/**
 * What the book "Deep Learning from Scratch", and Caffe, call Xavier: Var(w) = 1/fanIn, which is LeCun's. The paper
 * of that name has 2/(fanIn + fanOut): {@link xavierNormal}.
 */
export function xavierFanIn(): Initializer {
  return varianceScaling({ scale: 1, mode: 'fanIn' }, 'Xavier (1/fanIn)');
}

/** Half of the paper's variance, 1/(fanIn + fanOut): a form found in blog posts. Here to compare, not to recommend. */
export function xavierHalf(): Initializer {
  return varianceScaling({ scale: 0.5, mode: 'fanAvg' }, 'Xavier (1/(fanIn + fanOut))');
}

export interface HeOptions extends GainOptions {
  /** fanIn keeps the size of activations, fanOut that of gradients. Default fanIn. */
  mode?: 'fanIn' | 'fanOut';
  /** The activation that follows. Default relu, gain √2. */
  nonlinearity?: Nonlinearity;
  /** A gain of your own instead. */
  gain?: number;
  /** Normal form only: cut at ±2 sigma, as Keras and JAX do. */
  truncated?: boolean;
}

function heScale({ nonlinearity = 'relu', gain: given, ...options }: HeOptions): number {
  return (given ?? gain(nonlinearity, options)) ** 2;
}

/** He's initialisation (Kaiming's), normal: Var(w) = g²/fan, g = √2 for relu. @source He et al. 2015, eq. 10 and 14 */
export function heNormal(options: HeOptions = {}): Initializer {
  return varianceScaling(
    { scale: heScale(options), mode: options.mode ?? 'fanIn', distribution: shapeOf(options.truncated) },
    'He normal',
  );
}

/** He's initialisation, uniform: w ~ U(±g·√(3/fan)). @source He et al. 2015 */
export function heUniform(options: HeOptions = {}): Initializer {
  return varianceScaling(
    { scale: heScale(options), mode: options.mode ?? 'fanIn', distribution: 'uniform' },
    'He uniform',
  );
}

/** LeCun's initialisation, normal: Var(w) = 1/fanIn; what selu needs. @source LeCun et al. 1998, Efficient BackProp; Klambauer et al. 2017 */
export function lecunNormal({ truncated }: { truncated?: boolean } = {}): Initializer {
  return varianceScaling({ scale: 1, mode: 'fanIn', distribution: shapeOf(truncated) }, 'LeCun normal');
}

/** LeCun's initialisation, uniform: w ~ U(±√(3/fanIn)). */
export function lecunUniform(): Initializer {
  return varianceScaling({ scale: 1, mode: 'fanIn', distribution: 'uniform' }, 'LeCun uniform');
}

/**
 * For networks of sines, y = sin(ω₀(Wx + b)): U(±1/fanIn) in the first layer, U(±√(6/fanIn)/ω₀) in the others.
 * @source Sitzmann et al. 2020, §3.2
 */
export function siren({ omega0 = 30, first = false } = {}): Initializer {
  if (!(omega0 > 0 && Number.isFinite(omega0)))
    throw new ArgumentError('siren', `expected a finite omega0 > 0, got ${omega0}`);
  const boundOf = ({ fanIn }: Fans): number => (first ? 1 / fanIn : Math.sqrt(6 / fanIn) / omega0);
  return initializer(
    first ? 'SIREN (first layer)' : 'SIREN',
    (shape, fans, rng) => {
      const bound = boundOf(needFans('siren', shape, fans));
      return fillWith(shape, () => bound * (2 * rng.uniform() - 1));
    },
    (fans) => (fans ? `fanIn=${exactFan(fans.fanIn)}, bound=${short(boundOf(fans))}` : ''),
  );
}
