/** Measures of how good a model is. */

import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { needNumber } from '../base/words.js';
import { argMax, Tensor } from '../core.js';

/**
 * The share of rows whose largest logit is that of the label, in [0, 1]. Of equal logits the first counts as the
 * largest.
 * @param logits of shape [n, classes]
 * @param labels n class indices
 * @throws ShapeError if the numbers of rows differ; ArgumentError for no rows at all
 */
export function accuracy(logits: Tensor, labels: ArrayLike<number>): number {
  if (!(logits instanceof Tensor) || typeof labels?.length !== 'number')
    throw new ArgumentError('accuracy', 'expected logits as a Tensor and labels as a list of class indices');
  if (logits.rank !== 2 || logits.shape[0] !== labels.length)
    throw new ShapeError(
      'accuracy',
      `logits ${formatShape(logits.shape)} do not fit ${labels.length} labels; expected [${labels.length}, classes]`,
      [logits.shape],
    );
  for (let i = 0; i < labels.length; i++)
    needNumber('accuracy', `label ${i}`, labels[i], { least: 0, most: logits.shape[1]! - 1, whole: true });
  if (labels.length === 0) throw new ArgumentError('accuracy', 'no rows to count');
  const predicted = argMax(logits, 1).data;
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) right++;
  return right / labels.length;
}
