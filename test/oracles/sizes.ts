/** Sizes along two axes. */
import fc from 'fast-check';
import type { PerAxis } from '../../src/index.js';

export type Pair = readonly [number, number];

/** One size for both axes, or a pair, as a pair. */
export const both = (size: PerAxis): Pair => (typeof size === 'number' ? [size, size] : [size[0], size[1]]);

/** The same padding at both ends of each axis, in the order of ONNX: all beginnings, then all ends. */
export const pads = (size: PerAxis): readonly number[] => [...both(size), ...both(size)];

/** Draws pairs of whole numbers. */
export const drawnPair = (min: number, max: number): fc.Arbitrary<Pair> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
