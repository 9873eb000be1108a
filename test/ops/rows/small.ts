/** Rows of rounding, logarithms, the plane, replacing, scans, sorting, rearranging and gates. */
import * as tg from '../../../src/index.js';
import { fc } from '../../support/property.js';
import { along, any, binary, custom, type Row, shapeOf, size, type Tensor, unary } from '../rows.js';

const WHOLE = { avoid: [-2, -1, 0, 1, 2], margin: 1 / 16 } as const;
const HALVES = { avoid: [-1.5, -0.5, 0.5, 1.5], margin: 1 / 16 } as const;
const POSITIVE = { min: 1 / 8, max: 3 } as const;
const OFF_ZERO = { avoid: [0], margin: 1 / 8 } as const;
const FLAT = { flat: true } as const;
const DROPS_NAN = { nan: 'dropped' } as const;

/** The values of what returns values and positions, weighted so that the order counts. */
function weighted({ values }: tg.ValuesAndIndices): Tensor {
  return tg.mul(values, tg.add(tg.reshape(tg.arange(values.size), values.shape), 1));
}

/** A shape, and an axis of it. */
const shapeAndAxis = shapeOf(1).chain((shape) => fc.tuple(fc.constant(shape), any.axis(shape.length)));

/** Distinct values, since ties belong to whoever comes first. NaN comes last, and may be left out. */
const ordered = (f: (x: Tensor, axis: number) => tg.ValuesAndIndices): Row =>
  along((x, axis) => weighted(f(x, axis)), { distinct: true });

export const smallOps: Record<string, Row> = {
  floor: unary((x) => tg.floor(x!), WHOLE, FLAT),
  ceil: unary((x) => tg.ceil(x!), WHOLE, FLAT),
  round: unary((x) => tg.round(x!), HALVES, FLAT),
  trunc: unary((x) => tg.trunc(x!), WHOLE, FLAT),
  log2: unary((x) => tg.log2(x!), POSITIVE),
  log10: unary((x) => tg.log10(x!), POSITIVE),
  exp2: unary((x) => tg.exp2(x!)),
  logAddExp: binary((a, b) => tg.logAddExp(a!, b!)),
  hypot: binary((a, b) => tg.hypot(a!, b!), OFF_ZERO),
  atan2: binary((y, x) => tg.atan2(y!, x!), OFF_ZERO),
  nanToNum: unary((x) => tg.nanToNum(x!, { nan: 1 }), {}, { ...DROPS_NAN, elementwise: false }),
  maskedFill: custom(
    shapeOf(1, 2),
    (shape) => ({
      shapes: [shape],
      fn: (x) => tg.maskedFill(x!, tg.tensor(Array.from({ length: shape.at(-1)! }, (_, i) => i % 2)), 3),
    }),
    DROPS_NAN,
  ),
  cumProd: along((x, axis) => tg.cumProd(x, axis)),
  diff: custom(fc.tuple(shapeAndAxis, fc.integer({ min: 0, max: 2 })), ([[shape, axis], n]) => ({
    shapes: [shape.map((own) => own + 2)],
    fn: (x) => tg.diff(x!, axis, n),
  })),
  sort: custom(fc.tuple(shapeAndAxis, fc.boolean()), ([[shape, axis], descending]) => ({
    shapes: [shape],
    fn: (x) => weighted(tg.sort(x!, axis, { descending })),
    values: { distinct: true },
  })),
  argSort: along((x, axis) => tg.argSort(x, axis), { distinct: true }, { ...FLAT, ...DROPS_NAN }),
  topk: custom(
    fc.tuple(shapeAndAxis, fc.boolean()),
    ([[shape, axis], largest]) => ({
      shapes: [shape.map((own) => own + 1)],
      fn: (x) => weighted(tg.topk(x!, 2, axis, { largest })),
      values: { distinct: true },
    }),
    DROPS_NAN,
  ),
  maxWithIndex: ordered((x, axis) => tg.maxWithIndex(x, axis)),
  minWithIndex: ordered((x, axis) => tg.minWithIndex(x, axis, true)),
  roll: custom(fc.tuple(shapeAndAxis, fc.integer({ min: -4, max: 4 })), ([[shape, axis], shift]) => ({
    shapes: [shape],
    fn: (x) => tg.roll(x!, [shift, 1], [axis, 0]),
  })),
  repeatInterleave: custom(
    fc.tuple(shapeAndAxis, fc.constantFrom(undefined, 1, 2)),
    ([[shape, axis], times]) => ({
      shapes: [shape],
      fn: (x) =>
        tg.repeatInterleave(x!, times ?? Array.from({ length: shape.at(axis)! }, (_, i) => i + 1), axis),
    }),
  ),
  padBy: custom(
    fc.tuple(shapeOf(1, 2), fc.constantFrom<tg.PadMode>('reflect', 'replicate', 'circular')),
    ([shape, mode]) => ({
      shapes: [shape.map((own) => own + 2)],
      fn: (x) =>
        tg.padBy(
          x!,
          shape.map((_, i) => [i, 2] as const),
          mode,
        ),
    }),
  ),
  pixelShuffle: custom(fc.tuple(size, size, size, fc.constantFrom(1, 2)), ([channels, h, w, r]) => ({
    shapes: [[channels * r * r, h, w]],
    fn: (x) => tg.pixelShuffle(x!, r),
  })),
  logSigmoid: unary((x) => tg.logSigmoid(x!)),
  prelu: custom(
    fc.tuple(shapeOf(0, 3), fc.boolean()),
    ([shape, perChannel]) => ({
      shapes: [shape, [perChannel ? (shape[1] ?? 1) : 1]],
      fn: (x, weight) => tg.prelu(x!, weight!),
      values: OFF_ZERO,
    }),
    DROPS_NAN,
  ),
  glu: custom(
    fc.tuple(shapeAndAxis, fc.constantFrom(tg.sigmoid, tg.silu, undefined)),
    ([[shape, axis], gate]) => ({
      shapes: [shape.map((own) => 2 * own)],
      fn: (x) => tg.glu(x!, axis, gate),
    }),
  ),
};

/** Calls with options that the rows of the family leave out. */
export const softplus: Row = {
  calls: fc.constantFrom(undefined, 0.5, 3).chain((beta) => unary((x) => tg.softplus(x!, beta)).calls),
  elementwise: true,
};
