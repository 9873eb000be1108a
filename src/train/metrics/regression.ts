/** How far predicted numbers are from their targets. */

import { ArgumentError, formatShape, ShapeError } from '../../base/errors.js';
import { Tensor } from '../../core.js';
import { elementsOf, needEach, squared, sumOf } from './input.js';

/**
 * The mean absolute error over all elements, in the unit of the targets: mean of |p − t|.
 * @param predicted a tensor or a list
 * @param targets as many numbers; two tensors have one shape
 * @throws ShapeError for unequal shapes or lengths; ArgumentError for NaN, ±∞, no numbers at all, or a distance above 1.8e308
 */
export function meanAbsoluteError(
  predicted: Tensor | ArrayLike<number>,
  targets: Tensor | ArrayLike<number>,
): number {
  const op = 'meanAbsoluteError';
  const { values, unit } = scaled(errorsOf(op, pairsOf(op, predicted, targets)));
  return (sumOf(values.map(Math.abs)) / values.length) * unit;
}

/**
 * The root of the mean squared error over all elements, in the unit of the targets: √ mean of (p − t)².
 * @param predicted a tensor or a list
 * @param targets as many numbers; two tensors have one shape
 * @throws what {@link meanAbsoluteError} throws
 */
export function rootMeanSquaredError(
  predicted: Tensor | ArrayLike<number>,
  targets: Tensor | ArrayLike<number>,
): number {
  const op = 'rootMeanSquaredError';
  const { values, unit } = scaled(errorsOf(op, pairsOf(op, predicted, targets)));
  return Math.sqrt(sumOf(values.map(squared)) / values.length) * unit;
}

/**
 * The coefficient of determination: R² = 1 − Σ (p − t)² / Σ (t − mean t)². 1 is perfect, 0 is what the mean of the targets
 * would reach, and a worse prediction is below 0, down to −∞. If all targets are equal, it is 1 for a perfect prediction and
 * else 0, as in scikit-learn.
 * @param predicted a tensor or a list, with one number for each row
 * @param targets as many numbers, at least two; two tensors have one shape
 * @throws what {@link meanAbsoluteError} throws; ArgumentError for several numbers in a row, whose targets have no common
 *   mean, or for a single row
 */
export function r2Score(predicted: Tensor | ArrayLike<number>, targets: Tensor | ArrayLike<number>): number {
  const op = 'r2Score';
  const pairs = pairsOf(op, predicted, targets);
  for (const { shape, size } of [predicted, targets].filter((given) => given instanceof Tensor))
    if (shape[0] !== size)
      throw new ArgumentError(
        op,
        `expected one number for each row, [n] or [n, 1], got ${formatShape(shape)}; score each column by itself`,
      );
  if (pairs.length < 2)
    throw new ArgumentError(op, 'a single row has no spread to explain; pass at least two');
  const errors = scaled(errorsOf(op, pairs));
  // Equal targets differ from their first by exactly 0, and from their mean by a rounding.
  const shifted = pairs.map(([, t]) => t - pairs[0]![1]);
  needEach(op, 'the distance from target 0 to target', shifted, { finite: true });
  const shifts = scaled(shifted);
  const mean = sumOf(shifts.values) / pairs.length;
  const left = sumOf(errors.values.map(squared));
  const spread = sumOf(shifts.values.map((t) => squared(t - mean)));
  if (left === 0) return 1;
  if (spread === 0) return 0;
  const ratio = errors.unit / shifts.unit;
  return 1 - (left / spread) * ratio * ratio;
}

/** Numbers as multiples of a unit. */
interface Scaled {
  readonly values: readonly number[];
  readonly unit: number;
}

/**
 * Numbers in a unit in which the largest lies in [1, 2), so that the sum of their squares neither overflows nor vanishes. The
 * unit is a power of two, so that no digit is lost.
 */
function scaled(numbers: readonly number[]): Scaled {
  const largest = numbers.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  if (largest === 0) return { values: numbers, unit: 1 };
  let unit = 1;
  while (unit > largest) unit /= 2;
  while (largest / unit >= 2) unit *= 2;
  return { values: numbers.map((one) => one / unit), unit };
}

/** The predictions minus their targets. */
function errorsOf(op: string, pairs: readonly (readonly [number, number])[]): number[] {
  const errors = pairs.map(([p, t]) => p - t);
  needEach(op, 'the distance from target to prediction', errors, { finite: true });
  return errors;
}

/** Each prediction with its target. */
function pairsOf(
  op: string,
  predicted: Tensor | ArrayLike<number>,
  targets: Tensor | ArrayLike<number>,
): [number, number][] {
  const [p, t] = [elementsOf(op, predicted, 'predictions'), elementsOf(op, targets, 'targets')];
  if (
    predicted instanceof Tensor &&
    targets instanceof Tensor &&
    String(predicted.shape) !== String(targets.shape)
  )
    throw new ShapeError(
      op,
      `predictions ${formatShape(predicted.shape)} and targets ${formatShape(targets.shape)}; expected one shape`,
      [predicted.shape, targets.shape],
    );
  if (p.length !== t.length)
    throw new ShapeError(op, `${p.length} predictions and ${t.length} targets; expected one target for each`);
  if (p.length === 0) throw new ArgumentError(op, 'no numbers to compare');
  needEach(op, 'prediction', p, { finite: true });
  needEach(op, 'target', t, { finite: true });
  return Array.from(p, (value, i) => [value, t[i]!]);
}
