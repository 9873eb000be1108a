/** Initialisers that need no fans: constants, plain distributions, identities, sparse columns. */
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { short } from '../base/format.js';
import { shown } from '../base/kind.js';
import type { Rng } from '../base/random.js';
import { type Shape, sizeOf } from '../base/shape.js';
import { type Check, checkOptions, needFlag, needNumber, numberIn } from '../base/words.js';
import { normalCdf, normalDensity } from '../kernels/special.js';
import { fillInside, fillWith, type Initializer, initializer } from './initializer.js';

/**
 * w = value. Not for weights: units of a layer that start with equal weights receive equal gradients, and stay equal
 * however long they are trained.
 */
export function constant(value: number): Initializer {
  needNumber('constant', 'the value', value, { finite: true });
  return initializer(value === 0 ? 'zeros' : `constant ${value}`, (shape) =>
    new Float64Array(sizeOf(shape)).fill(value),
  );
}

/** w = 0, for biases. Weights of 0 stay equal, as those of {@link constant} do. */
export function zeros(): Initializer {
  return constant(0);
}

/** w = 1, for scales. */
export function ones(): Initializer {
  return constant(1);
}

/**
 * w ~ U(low, high): mean (low + high)/2, variance (high − low)²/12.
 * @throws ArgumentError unless both are finite and low ≤ high
 */
export function uniform(low: number, high: number): Initializer {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high && Number.isFinite(high - low)))
    throw new ArgumentError('uniform', `expected finite low ≤ high, got ${shown(low)} and ${shown(high)}`);
  return initializer(
    'uniform',
    (shape, _, rng) => fillInside(shape, low, high, () => low + (high - low) * rng.uniform()),
    () => `${short(low, 3)} to ${short(high, 3)}`,
  );
}

/** Options of {@link normal}. */
export interface NormalOptions {
  /** Default 0. */
  mean?: number;
  /** Standard deviation, ≥ 0. Default 1. */
  std?: number;
}
const FINITE: Check = numberIn({ finite: true });
const STD: Check = numberIn({ least: 0, finite: true });
const NORMAL: Record<keyof NormalOptions, Check> = { mean: FINITE, std: STD };

/**
 * w ~ N(mean, std²), by default N(0, 1).
 * @throws ArgumentError unless both are finite and std ≥ 0
 */
export function normal(options: NormalOptions = {}): Initializer {
  checkOptions('normal', options, NORMAL);
  const { mean = 0, std = 1 } = options;
  return initializer(
    'normal',
    (shape, _, rng) => fillWith(shape, () => mean + std * rng.normal()),
    () => `std=${short(std, 3)}`,
  );
}

/** Options of {@link truncatedNormal}. */
export interface TruncatedNormalOptions {
  /** Default 0. */
  mean?: number;
  /** The standard deviation of the values that are drawn. Without `corrected`, that of the uncut normal. Default 1. */
  std?: number;
  /** Where the normal is cut on both sides, in its own standard deviations. At least 0.1. Default 2. */
  cutoffSigmas?: number;
  /** Whether the normal is widened so that the values have the stated `std` after the cut. Default true. */
  corrected?: boolean;
}

const TRUNCATED: Record<keyof TruncatedNormalOptions, Check> = {
  ...NORMAL,
  cutoffSigmas: numberIn({ least: 0.1 }),
  corrected: needFlag,
};

/**
 * w ~ N(mean, σ²) given |w − mean| ≤ cσ, where c = cutoffSigmas. A cut at ±2σ leaves a standard deviation of 0.8796σ,
 * so σ is std / 0.8796 there, and std itself if `corrected` is false. A value beyond the cut is drawn again.
 * @throws ArgumentError for a mean or std that is not finite, std < 0, or c < 0.1; use {@link uniform} for such a c
 */
export function truncatedNormal(options: TruncatedNormalOptions = {}): Initializer {
  checkOptions('truncatedNormal', options, TRUNCATED);
  const { mean = 0, std = 1, cutoffSigmas = 2, corrected = true } = options;
  const sigma = corrected ? std / truncatedStd(cutoffSigmas) : std;
  return initializer(
    'truncated normal',
    (shape, _, rng) =>
      fillInside(
        shape,
        mean - sigma * cutoffSigmas,
        mean + sigma * cutoffSigmas,
        () => mean + sigma * truncatedDraw(rng, cutoffSigmas),
      ),
    () => `std=${short(std, 3)}, cut at ${cutoffSigmas} sigma`,
  );
}

/** A number from N(0, 1) given |z| ≤ cutoff. */
export function truncatedDraw(rng: Rng, cutoff: number): number {
  let z = rng.normal();
  while (Math.abs(z) > cutoff) z = rng.normal();
  return z;
}

/**
 * The standard deviation of N(0, 1) cut at ±c:  √(1 − 2c·φ(c) / (2Φ(c) − 1)), where φ is the density and Φ the
 * distribution function of N(0, 1). It is 0.87962566 for c = 2.
 */
export function truncatedStd(c: number): number {
  needNumber('truncatedStd', 'the cutoff', c, { above: 0 });
  if (c === Infinity) return 1;
  return Math.sqrt(1 - (2 * c * normalDensity(c)) / (2 * normalCdf(c) - 1));
}

/**
 * W_ij = gain where i = j, else 0, for a matrix, square or not. The gain is 1 by default.
 * @throws ShapeError unless the shape is a matrix; ArgumentError for a gain that is not finite
 * @source Le, Jaitly and Hinton 2015
 */
export function eye(options: { gain?: number } = {}): Initializer {
  checkOptions('eye', options, { gain: FINITE });
  const { gain = 1 } = options;
  return initializer('identity', (shape) => {
    if (shape.length !== 2)
      throw new ShapeError('eye', `expected a matrix, got shape ${formatShape(shape)}`, [shape]);
    const [rows, columns] = shape as [number, number];
    const values = new Float64Array(rows * columns);
    for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = gain;
    return values;
  });
}

/**
 * Sparse columns: in each column of a matrix, ⌈sparsity · rows⌉ elements, chosen at random, are 0, and the others are
 * drawn from N(0, std²). By default std = 0.01.
 * @throws ShapeError unless the shape is a matrix; ArgumentError unless 0 ≤ sparsity ≤ 1
 * @source J. Martens, Deep learning via Hessian-free optimization, 2010
 */
export function sparse(options: { sparsity: number; std?: number }): Initializer {
  checkOptions('sparse', options, { sparsity: null, std: STD });
  const { sparsity, std = 0.01 } = options;
  needNumber('sparse', 'sparsity', sparsity, { least: 0, most: 1 });
  return initializer(
    'sparse',
    (shape, _, rng) => {
      if (shape.length !== 2)
        throw new ShapeError('sparse', `expected a matrix, got shape ${formatShape(shape)}`, [shape]);
      // In doubles 0.55 · 100 is 55.00000000000001, which would make 56 zeros instead of 55.
      const zerosPerColumn = Math.ceil(Number((sparsity * shape[0]!).toPrecision(12)));
      return sparseColumns(shape, zerosPerColumn, std, rng);
    },
    () => `sparsity=${sparsity}, std=${short(std, 3)}`,
  );
}

function sparseColumns(shape: Shape, zerosPerColumn: number, std: number, rng: Rng): Float64Array {
  const [rows, columns] = shape as [number, number];
  const values = fillWith(shape, () => std * rng.normal());
  for (let column = 0; column < columns; column++) {
    const order = rng.permutation(rows);
    for (let i = 0; i < zerosPerColumn; i++) values[order[i]! * columns + column] = 0;
  }
  return values;
}
