/** Rows that count more than others: drawn more often, or with a larger weight in the loss. */
import { ArgumentError } from '../base/errors.js';
import { isNumberArray, kindOf } from '../base/kind.js';
import { type Check, checkOptions, needNumber, numberIn } from '../base/words.js';
import { type Rng, Tensor } from '../core.js';
import { needClasses } from './columns.js';

const needList = (op: string, what: string, value: unknown): void => {
  if (!Array.isArray(value) && !isNumberArray(value))
    throw new ArgumentError(op, `${what}, got ${kindOf(value)}`);
};

/**
 * A function that draws rows with replacement, row i with the probability weights[i] / Σ weights. It finds the first row whose
 * cumulative weight lies above u · Σ weights, u ~ U[0, 1), so that a row of weight 0 is never drawn.
 */
export function weightedDraw(op: string, weights: ArrayLike<number>, count: number): (rng: Rng) => number {
  needList(op, 'weights are numbers ≥ 0 in a list, one for each row', weights);
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
  /** The number of classes. Default: the largest label + 1. */
  classes?: number;
}

const CLASS_WEIGHTS: Record<keyof ClassWeightsOptions, Check> = {
  classes: numberIn({ least: 1, whole: true }),
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
  needList('classWeights', 'expected labels in a list, one class for each row', labels);
  needClasses('classWeights', labels);
  checkOptions('classWeights', options, CLASS_WEIGHTS);
  if (labels.length === 0) throw new ArgumentError('classWeights', 'got no labels; no class has a row');
  let most = 0;
  for (let row = 0; row < labels.length; row++) most = Math.max(most, labels[row]!);
  const { classes = most + 1 } = options;
  const counts = new Float64Array(classes);
  for (let row = 0; row < labels.length; row++) {
    needNumber('classWeights', `label ${row}`, labels[row], { least: 0, most: classes - 1, whole: true });
    counts[labels[row]!]!++;
  }
  const present = counts.filter((count) => count > 0).length;
  const weights = Float32Array.from(counts, (count) => (count ? labels.length / (present * count) : 0));
  return new Tensor(weights, [classes]);
}
