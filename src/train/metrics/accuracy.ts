/** How often the right class is ranked first, or among the first few. */

import { needNumber } from '../../base/words.js';
import { argMax, type Tensor } from '../../core.js';
import { needLogits, refuseNaN } from './input.js';

/**
 * The share of rows whose largest logit is that of the label, in [0, 1]. Of equal logits the first counts as the
 * largest.
 * @param logits of shape [n, classes]
 * @param labels n class indices
 * @throws ShapeError if the numbers of rows differ; ArgumentError for no rows at all
 */
export function accuracy(logits: Tensor, labels: ArrayLike<number>): number {
  needLogits('accuracy', logits, labels);
  const predicted = argMax(logits, 1).data;
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) right++;
  return right / labels.length;
}

/**
 * The share of rows in which the logit of the label is among the k largest, in [0, 1]. Of equal logits the first counts
 * as the largest, so that k = 1 gives {@link accuracy}.
 * @param logits of shape [n, classes]
 * @param labels n class indices
 * @param k a whole number from 1 to the number of classes; with all classes the result is 1
 * @throws ShapeError if the numbers of rows differ; ArgumentError for no rows at all, NaN among the logits, or another k
 */
export function topKAccuracy(logits: Tensor, labels: ArrayLike<number>, k: number): number {
  const op = 'topKAccuracy';
  needLogits(op, logits, labels);
  needNumber(op, 'k', k, { least: 1, most: logits.shape[1]!, whole: true });
  refuseNaN(op, 'the logits', logits);
  const classes = logits.shape[1]!;
  let right = 0;
  for (let i = 0; i < labels.length; i++)
    if (rankOf(labels[i]!, logits.data.subarray(i * classes, (i + 1) * classes)) < k) right++;
  return right / labels.length;
}

/** How many logits come before that of the label: the larger ones, and those equal to it that stand further left. */
function rankOf(label: number, logits: ArrayLike<number>): number {
  const own = logits[label]!;
  let before = 0;
  for (let c = 0; c < logits.length; c++) if (logits[c]! > own || (logits[c] === own && c < label)) before++;
  return before;
}
