/**
 * Initialisers whose variance depends on the fans, Var(w) = scale / fan, so that signals keep their size from layer to
 * layer.
 *
 * A unit y = Σ wᵢxᵢ sums fanIn terms, so Var(y) = fanIn · Var(w) · E[x²]. LeCun's 1/fanIn makes Var(y) = E[x²]. He
 * doubles it, since relu drops half of the mean square. Glorot takes the mean of fanIn, which keeps the size of
 * activations, and of fanOut, which keeps the size of gradients.
 *
 * Previous: src/init/fans.ts · Next: src/optim/optimizer.ts
 */
import { short } from '../base/format.js';
import type { Rng } from '../base/random.js';
import type { Shape } from '../base/shape.js';
import { type Check, checkOptions, needFlag, needText, numberIn, oneOf } from '../base/words.js';
import { truncatedDraw, truncatedStd } from './basic.js';
import type { Fans } from './fans.js';
import { GAIN, type GainOptions, gain, NONLINEARITIES, type Nonlinearity } from './gain.js';
import { fillInside, fillWith, type Initializer, initializer, needFans } from './initializer.js';

/** Which fan the variance is divided by: one of them, their mean, or their geometric mean. */
export type FanMode = 'fanIn' | 'fanOut' | 'fanAvg' | 'fanGeoAvg';
/** The distribution that values are drawn from; `truncatedNormal` is cut at ±2 sigma. */
export type Distribution = 'normal' | 'truncatedNormal' | 'uniform';

const FAN: Record<FanMode, (fans: Fans) => number> = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAvg: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
  fanGeoAvg: ({ fanIn, fanOut }) => Math.sqrt(fanIn * fanOut),
};

const CUTOFF = 2;

/** Options of {@link varianceScaling}. */
export interface VarianceScalingOptions {
  /** Var(w) · fan, ≥ 0. Default 1. */
  scale?: number;
  /** Default fanIn. */
  mode?: FanMode;
  /** Default normal. All three have the same variance. */
  distribution?: Distribution;
}

/**
 * Var(w) = scale / fan. The values are drawn from N(0, scale/fan), from the same distribution cut at ±2 sigma and
 * widened to the same variance, or from U(−b, b) with b = √(3·scale/fan).
 * @param label the name of the strategy, in words
 * @throws ArgumentError for a scale that is negative or not finite, an unknown mode or distribution, or, when it draws,
 *   for a parameter without fans
 */
export function varianceScaling(
  options: VarianceScalingOptions = {},
  label = 'variance scaling',
): Initializer {
  checkOptions('varianceScaling', options, VARIANCE_SCALING);
  needText('varianceScaling', 'label', label);
  const { scale = 1, mode = 'fanIn', distribution = 'normal' } = options;
  const stdOf = (fans: Fans): number => Math.sqrt(scale / FAN[mode](fans));
  return initializer(
    label,
    (shape, fans, rng) => DRAW[distribution](shape, stdOf(needFans(label, shape, fans)), rng),
    (fans) => (fans ? `${describeFan(mode, fans)}, std=${short(stdOf(fans), 3)}` : mode),
  );
}

function describeFan(mode: FanMode, { fanIn, fanOut }: Fans): string {
  const [inward, outward] = [`fanIn=${exactFan(fanIn)}`, `fanOut=${exactFan(fanOut)}`];
  if (mode === 'fanIn') return inward;
  return mode === 'fanOut' ? outward : `${inward}, ${outward}`;
}

/** All digits of a fan that is a whole number. The fanIn of a transposed convolution may be a fraction. */
function exactFan(fan: number): string {
  return Number.isInteger(fan) ? String(fan) : short(fan, 3);
}

const DRAW: Record<Distribution, (shape: Shape, std: number, rng: Rng) => Float64Array> = {
  normal: (shape, std, rng) => fillWith(shape, () => std * rng.normal()),
  truncatedNormal(shape, std, rng) {
    const sigma = std / truncatedStd(CUTOFF);
    return fillInside(shape, -CUTOFF * sigma, CUTOFF * sigma, () => sigma * truncatedDraw(rng, CUTOFF));
  },
  uniform(shape, std, rng) {
    const bound = Math.sqrt(3) * std;
    return fillInside(shape, -bound, bound, () => bound * (2 * rng.uniform() - 1));
  },
};

const VARIANCE_SCALING: Record<keyof VarianceScalingOptions, Check> = {
  scale: numberIn({ least: 0, finite: true }),
  mode: oneOf(Object.keys(FAN)),
  distribution: oneOf(Object.keys(DRAW)),
};

/** Options of {@link xavierNormal}. */
export interface XavierOptions {
  /** The factor g by which the weights are larger. Default 1. */
  gain?: number;
  /** Whether the normal distribution is cut at ±2 sigma, as in Keras and JAX. Default false. */
  truncated?: boolean;
}

const XAVIER: Record<keyof XavierOptions, Check> = { gain: numberIn({ finite: true }), truncated: needFlag };

const distributionOf = (truncated?: boolean): Distribution => (truncated ? 'truncatedNormal' : 'normal');

/**
 * Glorot's initialisation, uniform: w ~ U(−b, b), b = g·√(6/(fanIn + fanOut)).
 * @source Glorot and Bengio 2010, eq. 16
 */
export function xavierUniform(options: Pick<XavierOptions, 'gain'> = {}): Initializer {
  checkOptions('xavierUniform', options, { gain: XAVIER.gain });
  const { gain: g = 1 } = options;
  return varianceScaling({ scale: g * g, mode: 'fanAvg', distribution: 'uniform' }, 'Xavier uniform');
}

/** Glorot's initialisation, normal: Var(w) = g²·2/(fanIn + fanOut). @source Glorot and Bengio 2010, eq. 12 */
export function xavierNormal(options: XavierOptions = {}): Initializer {
  checkOptions('xavierNormal', options, XAVIER);
  const { gain: g = 1, truncated } = options;
  return varianceScaling(
    { scale: g * g, mode: 'fanAvg', distribution: distributionOf(truncated) },
    'Xavier normal',
  );
}

/**
 * What the book "Deep Learning from Scratch" and Caffe call Xavier: w ~ N(0, 1/fanIn), which is LeCun's initialisation.
 * The paper by Xavier Glorot has 2/(fanIn + fanOut), as {@link xavierNormal}.
 */
export function xavierFanIn(): Initializer {
  return varianceScaling({ scale: 1, mode: 'fanIn' }, 'Xavier (1/fanIn)');
}

/**
 * w ~ N(0, 1/(fanIn + fanOut)): half of the paper's variance, a form found in articles. To compare with, not to use.
 */
export function xavierHalf(): Initializer {
  return varianceScaling({ scale: 0.5, mode: 'fanAvg' }, 'Xavier (1/(fanIn + fanOut))');
}

/** Options of {@link heNormal} and {@link heUniform}. */
export interface HeOptions extends GainOptions {
  /** The fan: fanIn keeps the size of activations, fanOut the size of gradients. Default fanIn. */
  mode?: 'fanIn' | 'fanOut';
  /** The activation that follows the layer. Default relu, whose gain is √2. */
  nonlinearity?: Nonlinearity;
  /** A gain of your own, instead of the gain of the activation. */
  gain?: number;
  /**
   * Whether the normal distribution is cut at ±2 sigma, as in Keras and JAX. Only for {@link heNormal}. Default false.
   */
  truncated?: boolean;
}

const HE_UNIFORM: Record<keyof Omit<HeOptions, 'truncated'>, Check> = {
  ...GAIN,
  mode: oneOf(['fanIn', 'fanOut']),
  nonlinearity: oneOf(Object.keys(NONLINEARITIES)),
  gain: XAVIER.gain,
};
const HE_NORMAL: Record<keyof HeOptions, Check> = { ...HE_UNIFORM, truncated: needFlag };

function heScale({ nonlinearity = 'relu', gain: given, slope, numeric }: HeOptions): number {
  const g = given ?? gain(nonlinearity, { slope: slope ?? 0.01, numeric: numeric ?? false });
  return g * g;
}

/** He's initialisation (Kaiming's), normal: w ~ N(0, g²/fan), g = √2 for relu. @source He et al. 2015, eq. 10 and 14 */
export function heNormal(options: HeOptions = {}): Initializer {
  checkOptions('heNormal', options, HE_NORMAL);
  return varianceScaling(
    {
      scale: heScale(options),
      mode: options.mode ?? 'fanIn',
      distribution: distributionOf(options.truncated),
    },
    'He normal',
  );
}

/** He's initialisation, uniform: w ~ U(−b, b), b = g·√(3/fan), g = √2 for relu. @source He et al. 2015 */
export function heUniform(options: Omit<HeOptions, 'truncated'> = {}): Initializer {
  checkOptions('heUniform', options, HE_UNIFORM);
  return varianceScaling(
    { scale: heScale(options), mode: options.mode ?? 'fanIn', distribution: 'uniform' },
    'He uniform',
  );
}

/**
 * LeCun's initialisation, normal: w ~ N(0, 1/fanIn). Selu needs it.
 * @source LeCun et al. 1998, Efficient BackProp; Klambauer et al. 2017
 */
export function lecunNormal(options: { truncated?: boolean } = {}): Initializer {
  checkOptions('lecunNormal', options, { truncated: needFlag });
  return varianceScaling(
    { scale: 1, mode: 'fanIn', distribution: distributionOf(options.truncated) },
    'LeCun normal',
  );
}

/** LeCun's initialisation, uniform: w ~ U(−b, b), b = √(3/fanIn). @source LeCun et al. 1998, Efficient BackProp */
export function lecunUniform(): Initializer {
  return varianceScaling({ scale: 1, mode: 'fanIn', distribution: 'uniform' }, 'LeCun uniform');
}

/**
 * For networks of sines, y = sin(ω₀(Wx + b)): w ~ U(−a, a) with a = 1/fanIn in the first layer and a = √(6/fanIn)/ω₀ in
 * the others. By default ω₀ = 30, and the layer is not the first.
 * @throws ArgumentError unless ω₀ is finite and above 0
 * @source Sitzmann et al. 2020, §3.2
 */
export function siren(options: { omega0?: number; first?: boolean } = {}): Initializer {
  checkOptions('siren', options, { omega0: numberIn({ above: 0, finite: true }), first: needFlag });
  const { omega0 = 30, first = false } = options;
  const boundOf = ({ fanIn }: Fans): number => (first ? 1 / fanIn : Math.sqrt(6 / fanIn) / omega0);
  return initializer(
    first ? 'SIREN (first layer)' : 'SIREN',
    (shape, fans, rng) => {
      const bound = boundOf(needFans('siren', shape, fans));
      return fillInside(shape, -bound, bound, () => bound * (2 * rng.uniform() - 1));
    },
    (fans) => (fans ? `fanIn=${exactFan(fans.fanIn)}, bound=${short(boundOf(fans), 3)}` : ''),
  );
}
