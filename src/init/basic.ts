/** Initialisers that look at no fans: constants, plain distributions, identities. */
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { short } from '../base/format.js';
import type { Rng } from '../base/random.js';
import { type Shape, sizeOf } from '../base/shape.js';
import { fillWith, type Initializer, initializer } from './initializer.js';
import { normalCdf, normalDensity } from './statistics.js';

/** All elements `value`. A constant weight keeps the units of a layer identical for ever: the symmetry is never broken. */
export function constant(value: number): Initializer {
  return initializer(value === 0 ? 'zeros' : `constant ${value}`, (shape) =>
    new Float64Array(sizeOf(shape)).fill(value),
  );
}

/** All elements 0: right for biases, and a weight that cannot learn beside others like it. */
export function zeros(): Initializer {
  return constant(0);
}

export function ones(): Initializer {
  return constant(1);
}

/** w ~ U(low, high): mean (low + high)/2, variance (high − low)²/12. @throws ArgumentError unless low ≤ high */
export function uniform(low: number, high: number): Initializer {
  if (!(low <= high && Number.isFinite(high - low)))
    throw new ArgumentError('uniform', `expected finite low ≤ high, got ${low} and ${high}`);
  return initializer(
    'uniform',
    (shape, _, rng) => fillWith(shape, () => low + (high - low) * rng.uniform()),
    () => `${short(low, 3)} to ${short(high, 3)}`,
  );
}

/** w ~ N(mean, std²). @throws ArgumentError unless both are finite and std ≥ 0 */
export function normal({ mean = 0, std = 1 } = {}): Initializer {
  checkStd('normal', std);
  checkFinite('normal', 'mean', mean);
  return initializer(
    'normal',
    (shape, _, rng) => fillWith(shape, () => mean + std * rng.normal()),
    () => `std=${short(std, 3)}`,
  );
}

export interface TruncatedNormalOptions {
  mean?: number;
  /** The standard deviation of what is drawn (not of the normal before it was cut), unless `corrected` is false. */
  std?: number;
  /** Where the normal is cut, in standard deviations of the uncut normal on both sides. Default 2. */
  cutoffSigmas?: number;
  /** Widen the normal so that cutting leaves the stated std. Default true. */
  corrected?: boolean;
}

/**
 * A normal distribution cut at ±c standard deviations and, unless told otherwise, widened so that `std` is the
 * standard deviation of the result: cutting at ±2 alone leaves 0.8796 of it.
 * Drawn by rejection; c below 0.1 is refused, there use {@link uniform}.
 */
export function truncatedNormal({
  mean = 0,
  std = 1,
  cutoffSigmas = 2,
  corrected = true,
}: TruncatedNormalOptions = {}): Initializer {
  checkStd('truncatedNormal', std);
  checkFinite('truncatedNormal', 'mean', mean);
  if (!(cutoffSigmas >= 0.1))
    throw new ArgumentError('truncatedNormal', `expected cutoffSigmas ≥ 0.1, got ${cutoffSigmas}`);
  const sigma = corrected ? std / truncatedStd(cutoffSigmas) : std;
  return initializer(
    'truncated normal',
    (shape, _, rng) => fillWith(shape, () => mean + sigma * truncatedDraw(rng, cutoffSigmas)),
    () => `std=${short(std, 3)}, cut at ${cutoffSigmas} sigma`,
  );
}

/** One draw from N(0, 1) given |z| ≤ cutoff. */
export function truncatedDraw(rng: Rng, cutoff: number): number {
  let z = rng.normal();
  while (Math.abs(z) > cutoff) z = rng.normal();
  return z;
}

/** Standard deviation of N(0, 1) cut at ±c:  √(1 − 2c·φ(c) / (2Φ(c) − 1)); 0.87962566 for c = 2 */
export function truncatedStd(c: number): number {
  if (c === Infinity) return 1;
  return Math.sqrt(1 - (2 * c * normalDensity(c)) / (2 * normalCdf(c) - 1));
}

function checkStd(op: string, std: number): void {
  if (!(std >= 0 && Number.isFinite(std)))
    throw new ArgumentError(op, `expected a finite std ≥ 0, got ${std}`);
}

function checkFinite(op: string, name: string, value: number): void {
  if (!Number.isFinite(value)) throw new ArgumentError(op, `expected a finite ${name}, got ${value}`);
}

/** W_ij = gain where i = j, else 0; a matrix, square or not. @throws ShapeError for any other rank. @source Le, Jaitly and Hinton 2015 */
export function eye({ gain = 1 } = {}): Initializer {
  checkFinite('eye', 'gain', gain);
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
 * Sparse columns: in each column of a matrix, ⌈sparsity · rows⌉ elements drawn at random are 0, the others N(0, std²).
 * @throws ShapeError unless the shape is a matrix; ArgumentError unless 0 ≤ sparsity ≤ 1
 * @source J. Martens, Deep learning via Hessian-free optimization, 2010
 */
export function sparse({ sparsity, std = 0.01 }: { sparsity: number; std?: number }): Initializer {
  checkStd('sparse', std);
  if (!(sparsity >= 0 && sparsity <= 1))
    throw new ArgumentError('sparse', `sparsity lies in [0, 1], got ${sparsity}`);
  return initializer(
    'sparse',
    (shape, _, rng) => {
      if (shape.length !== 2)
        throw new ShapeError('sparse', `expected a matrix, got shape ${formatShape(shape)}`, [shape]);
      // 0.55 · 100 is 55.00000000000001 in doubles; that is 55 zeros, not 56.
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
