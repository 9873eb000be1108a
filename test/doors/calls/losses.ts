/** Calls of losses that have margins, weights and angles. */
import { type Tensor, tensor } from '../../../src/index.js';
import { type Call, call, optional, options, strict } from '../arguments.js';

const x = (): Tensor =>
  tensor([
    [0.25, 0.5, 0.75],
    [0.125, 0.375, 0.625],
  ]);

export const losses: Record<string, Call> = {
  smoothL1Loss: call(
    () => strict(x()),
    () => strict(x()),
    () => options({ beta: 0.5, reduction: 'none' }),
  ),
  binaryCrossEntropyWithLogits: call(
    () => strict(x()),
    () => strict(x()),
    () => options({ posWeight: [1, 2, 3], reduction: 'sum' }),
  ),
  multiMarginLoss: call(
    () => strict(x()),
    () => strict([0, 1]),
    () => options({ margin: 0.5, reduction: 'sum' }),
  ),
  cosineSimilarity: call(
    () => strict(x()),
    () => strict(x()),
    () => optional(0),
    () => options({ eps: 0.1 }),
  ),
  cosineEmbeddingLoss: call(
    () => strict(x()),
    () => strict(x()),
    () => strict(tensor([1, -1])),
    () => options({ margin: 0.5, reduction: 'sum' }),
  ),
};

export const lossModules: Record<string, Call> = {
  SmoothL1Loss: call(() => options({ beta: 2, reduction: 'sum' })),
  BCEWithLogitsLoss: call(() =>
    options({ posWeight: [1, 2], reduction: 'sum' }, { posWeight: 'optionalNumbers' }),
  ),
  MultiMarginLoss: call(() => options({ margin: 2, reduction: 'sum' })),
  CosineEmbeddingLoss: call(() => options({ margin: 0.5, reduction: 'sum' })),
};
