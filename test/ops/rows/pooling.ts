/** Calls of pooling: windows of every size, stride and padding on small images. */
import * as tg from '../../../src/index.js';
import { fc } from '../../support/property.js';
import { custom, type Row, size } from '../rows.js';

const perAxis = (values: fc.Arbitrary<number>): fc.Arbitrary<tg.PerAxis> =>
  fc.oneof(values, fc.tuple(values, values));
const both = (size: tg.PerAxis): readonly [number, number] =>
  typeof size === 'number' ? [size, size] : size;

/** An image of one or two channels, alone or in a batch. */
const images = fc
  .tuple(fc.constantFrom([1], [2], [2, 1]), fc.integer({ min: 2, max: 4 }), fc.integer({ min: 2, max: 4 }))
  .map(([lead, height, width]) => [...lead, height, width]);

/** A window that moves over an image in which it fits. */
export const moves = fc
  .record(
    {
      shape: images,
      kernel: perAxis(size),
      stride: perAxis(size),
      padding: perAxis(fc.integer({ min: 0, max: 1 })),
      ceilMode: fc.boolean(),
      countIncludePad: fc.boolean(),
    },
    { requiredKeys: ['shape', 'kernel', 'padding', 'ceilMode', 'countIncludePad'] },
  )
  .filter(({ shape, kernel, padding }) =>
    both(kernel).every(
      (k, axis) => both(padding)[axis]! <= k / 2 && k <= shape.at(axis - 2)! + 2 * both(padding)[axis]!,
    ),
  );

export const pooling: Record<string, Row> = {
  // An element between windows is not seen.
  maxPool2d: custom(
    moves,
    ({ shape, kernel, countIncludePad: _, ...options }) => ({
      shapes: [shape],
      fn: (x) => tg.maxPool2d(x!, kernel, options),
      values: { distinct: true },
    }),
    { nan: 'dropped' },
  ),
  avgPool2d: custom(
    moves,
    ({ shape, kernel, ...options }) => ({ shapes: [shape], fn: (x) => tg.avgPool2d(x!, kernel, options) }),
    { nan: 'dropped' },
  ),
  adaptiveAvgPool2d: custom(
    fc.tuple(images, perAxis(fc.integer({ min: 1, max: 5 }))),
    ([shape, outputSize]) => ({
      shapes: [shape],
      fn: (x) => tg.adaptiveAvgPool2d(x!, outputSize),
    }),
  ),
};
