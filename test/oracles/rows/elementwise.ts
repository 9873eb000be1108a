/** Functions of single numbers, and of pairs of numbers. */
import * as tg from '../../../src/index.js';
import { type Input, type Output, onnx, real, whole } from '../onnx.js';
import type { Case, Row } from '../row.js';

type Tensor = tg.Tensor;

interface OneOptions {
  /** The expression. Default: the node of the name. */
  readonly theirs?: (x: Input) => Output;
  /** What the function takes, from normal numbers. Default: all. */
  readonly at?: (x: Tensor) => Tensor;
  /** The standard deviations of the numbers. Default: 1, 10 and 1000. */
  readonly spreads?: readonly number[];
  /** Numbers at which something may break. Default: zeros, ones, NaN and both infinities. */
  readonly special?: readonly number[];
  readonly scale?: (x: Tensor) => Tensor;
}
const SPECIAL = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** A function of one number. */
function one(op: string, by: string, ours: (x: Tensor) => Tensor, units: number, more: OneOptions = {}): Row {
  const { at = (x) => x, theirs = (x) => onnx(by, [x]), spreads = [1, 10, 1000] } = more;
  const { special = SPECIAL, scale } = more;
  const caseAt = (x: Tensor, what: string): Case => ({
    what,
    ours: () => ours(x),
    theirs: theirs(x),
    ...(scale ? { scale: () => scale(x) } : {}),
  });
  return {
    op,
    by,
    units,
    *cases(rng) {
      for (const shape of [[], [7], [3, 4, 5], [5000]])
        for (const spread of spreads)
          yield caseAt(at(tg.mul(tg.randn(shape, rng), spread)), `[${shape}], spread ${spread}`);
      yield caseAt(at(tg.tensor(special)), `at ${special}`);
    },
  };
}

/**
 * Of x · f(x), ONNX computes the product: NaN at −∞, where f is 0. Here the value is the limit, 0. An error of f in a last digit
 * is multiplied by x.
 */
const PRODUCT: OneOptions = {
  special: SPECIAL.slice(0, -1),
  scale: (x) => tg.add(tg.where(tg.isFinite(x), tg.abs(x), 0), 1),
};

const positive = { at: tg.abs };
const constant = (value: number): Tensor => tg.tensor(value);
/** Near 0. */
const NARROW = [0.1, 1];

const ONE: readonly Row[] = [
  one('relu', 'Relu', tg.relu, 0),
  one('leakyRelu', 'LeakyRelu', tg.leakyRelu, 4, {
    theirs: (x) => onnx('LeakyRelu', [x], { alpha: real(0.01) }),
  }),
  one('elu', 'Elu', (x) => tg.elu(x, 0.7), 4, { theirs: (x) => onnx('Elu', [x], { alpha: real(0.7) }) }),
  one('selu', 'Selu', tg.selu, 4, {
    theirs: (x) => onnx('Selu', [x], { alpha: real(1.6732632423543772), gamma: real(1.0507009873554805) }),
  }),
  one('sigmoid', 'Sigmoid', tg.sigmoid, 4),
  one('tanh', 'Tanh', tg.tanh, 8),
  one('softplus', 'Softplus', tg.softplus, 4),
  one('logSigmoid', 'Neg, Softplus', tg.logSigmoid, 4, {
    theirs: (x) => onnx('Neg', [onnx('Softplus', [onnx('Neg', [x])])]),
  }),
  one('gelu', 'Gelu', (x) => tg.gelu(x), 8, PRODUCT),
  one("gelu, 'tanh'", 'Gelu', (x) => tg.gelu(x, 'tanh'), 8, {
    ...PRODUCT,
    theirs: (x) => onnx('Gelu', [x], { approximate: 'tanh' }),
  }),
  one('silu', 'Swish', tg.silu, 8, PRODUCT),
  one('mish', 'Mish', tg.mish, 8, PRODUCT),
  // At ±∞ ONNX computes ∞/∞, and here the value is the limit, ±1.
  one('softsign', 'Softsign', tg.softsign, 4, { special: SPECIAL.slice(0, -2) }),
  one('hardSigmoid', 'HardSigmoid', tg.hardSigmoid, 4, {
    theirs: (x) => onnx('HardSigmoid', [x], { alpha: real(1 / 6), beta: real(0.5) }),
  }),
  one('hardSwish', 'HardSwish', tg.hardSwish, 4, PRODUCT),
  one('erf', 'Erf', tg.erf, 4),
  one('exp', 'Exp', tg.exp, 4),
  one('log', 'Log', tg.log, 4, positive),
  one('sqrt', 'Sqrt', tg.sqrt, 0, positive),
  one('reciprocal', 'Reciprocal', tg.reciprocal, 0),
  one('neg', 'Neg', tg.neg, 0),
  one('abs', 'Abs', tg.abs, 0),
  one('sign', 'Sign', tg.sign, 0),
  one('floor', 'Floor', tg.floor, 0),
  one('ceil', 'Ceil', tg.ceil, 0),
  one('round', 'Round', tg.round, 0, {
    // Halves among them: they round to even numbers.
    at: (x) => tg.div(tg.floor(tg.mul(x, 2)), 2),
  }),
  one('sin', 'Sin', tg.sin, 4, { spreads: [0.1, 1, 10] }),
  one('cos', 'Cos', tg.cos, 4, { spreads: [0.1, 1, 10] }),
  one('tan', 'Tan', tg.tan, 4, { spreads: NARROW }),
  one('asin', 'Asin', tg.asin, 16, { at: tg.tanh, spreads: NARROW }),
  one('acos', 'Acos', tg.acos, 16, { at: tg.tanh, spreads: NARROW }),
  one('atan', 'Atan', tg.atan, 16),
  one('sinh', 'Sinh', tg.sinh, 4, { spreads: NARROW }),
  one('cosh', 'Cosh', tg.cosh, 4, { spreads: NARROW }),
  one('isNaN', 'IsNaN', tg.isNaN, 0, { theirs: (x) => onnx('Cast', [onnx('IsNaN', [x])], { to: 1 }) }),
  one('clip', 'Clip', (x) => tg.clip(x, -0.5, 2), 0, {
    theirs: (x) => onnx('Clip', [x, constant(-0.5), constant(2)]),
  }),
];

/** A function of two numbers, whose shapes broadcast. */
function two(
  op: string,
  by: string,
  ours: (a: Tensor, b: Tensor) => Tensor,
  units: number,
  theirs: (a: Tensor, b: Tensor) => Output = (a, b) => onnx(by, [a, b]),
): Row {
  return {
    op,
    by,
    units,
    *cases(rng): Iterable<Case> {
      for (const [first, second] of [
        [[], []],
        [
          [3, 4],
          [3, 4],
        ],
        [[2, 3, 4], [4]],
        [
          [3, 1],
          [1, 5],
        ],
        [
          [2, 1, 4],
          [3, 1],
        ],
        [[50, 100], [100]],
      ] as const) {
        const [a, b] = [tg.randn(first, rng) as Tensor, tg.randn(second, rng) as Tensor];
        yield { what: `[${first}] [${second}]`, ours: () => ours(a, b), theirs: theirs(a, b) };
        // Quarters, so that some are equal and some are 0.
        const [c, d] = [a, b].map((x) => tg.div(tg.round(tg.mul(x, 4)), 4)) as [Tensor, Tensor];
        yield { what: `[${first}] [${second}], quarters`, ours: () => ours(c, d), theirs: theirs(c, d) };
      }
    },
  };
}

const asNumbers = (flags: Output): Output => onnx('Cast', [flags], { to: 1 });
const compared =
  (by: string) =>
  (a: Tensor, b: Tensor): Output =>
    asNumbers(onnx(by, [a, b]));

const TWO: readonly Row[] = [
  two('add', 'Add', tg.add, 0),
  two('sub', 'Sub', tg.sub, 0),
  two('mul', 'Mul', tg.mul, 0),
  two('div', 'Div', tg.div, 0),
  two(
    'pow',
    'Pow',
    (a, b) => tg.pow(tg.abs(a), b),
    8,
    (a, b) => onnx('Pow', [onnx('Abs', [a]), b]),
  ),
  two('maximum', 'Max', tg.maximum, 0),
  two('minimum', 'Min', tg.minimum, 0),
  two('greater', 'Greater', tg.greater, 0, compared('Greater')),
  two('greaterEqual', 'GreaterOrEqual', tg.greaterEqual, 0, compared('GreaterOrEqual')),
  two('less', 'Less', tg.less, 0, compared('Less')),
  two('lessEqual', 'LessOrEqual', tg.lessEqual, 0, compared('LessOrEqual')),
  two('equal', 'Equal', tg.equal, 0, compared('Equal')),
  two(
    'where',
    'Where',
    (a, b) => tg.where(tg.greater(a, 0), a, b),
    0,
    (a, b) => onnx('Where', [onnx('Greater', [a, constant(0)]), a, b]),
  ),
];

const PRELU: Row = {
  op: 'prelu',
  by: 'PRelu',
  units: 0,
  *cases(rng) {
    for (const [shape, channels] of [
      [[4, 3], 3],
      [[2, 5, 7], 5],
      [[2, 3, 4, 5], 3],
      [[2, 3, 4, 5], 1],
    ] as const) {
      const x = tg.randn(shape, rng);
      const weight = tg.randn([channels], rng);
      const slope = tg.reshape(weight, [channels, ...shape.slice(2).map(() => 1)]);
      yield {
        what: `[${shape}] with ${channels} slopes`,
        ours: () => tg.prelu(x, weight),
        theirs: onnx('PRelu', [x, slope]),
      };
    }
  },
};

const GLU: Row = {
  op: 'glu',
  by: 'Slice, Sigmoid, Mul',
  units: 4,
  *cases(rng) {
    for (const [shape, axis] of [
      [[6], 0],
      [[3, 8], 1],
      [[2, 4, 5], 1],
    ] as const) {
      const x = tg.randn(shape, rng);
      const half = (from: number): Output =>
        onnx('Slice', [x, ...[from, from + shape[axis]! / 2, axis].map((value) => whole([value]))]);
      yield {
        what: `[${shape}] axis ${axis}`,
        ours: () => tg.glu(x, axis),
        theirs: onnx('Mul', [half(0), onnx('Sigmoid', [half(shape[axis]! / 2)])]),
      };
    }
  },
};

export const ELEMENTWISE: readonly Row[] = [...ONE, PRELU, GLU, ...TWO];
