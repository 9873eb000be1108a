/**
 * How well scores tell two classes apart. A threshold turns scores into answers: a row is called positive if its score is
 * at least the threshold. Each threshold gives one point of a curve. Rows of one score cross the threshold together, so
 * the order of the rows changes nothing.
 */

import { ArgumentError } from '../../base/errors.js';
import type { Tensor } from '../../core.js';
import { needEach, needLabels, perRow, sumOf } from './input.js';

/** Precision and recall at each threshold, from the lowest to the highest. */
export interface PrecisionRecallCurve {
  /** Of the rows called positive, the share that is. One more than there are thresholds: a 1 at the end. */
  readonly precision: readonly number[];
  /** Of the positive rows, the share called positive. One more than there are thresholds: a 0 at the end. */
  readonly recall: readonly number[];
  /** The distinct scores, ascending. */
  readonly thresholds: readonly number[];
}

/** The receiver operating characteristic: both rates at each threshold, from the highest to the lowest. */
export interface RocCurve {
  /** Of the negative rows, the share called positive: from 0 up to 1. */
  readonly falsePositiveRate: readonly number[];
  /** Of the positive rows, the share called positive: from 0 up to 1. */
  readonly truePositiveRate: readonly number[];
  /** Infinity, at which no row is called positive, and the distinct scores, descending. */
  readonly thresholds: readonly number[];
}

/**
 * Precision over recall for two classes. The values are those of `precision_recall_curve` of scikit-learn.
 * @param scores one number for each row, larger where class 1 is more likely, as a list or a tensor of shape [n]: a logit,
 *   or a probability
 * @param labels 1 for a positive row, 0 for a negative one
 * @throws ShapeError if the numbers of rows differ; ArgumentError for NaN, a label that is neither 0 nor 1, or no positive
 *   row
 */
export function precisionRecallCurve(
  scores: Tensor | ArrayLike<number>,
  labels: ArrayLike<number>,
): PrecisionRecallCurve {
  const rising = cutsOf('precisionRecallCurve', scores, labels, [1]).reverse();
  const all = rising[0]!.positives;
  return {
    precision: [...rising.map(({ positives, negatives }) => positives / (positives + negatives)), 1],
    recall: [...rising.map(({ positives }) => positives / all), 0],
    thresholds: rising.map(({ threshold }) => threshold),
  };
}

/**
 * The mean precision over the steps of recall, in (0, 1]: AP = Σ (Rᵢ − Rᵢ₋₁) Pᵢ, from the highest threshold to the lowest.
 * Unlike the area under straight lines, this sum is never better than any threshold allows.
 * @param scores as for {@link precisionRecallCurve}
 * @param labels 1 for a positive row, 0 for a negative one
 * @throws what {@link precisionRecallCurve} throws
 */
export function averagePrecision(scores: Tensor | ArrayLike<number>, labels: ArrayLike<number>): number {
  const cuts = cutsOf('averagePrecision', scores, labels, [1]);
  return sumOf(
    cuts.map(({ positives, negatives }, i) => {
      const newly = positives - (cuts[i - 1]?.positives ?? 0);
      return (newly / cuts.at(-1)!.positives) * (positives / (positives + negatives));
    }),
  );
}

/**
 * The receiver operating characteristic for two classes: the true positive rate over the false positive rate. The values
 * are those of `roc_curve` of scikit-learn with `drop_intermediate=False`: one point for each distinct score.
 * @param scores as for {@link precisionRecallCurve}
 * @param labels 1 for a positive row, 0 for a negative one
 * @throws ShapeError if the numbers of rows differ; ArgumentError for NaN, a label that is neither 0 nor 1, or rows of one
 *   class only
 */
export function rocCurve(scores: Tensor | ArrayLike<number>, labels: ArrayLike<number>): RocCurve {
  const falling = cutsOf('rocCurve', scores, labels, [0, 1]);
  const all = falling.at(-1)!;
  return {
    falsePositiveRate: [0, ...falling.map(({ negatives }) => negatives / all.negatives)],
    truePositiveRate: [0, ...falling.map(({ positives }) => positives / all.positives)],
    thresholds: [Infinity, ...falling.map(({ threshold }) => threshold)],
  };
}

/**
 * The area under {@link rocCurve}, in [0, 1]: the probability that a positive row has a higher score than a negative one,
 * where equal scores count half. 0.5 is no better than chance.
 * @param scores as for {@link precisionRecallCurve}
 * @param labels 1 for a positive row, 0 for a negative one
 * @throws what {@link rocCurve} throws
 */
export function rocAuc(scores: Tensor | ArrayLike<number>, labels: ArrayLike<number>): number {
  const cuts = cutsOf('rocAuc', scores, labels, [0, 1]);
  const all = cuts.at(-1)!;
  // Each cut adds a trapezium. Twice the area in units of one pair of rows is a whole number, so nothing is rounded.
  const doubled = cuts.map(({ positives, negatives }, i) => {
    const before = cuts[i - 1] ?? { positives: 0, negatives: 0 };
    return (negatives - before.negatives) * (positives + before.positives);
  });
  return sumOf(doubled) / (2 * all.positives * all.negatives);
}

/** The rows whose score is at least a threshold, counted by class. */
interface Cut {
  readonly threshold: number;
  readonly positives: number;
  readonly negatives: number;
}

/** One cut for each distinct score, from the highest to the lowest. Refuses labels without a row of a class in `needed`. */
function cutsOf(
  op: string,
  scores: Tensor | ArrayLike<number>,
  labels: ArrayLike<number>,
  needed: readonly (0 | 1)[],
): Cut[] {
  const values = perRow(op, scores, 'scores, one for each row');
  needEach(op, 'score', values, {});
  needLabels(op, labels, values.length, 2);
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[b]! - values[a]!);
  const cuts: Cut[] = [];
  let [positives, negatives] = [0, 0];
  for (const [at, row] of order.entries()) {
    if (labels[row] === 1) positives++;
    else negatives++;
    const next = order[at + 1];
    if (next === undefined || values[next] !== values[row])
      cuts.push({ threshold: values[row]!, positives, negatives });
  }
  for (const label of needed)
    if ((label === 1 ? positives : negatives) === 0)
      throw new ArgumentError(
        op,
        `no row is of class ${label}; a curve needs rows of ${needed.join(' and ')}`,
      );
  return cuts;
}
