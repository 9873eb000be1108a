/** The rows of losses that compare with margins and angles, and of losses whose options are tensors. */
import * as tg from '../../../src/index.js';
import { fc } from '../../support/property.js';
import { any, custom, type Row, reductions, size, type Tensor } from '../rows.js';

/** Values are multiples of 1/64: shifted by half of that, two never tie. */
const OFF_GRID = 1 / 128;
/** Vectors that are clear of 0, where their direction is undefined. */
const VECTORS = { avoid: [0], margin: 1 / 8 } as const;

const shapes = any.shape({ minRank: 1, maxRank: 3, maxSize: 3 });

/** A target of 1 and −1 for each vector. */
function sides(shape: readonly number[]): Tensor {
  const count = shape.reduce((product, n) => product * n, 1);
  return tg.tensor(
    Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 1 : -1)),
    { shape },
  );
}

export const lossRows: Record<string, Row> = {
  smoothL1Loss: custom(fc.tuple(shapes, reductions), ([shape, reduction]) => ({
    shapes: [shape, shape],
    fn: (a, b) => tg.smoothL1Loss(a!, tg.add(b!, OFF_GRID), { beta: 0.75, reduction }),
  })),
  multiMarginLoss: custom(
    fc
      .tuple(size, fc.integer({ min: 2, max: 3 }), reductions)
      .chain(([rows, classes, reduction]) =>
        any.indices([rows], classes).map((target) => ({ rows, classes, target, reduction })),
      ),
    ({ rows, classes, target, reduction }) => ({
      shapes: [[rows, classes]],
      fn: (x) => tg.multiMarginLoss(x!, target, { margin: 1 + OFF_GRID, reduction }),
    }),
  ),
  cosineSimilarity: custom(
    fc.tuple(any.broadcastShapes(2, { maxRank: 2, maxSize: 2 }), size, fc.constantFrom(0, 1)),
    ([[a, b], d, before]) => ({
      // An axis at the end, with a size of at least 2: the cosine of single numbers is flat. Or an axis before the last one.
      shapes: [a!, b!].map((shape) => [...shape, 1 + d, ...(before ? [2] : [])]),
      fn: (x, y) => tg.cosineSimilarity(x!, y!, -1 - before),
      values: VECTORS,
    }),
  ),
  cosineEmbeddingLoss: custom(fc.tuple(shapes, reductions), ([shape, reduction]) => ({
    // With one number to a vector every cosine is 1 or −1, and the loss is flat.
    shapes: [
      [...shape.slice(0, -1), 1 + shape.at(-1)!],
      [...shape.slice(0, -1), 1 + shape.at(-1)!],
    ],
    fn: (a, b) =>
      tg.cosineEmbeddingLoss(a!, b!, sides(shape.slice(0, -1)), { margin: -1 / 256 - 1, reduction }),
    values: VECTORS,
  })),
};
