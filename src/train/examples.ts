/** How many examples a batch has, by which gradient accumulation weighs its loss. */
import { ArgumentError } from '../base/errors.js';
import { isNumberArray, kindOf } from '../base/kind.js';
import { needNumber } from '../base/words.js';
import { Tensor } from '../core.js';

/**
 * The share of each batch in the examples of all of them, nᵢ / N.
 * @param count the number of examples of a batch. Default: what {@link examplesIn} finds
 * @throws ArgumentError for a batch whose examples cannot be counted, or if there are none in all batches
 */
export function sharesOf<Batch>(
  op: string,
  batches: readonly Batch[],
  count: (batch: Batch) => number = (batch) => examplesIn(op, batch),
): number[] {
  const counts = batches.map((batch) => {
    const examples = count(batch);
    needNumber(op, 'the count of a batch', examples, { least: 0, finite: true });
    return examples;
  });
  const all = counts.reduce((sum, examples) => sum + examples, 0);
  if (all === 0)
    throw new ArgumentError(
      op,
      `${batches.length === 1 ? 'the batch of an update has' : `the ${batches.length} batches of an update have`} no example, and a mean over none is 0 / 0; leave such batches out`,
    );
  return counts.map((examples) => examples / all);
}

/** The length of the first axis of a tensor, or of `batch.x`; the length of a list of examples, or of `batch.labels`. */
function examplesIn(op: string, batch: unknown): number {
  const { x, labels } = (batch ?? {}) as { x?: unknown; labels?: unknown };
  for (const part of [batch, x, labels]) {
    if (part instanceof Tensor && part.rank > 0) return part.shape[0]!;
    if (isNumberArray(part) || isListOfExamples(part)) return part.length;
  }
  throw new ArgumentError(
    op,
    `accumulate weighs the loss of a batch by its examples, and they cannot be counted in ${kindOf(batch)}; pass count: (batch) => a number`,
  );
}

/** A list of tensors or of lists is none: it may be a pair of inputs and targets. */
function isListOfExamples(value: unknown): value is readonly unknown[] {
  const isArray = (item: unknown): boolean =>
    item instanceof Tensor || Array.isArray(item) || ArrayBuffer.isView(item);
  return Array.isArray(value) && !value.some(isArray);
}
