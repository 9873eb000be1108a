/** Calls of rounding, logarithms, the plane, replacing, scans, sorting, rearranging and gates. */
import * as tg from '../../../src/index.js';
import { tensor } from '../../../src/index.js';
import {
  anyTensor,
  arg,
  type Call,
  call,
  elementwise,
  operand,
  optional,
  options,
  shown,
  strict,
} from '../arguments.js';

const x = (): tg.Tensor =>
  tensor([
    [0.25, 0.5, 0.75],
    [0.125, 0.375, 0.625],
  ]);
const named = (names: readonly string[], one: Call): Record<string, Call> =>
  Object.fromEntries(names.map((name) => [name, one]));

/** Functions of two operands, which refuse an argument too many. */
export const PAIRS = ['atan2', 'hypot', 'logAddExp'] as const;

export const smallOps: Record<string, Call> = {
  ...named(
    ['ceil', 'exp2', 'floor', 'isFinite', 'isNaN', 'log10', 'log2', 'logSigmoid', 'round', 'trunc'],
    call(() => elementwise(x())),
  ),
  ...named(
    PAIRS,
    call(
      () => operand(x()),
      () => operand(x()),
    ),
  ),
  softplus: call(
    () => elementwise(x()),
    () => optional(2),
  ),
  nanToNum: call(
    () => elementwise(x()),
    () => options({ nan: 1, posInf: 2, negInf: 3 }),
  ),
  maskedFill: call(
    () => elementwise(x()),
    () => strict(tensor([1, 0, 1])),
    () => arg('value')(2),
  ),
  cumProd: call(
    () => elementwise(x()),
    () => optional(0),
  ),
  diff: call(
    () => anyTensor(x()),
    () => optional(0),
    () => optional(2),
  ),
  argSort: call(
    () => elementwise(x()),
    () => optional(0),
    () => options({ descending: true }),
  ),
  sort: call(
    () => shown(x()),
    () => optional(0),
    () => options({ descending: true }),
  ),
  topk: call(
    () => shown(x()),
    () => strict(2),
    () => optional(0),
    () => options({ largest: false }),
  ),
  ...named(
    ['maxWithIndex', 'minWithIndex'],
    call(
      () => shown(x()),
      () => optional(0),
      () => optional(true),
    ),
  ),
  roll: call(
    () => elementwise(x()),
    () => strict(1),
    () => optional(0),
  ),
  repeatInterleave: call(
    () => anyTensor(x()),
    () => strict(2),
    () => optional(0),
  ),
  padBy: call(
    () => strict(x()),
    () =>
      strict([
        [1, 1],
        [0, 2],
      ]),
    () => strict('reflect'),
  ),
  pixelShuffle: call(
    () => strict(tg.zeros([4, 1, 2])),
    () => strict(2),
  ),
  prelu: call(
    () => elementwise(x()),
    () => strict(tensor([0.5])),
  ),
  glu: call(
    () => strict(tg.zeros([2, 2])),
    () => optional(0),
    () => optional(tg.silu),
  ),
};

export const smallLayers: Record<string, Call> = {
  LogSigmoid: call(),
  Softplus: call(() => optional(2)),
  GLU: call(
    () => optional(0),
    () => optional(tg.silu),
  ),
  PReLU: call(
    () => optional(3),
    () => options({ slope: 0.5, dtype: 'float64' }),
  ),
};
