/** Rows of the ops on sequences: looking words up, and attention. */

import * as tg from '../../../src/index.js';
import { fc } from '../../support/property.js';
import { custom, type Row, size } from '../rows.js';

/** A mask of queries and keys. A query may attend to nothing, but the last one to all keys, so that no slope is 0 throughout. */
const masks = (queries: number, keys: number): fc.Arbitrary<number[][]> =>
  fc
    .array(fc.array(fc.constantFrom(0, 1), { minLength: keys, maxLength: keys }), {
      minLength: queries - 1,
      maxLength: queries - 1,
    })
    .map((rows) => [...rows, new Array<number>(keys).fill(1)]);

const length = fc.integer({ min: 2, max: 3 });
const batches = fc.constantFrom<[number[], number[], number[]]>(
  [[], [], []],
  [[2], [2], [2]],
  [[2, 1], [2], [1, 2]],
);

/** Attention of L queries to S keys, with and without batches and masks. */
const attention = fc
  .tuple(length, length, size, size, batches, fc.boolean())
  .chain(([L, keys, d, e, [q, k, v], causal]) => {
    const S = causal ? L : keys;
    const options = fc.record(
      { allow: masks(L, S), causal: fc.constant(causal), scale: fc.constantFrom(0.25, 2) },
      { requiredKeys: ['causal'] },
    );
    return options.map((one) => ({
      shapes: [
        [...q, L, d],
        [...k, S, d],
        [...v, S, e],
      ],
      options: one as tg.AttentionOptions,
    }));
  });

export const sequences: Record<string, Row> = {
  embedding: custom(
    fc.tuple(
      size,
      size,
      fc.constantFrom<tg.IndexInput>(
        [0, 0, 2],
        [
          [1, 2],
          [1, 0],
        ],
        2,
        [],
      ),
    ),
    ([extra, width, indices]) => ({
      shapes: [[2 + extra, width]],
      fn: (weight) => tg.embedding(indices, weight!),
    }),
    { nan: 'dropped' },
  ),
  scaledDotProductAttention: custom(
    attention,
    ({ shapes, options }) => ({
      shapes,
      fn: (q, k, v) => tg.scaledDotProductAttention(q!, k!, v!, options),
      // Keys that agree in a number make a gradient that is exactly 0, of which differences measure the rounding.
      values: { distinct: true },
    }),
    { nan: 'dropped' },
  ),
};
