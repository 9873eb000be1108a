/** Measures of arrays, layers and curves. */
import { softmax, type Tensor, tensor } from 'tapegrad';
import type { Linear } from 'tapegrad/nn';

/** The number that the book adds to a probability before it takes the logarithm. */
const FLOOR = 1e-7;

/**
 * The loss that the original study recorded: the mean of −ln(p + 10⁻⁷), where p is the probability of the right class.
 * It differs from the cross-entropy only for very small p, since an image counts 16.1 at most. Training uses the exact
 * cross-entropy.
 */
export function bookLoss(logits: Tensor, labels: Int32Array): number {
  const probabilities = softmax(tensor(logits.data, { shape: logits.shape })).data;
  const classes = probabilities.length / labels.length;
  let sum = 0;
  for (const [i, label] of labels.entries()) sum -= Math.log(probabilities[i * classes + label]! + FLOOR);
  return sum / labels.length;
}

/** √Σx² */
export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}

/** The root of the mean square, which is the typical size of a value. */
export function rms(values: ArrayLike<number>): number {
  return norm(values) / Math.sqrt(values.length);
}

/** The share of the values that are exactly 0. */
export function zeroShare(values: ArrayLike<number>): number {
  let zeros = 0;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) zeros++;
  return zeros / values.length;
}

/** −Σ p log p of the labels' frequencies p, in nats. */
export function entropyOf(labels: ArrayLike<number>): number {
  let entropy = 0;
  for (const count of countsOf(labels).values()) {
    const p = count / labels.length;
    entropy -= p * Math.log(p);
  }
  return entropy;
}

/** The share of the most frequent label, which is the accuracy of always giving this label. */
export function largestShare(labels: ArrayLike<number>): number {
  return Math.max(...countsOf(labels).values()) / labels.length;
}

function countsOf(labels: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i]!, (counts.get(labels[i]!) ?? 0) + 1);
  return counts;
}

/** Relative difference below which two weights count as equal, since two columns of a product may round differently. */
const SAME = 1e-5;

/**
 * The number of different units in a layer. Two units are the same if their incoming weights and their biases are
 * equal, since they then give the same output for every input.
 */
export function distinctUnits({ weight, bias, inFeatures, outFeatures }: Linear): number {
  const seen: Unit[] = [];
  for (let j = 0; j < outFeatures; j++) {
    const numbers = new Float64Array(inFeatures + 1);
    for (let i = 0; i < inFeatures; i++) numbers[i] = weight.data[i * outFeatures + j]!;
    numbers[inFeatures] = bias?.data[j] ?? 0;
    const unit = { numbers, tolerance: SAME * largestOf(numbers) };
    if (!seen.some((other) => sameUnit(unit, other))) seen.push(unit);
  }
  return seen.length;
}

interface Unit {
  /** The incoming weights, and the bias at the end. */
  readonly numbers: Float64Array;
  readonly tolerance: number;
}

function sameUnit({ numbers, tolerance }: Unit, other: Unit): boolean {
  return numbers.every(
    (value, i) => Math.abs(value - other.numbers[i]!) <= tolerance || Object.is(value, other.numbers[i]),
  );
}

function largestOf(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
