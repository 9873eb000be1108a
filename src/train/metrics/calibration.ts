/** Calibration: whether a model that is 80 % sure is right in 80 % of such rows. */

import { ArgumentError } from '../../base/errors.js';
import { checkOptions, numberIn } from '../../base/words.js';
import { Tensor } from '../../core.js';
import { needEach, needLabels, perRow, squared, sumOf } from './input.js';

/** The rows whose confidence lies in (from, to]; the first bin has those of confidence 0 as well. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  /** The number of rows. */
  readonly count: number;
  /** The mean confidence of the rows, or null in an empty bin. */
  readonly confidence: number | null;
  /** The share of the rows that are right, or null in an empty bin. */
  readonly accuracy: number | null;
}

/** What {@link calibration} found: plain data, which JSON keeps. */
export interface Calibration {
  /** Bins of equal width from 0 to 1, the empty ones too. */
  readonly bins: readonly CalibrationBin[];
  /** The expected calibration error, in [0, 1]: Σ count / n · |accuracy − confidence|. */
  readonly expectedError: number;
  /** The largest |accuracy − confidence| of a bin that is not empty, in [0, 1]. */
  readonly maximumError: number;
  /**
   * The mean squared error of the probabilities. For [n, classes]: mean of Σ (p − y)² over the classes, in [0, 2], with y = 1
   * for the label and 0 else. For the probabilities of one class: mean of (p − y)², in [0, 1].
   */
  readonly brierScore: number;
}

/** Options of {@link calibration}. */
export interface CalibrationOptions {
  /** The number of bins, from 1 to 1000. Default 10. */
  bins?: number;
}

/**
 * Compares how sure a model is with how often it is right, in bins of its confidence. Of [n, classes] the confidence is the
 * largest probability of a row, and the row is right if that is the label's. Of n probabilities of class 1 the confidence
 * is the probability, and the row is right if it is of class 1.
 * @param probabilities of shape [n, classes], such as `softmax(logits)`; or for two classes the n probabilities of class 1,
 *   as a list or a tensor of shape [n], such as `sigmoid(logits)`
 * @param labels n class indices
 * @throws ShapeError if the numbers of rows differ; ArgumentError for what is no probability, rows of probabilities whose
 *   sum is not 1, a label that is no class, or no rows at all
 * @source C. Guo et al., On Calibration of Modern Neural Networks, 2017; G. W. Brier, Verification of Forecasts Expressed
 *   in Terms of Probability, 1950
 */
export function calibration(
  probabilities: Tensor | ArrayLike<number>,
  labels: ArrayLike<number>,
  options: CalibrationOptions = {},
): Calibration {
  const op = 'calibration';
  checkOptions(op, options, { bins: numberIn({ least: 1, most: 1000, whole: true }) });
  const { rows, brierScore } =
    probabilities instanceof Tensor && probabilities.rank === 2 && probabilities.shape[1] !== 1
      ? fromRows(op, probabilities, labels)
      : fromOneClass(op, probabilities, labels);
  const bins = binned(rows, options.bins ?? 10);
  const errors = bins.map(({ count, accuracy, confidence }) =>
    count === 0 ? 0 : Math.abs(accuracy! - confidence!),
  );
  return {
    bins,
    expectedError: sumOf(errors.map((error, i) => (bins[i]!.count / rows.length) * error)),
    maximumError: Math.max(...errors),
    brierScore,
  };
}

/** How sure the model is of its answer for a row, and whether the answer is right. */
interface Row {
  readonly confidence: number;
  readonly right: boolean;
}

interface Judged {
  readonly rows: readonly Row[];
  readonly brierScore: number;
}

/** By how much the sum of the probabilities of a row may differ from 1, since they are rounded. */
const ROUNDING = 1e-3;

function fromRows(op: string, { data, shape }: Tensor, labels: ArrayLike<number>): Judged {
  const [count, classes] = shape as [number, number];
  needLabels(op, labels, count, classes);
  needEach(op, 'probability', data, { least: 0, most: 1 });
  const rows: Row[] = [];
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const row = data.subarray(i * classes, (i + 1) * classes);
    const sum = sumOf(Array.from(row));
    if (Math.abs(sum - 1) > ROUNDING)
      throw new ArgumentError(
        op,
        `the probabilities of row ${i} add up to ${sum}, not 1; pass softmax(logits)`,
      );
    let confidence = 0;
    for (let c = 0; c < classes; c++) {
      confidence = Math.max(confidence, row[c]!);
      squares += squared(row[c]! - (c === labels[i] ? 1 : 0));
    }
    rows.push({ confidence, right: row.indexOf(confidence) === labels[i] });
  }
  return { rows, brierScore: squares / count };
}

function fromOneClass(
  op: string,
  probabilities: Tensor | ArrayLike<number>,
  labels: ArrayLike<number>,
): Judged {
  const values = Array.from(perRow(op, probabilities, 'probabilities [n, classes], or n of class 1'));
  needEach(op, 'probability', values, { least: 0, most: 1 });
  needLabels(op, labels, values.length, 2);
  const squares = values.map((p, i) => squared(p - labels[i]!));
  return {
    rows: values.map((confidence, i) => ({ confidence, right: labels[i] === 1 })),
    brierScore: sumOf(squares) / values.length,
  };
}

function binned(rows: readonly Row[], count: number): CalibrationBin[] {
  const ends = Array.from({ length: count }, (_, i) => (i + 1) / count);
  const members = ends.map((): Row[] => []);
  for (const row of rows) members[ends.findIndex((end) => row.confidence <= end)]!.push(row);
  return members.map((inside, i) => ({
    from: i / count,
    to: ends[i]!,
    count: inside.length,
    confidence:
      inside.length === 0 ? null : sumOf(inside.map(({ confidence }) => confidence)) / inside.length,
    accuracy: inside.length === 0 ? null : inside.filter(({ right }) => right).length / inside.length,
  }));
}
