/** The confusion matrix: which class is taken for which, and what follows for each class. */

import { MOST_COUNTS } from '../../base/array.js';
import { ArgumentError } from '../../base/errors.js';
import { checkOptions, numberIn } from '../../base/words.js';
import { argMax, Tensor } from '../../core.js';
import { needEach, needLabels, needLogits, perRow, refuseNaN, sumOf } from './input.js';

/** How well a class is found, each number in [0, 1]. */
export interface ClassScores {
  /** Of the rows that were predicted to be of the class, the share that is: right / predicted. */
  readonly precision: number;
  /** Of the rows of the class, the share that was found: right / support. */
  readonly recall: number;
  /** The harmonic mean of both: 2 right / (predicted + support). */
  readonly f1: number;
}

/** The scores of one class. */
export interface ClassReport extends ClassScores {
  /** The index of the class. */
  readonly class: number;
  /** The number of rows of the class. */
  readonly support: number;
}

/** What {@link confusionMatrix} counted: plain data, which JSON keeps. */
export interface ConfusionMatrix {
  /** `counts[t][p]` rows of class t were predicted to be of class p. */
  readonly counts: readonly (readonly number[])[];
  /** The share of rows on the diagonal. */
  readonly accuracy: number;
  /** One entry for each class, in order. `console.table(matrix.perClass)` prints them. */
  readonly perClass: readonly ClassReport[];
  /** The plain mean of the scores, over the classes that occur among the labels or the predictions. */
  readonly macro: ClassScores;
  /** The scores of all classes counted together. With one class for each row, all three are the accuracy. */
  readonly micro: ClassScores;
  /** The mean of the scores, each class weighted with its number of rows. */
  readonly weighted: ClassScores;
}

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions {
  /** The number of classes, from 1 to 5,000. Default: the columns of the logits, or the largest class of a list + 1. */
  classes?: number;
}

/** 5,000, since the matrix has a count for each pair of classes. */
const MOST_CLASSES = Math.sqrt(MOST_COUNTS);

/**
 * Counts for each pair of classes how often one was predicted where the other was meant, and derives precision, recall and
 * F1 of each class and on average. A score that is 0/0 is 0: the precision of a class that is never predicted, the recall
 * of a class without rows. The numbers are those of `classification_report` of scikit-learn with its defaults.
 * @param predicted logits of shape [n, classes], in which of equal logits the first counts as the largest; or the n
 *   predicted classes, as a list or a tensor of shape [n]
 * @param labels n class indices
 * @throws ShapeError if the numbers of rows differ; ArgumentError for a label or prediction that is no class, for NaN among
 *   the logits, or for no rows at all
 * @example confusionMatrix([0, 2, 2], [0, 1, 2]).counts // [[1, 0, 0], [0, 0, 1], [0, 0, 1]]
 */
export function confusionMatrix(
  predicted: Tensor | ArrayLike<number>,
  labels: ArrayLike<number>,
  options: ConfusionMatrixOptions = {},
): ConfusionMatrix {
  const op = 'confusionMatrix';
  checkOptions(op, options, { classes: numberIn({ least: 1, most: MOST_CLASSES, whole: true }) });
  const { answers, classes } =
    predicted instanceof Tensor && predicted.rank === 2
      ? fromLogits(op, predicted, labels, options)
      : fromClasses(op, predicted, labels, options);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]![answers[i]!]!++;
  return summary(counts);
}

/** The predicted class of each row, and the number of classes. */
interface Answers {
  readonly answers: ArrayLike<number>;
  readonly classes: number;
}

function fromLogits(
  op: string,
  logits: Tensor,
  labels: ArrayLike<number>,
  { classes = logits.shape[1]! }: ConfusionMatrixOptions,
): Answers {
  needLogits(op, logits, labels);
  refuseNaN(op, 'the logits', logits);
  if (classes !== logits.shape[1])
    throw new ArgumentError(op, `classes is ${classes}, and the logits have ${logits.shape[1]} columns`);
  return { answers: argMax(logits, 1).data, classes };
}

function fromClasses(
  op: string,
  predicted: Tensor | ArrayLike<number>,
  labels: ArrayLike<number>,
  { classes }: ConfusionMatrixOptions,
): Answers {
  const answers = perRow(op, predicted, 'logits [n, classes] or the predicted classes');
  const most = classes ?? MOST_CLASSES;
  needEach(op, 'prediction', answers, { least: 0, most: most - 1, whole: true });
  needLabels(op, labels, answers.length, most);
  let largest = 0;
  for (let i = 0; i < labels.length; i++) largest = Math.max(largest, labels[i]!, answers[i]!);
  return { answers, classes: classes ?? largest + 1 };
}

function summary(counts: readonly (readonly number[])[]): ConfusionMatrix {
  const right = counts.map((row, c) => row[c]!);
  const support = counts.map(sumOf);
  const predicted = counts.map((_, c) => sumOf(counts.map((row) => row[c]!)));
  const perClass = counts.map((_, c) => ({
    class: c,
    ...scoresOf(right[c]!, predicted[c]!, support[c]!),
    support: support[c]!,
  }));
  const occurring = perClass.filter((_, c) => predicted[c]! + support[c]! > 0);
  return {
    counts,
    accuracy: sumOf(right) / sumOf(support),
    perClass,
    macro: meanOf(occurring, () => 1),
    micro: scoresOf(sumOf(right), sumOf(predicted), sumOf(support)),
    weighted: meanOf(perClass, (report) => report.support),
  };
}

function scoresOf(right: number, predicted: number, support: number): ClassScores {
  return {
    precision: predicted === 0 ? 0 : right / predicted,
    recall: support === 0 ? 0 : right / support,
    f1: predicted + support === 0 ? 0 : (2 * right) / (predicted + support),
  };
}

function meanOf(reports: readonly ClassReport[], weightOf: (report: ClassReport) => number): ClassScores {
  const whole = sumOf(reports.map(weightOf));
  const mean = (key: keyof ClassScores): number =>
    sumOf(reports.map((report) => weightOf(report) * report[key])) / whole;
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}
