/** Rows that count more than others: drawn more often, or with a larger weight in the loss. */
import { MOST_COUNTS } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import { type Check, checkOptions, needAnyArray, needNumber, numberIn } from '../base/words.js';
import { type Rng, Tensor } from '../core.js';

/**
 * A function that draws rows with replacement, row i with the probability weights[i] / Σ weights. It finds the first row whose
 * cumulative weight lies above u · Σ weights, u ~ U[0, 1), so that a row of weight 0 is never drawn.
 */
export function weightedDraw(op: string, weights: ArrayLike<number>, count: number): (rng: Rng) => number {
  needAnyArray(op, weights, 'weights in a list, a number ≥ 0 for each row');
  if (weights.length !== count) throw new ArgumentError(op, `${count} rows and ${weights.length} weights`);
  const cumulative = new Float64Array(count);
  let total = 0;
  for (let row = 0; row < count; row++) {
    needNumber(op, `weight ${row}`, weights[row], { least: 0, finite: true });
    cumulative[row] = total += weights[row]!;
  }
  if (count > 0) needNumber(op, 'the sum of the weights', total, { above: 0, finite: true });
  return (rng) => {
    const point = rng.uniform() * total;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > point) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Options of {@link classWeights}. */
export interface ClassWeightsOptions {
  /** The number of classes, from 1 to 25,000,000. Default: the largest label + 1. */
  classes?: number;
}

const CLASS_WEIGHTS: Record<keyof ClassWeightsOptions, Check> = {
  classes: numberIn({ least: 1, most: MOST_COUNTS, whole: true }),
};

/**
 * Weights with which all classes count the same: n / (k · rows of the class), where k classes have rows. They sum to n over
 * the rows. A class without rows has the weight 0. For `weight` of `crossEntropy`; the weights of rows that a `DataLoader`
 * draws are `Array.from(labels, (label) => weights.data[label])`.
 * @returns float32 [classes]
 * @throws ArgumentError for labels that are no whole numbers from 0 to classes − 1, or no labels
 * @source scikit-learn's `class_weight='balanced'`; G. King and L. Zeng, Logistic regression in rare events data (2001)
 */
export function classWeights(labels: ArrayLike<number>, options: ClassWeightsOptions = {}): Tensor {
  const op = 'classWeights';
  needAnyArray(op, labels, 'labels in a list, one class for each row');
  checkOptions(op, options, CLASS_WEIGHTS);
  if (labels.length === 0) throw new ArgumentError(op, 'got no labels; no class has a row');
  const limits = { least: 0, most: (options.classes ?? MOST_COUNTS) - 1, whole: true };
  let largest = 0;
  for (let row = 0; row < labels.length; row++) {
    needNumber(op, `label ${row}`, labels[row], limits);
    largest = Math.max(largest, labels[row]!);
  }
  const { classes = largest + 1 } = options;
  const counts = new Float64Array(classes);
  for (let row = 0; row < labels.length; row++) counts[labels[row]!]!++;
  const present = counts.reduce((sum, count) => sum + Number(count > 0), 0);
  const weights = new Float32Array(classes);
  for (const [label, count] of counts.entries())
    if (count > 0) weights[label] = labels.length / (present * count);
  return new Tensor(weights, [classes]);
}
