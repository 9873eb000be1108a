/** Numbers that describe arrays, layers and curves. */
import { softmax, type Tensor, tensor } from 'tapegrad';
import type { Linear } from 'tapegrad/nn';

/** What the book adds to a probability before it takes the logarithm. */
const FLOOR = 1e-7;

/**
 * The loss as the original study wrote it down: the mean of −ln(p + 10⁻⁷), p the probability of the right class. It
 * is the cross-entropy, except that an image on which the network is hopelessly wrong counts 16.1 at most. Training
 * descends on the exact cross-entropy.
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

/** Root of the mean square: the typical size of a value. */
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

/** How large the share of the most frequent label is: what always giving that answer scores. */
export function largestShare(labels: ArrayLike<number>): number {
  return Math.max(...countsOf(labels).values()) / labels.length;
}

function countsOf(labels: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i]!, (counts.get(labels[i]!) ?? 0) + 1);
  return counts;
}

/** Relative difference below which two weights count as equal: rounding may differ between two columns of a product. */
const SAME = 1e-5;

/**
 * How many different units a layer has. Two units are the same if their incoming weights and biases are: then they
 * give the same output for every input, and one of them could be left out.
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
  /** Incoming weights, and the bias. */
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

/** Each value replaced by the mean of itself and those before it, `window` in all. */
export function trailingMean(values: readonly number[], window: number): number[] {
  return values.map((_, i) => mean(values.slice(Math.max(0, i - window + 1), i + 1)));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
