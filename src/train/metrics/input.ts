/** What metrics are given: the answers of a model, and what was meant. Each check refuses in the name of the metric. */

import { ArgumentError, formatShape, ShapeError } from '../../base/errors.js';
import { kindOf, refuseForeign } from '../../base/kind.js';
import { type Limits, needNumber } from '../../base/words.js';
import { Tensor } from '../../core.js';

/**
 * Refuses what is no matrix of logits with one label for each row. A logit may be NaN.
 * @throws ShapeError if the numbers of rows differ; ArgumentError for a label that is no class, or no rows at all
 */
export function needLogits(op: string, logits: Tensor, labels: ArrayLike<number>): void {
  refuseForeign(op, logits);
  if (!(logits instanceof Tensor) || !isList(labels))
    throw new ArgumentError(op, 'expected logits as a Tensor and labels as a list of class indices');
  if (logits.rank !== 2 || logits.shape[0] !== labels.length)
    throw new ShapeError(
      op,
      `logits ${formatShape(logits.shape)} do not fit ${labels.length} labels; expected [${labels.length}, classes]`,
      [logits.shape],
    );
  needLabels(op, labels, labels.length, logits.shape[1]!);
}

/** Refuses labels that are not one class index for each of the rows, and no rows at all. */
export function needLabels(op: string, labels: ArrayLike<number>, rows: number, classes: number): void {
  if (!isList(labels))
    throw new ArgumentError(op, `expected labels as a list of class indices, got ${kindOf(labels)}`);
  if (labels.length !== rows)
    throw new ShapeError(op, `${rows} rows and ${labels.length} labels; expected one label for each row`);
  needEach(op, 'label', labels, { least: 0, most: classes - 1, whole: true });
  if (rows === 0) throw new ArgumentError(op, 'no rows to count');
}

/** Refuses a list in which a number is beyond the limits, and names its place: `label 3 is a whole number …`. */
export function needEach(op: string, what: string, values: ArrayLike<number>, limits: Limits): void {
  for (let i = 0; i < values.length; i++) needNumber(op, `${what} ${i}`, values[i], limits);
}

/** Refuses a matrix with NaN, which is neither the largest nor the smallest of its row. */
export function refuseNaN(op: string, what: string, { data, shape }: Tensor): void {
  const at = data.findIndex(Number.isNaN);
  if (at >= 0)
    throw new ArgumentError(
      op,
      `${what} are NaN in row ${Math.floor(at / shape[1]!)}, and NaN has no rank; find its first op with detectAnomaly`,
    );
}

/**
 * One number for each row, from a list or a tensor of shape [n] or [n, 1].
 * @param expected what the numbers are, for the error: `scores, one for each row`
 */
export function perRow(op: string, values: Tensor | ArrayLike<number>, expected: string): ArrayLike<number> {
  if (values instanceof Tensor && values.size !== values.shape[0])
    throw new ArgumentError(
      op,
      `expected ${expected}: a list or a Tensor of shape [n], got ${kindOf(values)}`,
    );
  return elementsOf(op, values, expected);
}

/** All numbers of a list or a tensor. */
export function elementsOf(
  op: string,
  values: Tensor | ArrayLike<number>,
  expected: string,
): ArrayLike<number> {
  refuseForeign(op, values);
  if (values instanceof Tensor) return values.data;
  if (isList(values)) return values;
  throw new ArgumentError(op, `expected ${expected}, in a list or a Tensor, got ${kindOf(values)}`);
}

function isList(values: unknown): values is ArrayLike<number> {
  return typeof values === 'object' && typeof (values as ArrayLike<unknown> | null)?.length === 'number';
}

/** The sum of numbers. */
export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** x², rounded alike by all engines, which a power is not. */
export const squared = (x: number): number => x * x;
