/** Calls of normalisation: any axes, with and without what is learned. */
import * as tg from '../../../src/index.js';
import { fc } from '../../support/property.js';
import { any, custom, type Row, size } from '../rows.js';

const learned = fc.constantFrom('neither', 'weight', 'both');
const eps = fc.constantFrom(1e-5, 0.25);
/** Rows whose numbers differ: where all are equal, the slope changes within √ε. */
const values = { distinct: true };

/** The shapes of weight and bias, or none. */
const besides = (which: string, shape: number[]): number[][] =>
  which === 'neither' ? [] : which === 'weight' ? [shape] : [shape, shape];

/** A shape with some of its axes, ascending. */
const withAxes = any.shape({ minRank: 1, maxRank: 3, minSize: 2, maxSize: 3 }).chain((shape) =>
  fc.tuple(
    fc.constant(shape),
    fc.subarray(
      shape.map((_, axis) => axis),
      { minLength: 1 },
    ),
  ),
);

export const normalisation: Record<string, Row> = {
  layerNorm: custom(fc.tuple(withAxes, learned, eps), ([[shape, axes], which, eps]) => ({
    shapes: [
      shape,
      ...besides(
        which,
        axes.map((axis) => shape[axis]!),
      ),
    ],
    fn: (x, weight, bias) => tg.layerNorm(x!, axes, weight, bias, { eps }),
    values,
  })),
  rmsNorm: custom(
    fc.tuple(withAxes, fc.constantFrom('neither', 'weight'), eps),
    ([[shape, axes], which, eps]) => ({
      shapes: [
        shape,
        ...besides(
          which,
          axes.map((axis) => shape[axis]!),
        ),
      ],
      fn: (x, weight) => tg.rmsNorm(x!, axes, weight, { eps }),
      values,
    }),
  ),
  groupNorm: custom(
    fc.tuple(size, fc.constantFrom(1, 2), size, learned, eps),
    ([n, groups, inner, which, eps]) => ({
      shapes: [[n, 4, inner], ...besides(which, [4])],
      fn: (x, weight, bias) => tg.groupNorm(x!, groups, weight, bias, { eps }),
      values,
    }),
  ),
  instanceNorm: custom(fc.tuple(size, size, learned, eps), ([n, inner, which, eps]) => ({
    shapes: [[n, 2, inner, 2], ...besides(which, [2])],
    fn: (x, weight, bias) => tg.instanceNorm(x!, weight, bias, { eps }),
    values,
  })),
};
