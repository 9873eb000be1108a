/**
 * The table of all ops: for each exported one, how to generate calls whose gradient can be checked. A row's cases
 * cover its shapes, axes, broadcasts and attributes; values stay clear of kinks, poles and ties, which have tests of
 * their own.
 */

import type { ValueOptions } from '../../src/check/property.js';
import * as tg from '../../src/index.js';
import { fc } from '../support/property.js';
import { convolutions } from './rows/convolution.js';
import { lossRows } from './rows/losses.js';
import { normalisation } from './rows/normalisation.js';
import { pooling } from './rows/pooling.js';
import { sequences } from './rows/sequences.js';
import { smallOps, softplus } from './rows/small.js';
import {
  along,
  any,
  binary,
  custom,
  type Row,
  reduction,
  reductions,
  shapeOf,
  size,
  small,
  type Tensor,
  unary,
} from './rows.js';

/** Matrices, vectors and batches that multiply. */
const products = fc.tuple(
  size,
  size,
  size,
  any.broadcastShapes(2, { maxRank: 1, maxSize: 2 }),
  fc.constantFrom('vv', 'vm', 'mv', 'mm', 'bb', 'left', 'left', 'right', 'right'),
);

function matmulShapes([m, k, n, [p, q], kind]: [number, number, number, number[][], string]): number[][] {
  if (kind === 'vv') return [[k], [k]];
  if (kind === 'vm') return [[k], [k, n]];
  if (kind === 'mv') return [[m, k], [k]];
  if (kind === 'mm')
    return [
      [m, k],
      [k, n],
    ];
  // One operand is a matrix, which is multiplied with each matrix of a batch.
  if (kind === 'left')
    return [
      [2, m, k],
      [k, n],
    ];
  if (kind === 'right')
    return [
      [m, k],
      [2, k, n],
    ];
  return [
    [...p!, m, k],
    [...q!, k, n],
  ];
}

const EQUATIONS: readonly [string, number[][]][] = [
  [
    'ij,jk->ik',
    [
      [2, 3],
      [3, 2],
    ],
  ],
  ['ij->ji', [[2, 3]]],
  ['ii->', [[3, 3]]],
  ['ii->i', [[3, 3]]],
  ['i,i->', [[3], [3]]],
  ['i,j->ij', [[2], [3]]],
  [
    'bij,bjk->bik',
    [
      [2, 2, 3],
      [2, 3, 2],
    ],
  ],
  ['ij,kj,k->i', [[2, 3], [2, 3], [2]]],
  ['ij->', [[2, 3]]],
  ['ij', [[2, 3]]],
];

const repeats = (row: number[], limit: number): fc.Arbitrary<Tensor> => any.indices(row, limit);

const classification = fc
  .tuple(size, fc.integer({ min: 2, max: 3 }), reductions, fc.constantFrom(0, 0.1), fc.boolean())
  .chain(([rows, classes, reduction, labelSmoothing, weighted]) =>
    repeats([rows], classes).map((target) => ({
      ...{ rows, classes, target, reduction, labelSmoothing },
      ...(weighted ? { weight: [0.5, 2, 1].slice(0, classes) } : {}),
    })),
  );

function paired(
  loss: (a: Tensor, b: Tensor, reduction: 'mean' | 'sum' | 'none') => Tensor,
  values: ValueOptions = {},
  row: Partial<Row> = {},
): Row {
  return custom(
    fc.tuple(shapeOf(0, 2), reductions),
    ([shape, reduction]) => ({
      shapes: [shape, shape],
      fn: (a, b) => loss(a!, b!, reduction),
      values,
    }),
    row,
  );
}

/** A mask that is 1 at every third element. */
function thirds(shape: tg.Shape): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tg.tensor(
    Array.from({ length: size }, (_, i) => Number(i % 3 === 0)),
    { shape },
  );
}

const POSITIVE = { min: 1 / 8, max: 3 } as const;
const INSIDE = { min: -0.875, max: 0.875 } as const;
/** Values are multiples of 1/64: shifted by half of that, two never tie. */
const OFF_GRID = 1 / 128;
const OFF_ZERO = { avoid: [0], margin: 1 / 8 } as const;

export const registry: Record<string, Row> = {
  add: binary((a, b) => tg.add(a!, b!)),
  sub: binary((a, b) => tg.sub(a!, b!)),
  mul: binary((a, b) => tg.mul(a!, b!)),
  div: binary((a, b) => tg.div(a!, b!), {}, OFF_ZERO),
  // NaN⁰ is 1, by IEEE 754.
  pow: binary((a, b) => tg.pow(a!, b!), POSITIVE, {}, { nan: 'dropped' }),
  neg: unary((x) => tg.neg(x!)),
  square: unary((x) => tg.square(x!)),
  reciprocal: unary((x) => tg.reciprocal(x!), OFF_ZERO),
  abs: unary((x) => tg.abs(x!), OFF_ZERO),
  sign: unary((x) => tg.sign(x!), OFF_ZERO, { flat: true }),
  maximum: binary((a, b) => tg.maximum(a!, tg.add(b!, OFF_GRID))),
  minimum: binary((a, b) => tg.minimum(a!, tg.add(b!, OFF_GRID))),
  exp: unary((x) => tg.exp(x!)),
  expm1: unary((x) => tg.expm1(x!)),
  log: unary((x) => tg.log(x!), POSITIVE),
  log1p: unary((x) => tg.log1p(x!), { min: -0.75, max: 3 }),
  sqrt: unary((x) => tg.sqrt(x!), POSITIVE),
  cbrt: unary((x) => tg.cbrt(x!), OFF_ZERO),
  rsqrt: unary((x) => tg.rsqrt(x!), POSITIVE),
  sin: unary((x) => tg.sin(x!)),
  cos: unary((x) => tg.cos(x!)),
  tan: unary((x) => tg.tan(x!), { min: -1.25, max: 1.25 }),
  asin: unary((x) => tg.asin(x!), INSIDE),
  acos: unary((x) => tg.acos(x!), INSIDE),
  atan: unary((x) => tg.atan(x!)),
  sinh: unary((x) => tg.sinh(x!)),
  cosh: unary((x) => tg.cosh(x!)),
  tanh: unary((x) => tg.tanh(x!)),
  erf: unary((x) => tg.erf(x!)),
  normalCdf: unary((x) => tg.normalCdf(x!)),
  relu: unary((x) => tg.relu(x!), OFF_ZERO),
  leakyRelu: unary((x) => tg.leakyRelu(x!, 0.25), OFF_ZERO),
  elu: unary((x) => tg.elu(x!, 0.5), OFF_ZERO),
  selu: unary((x) => tg.selu(x!), OFF_ZERO),
  sigmoid: unary((x) => tg.sigmoid(x!)),
  softplus,
  gelu: {
    calls: fc.constantFrom('exact' as const, 'tanh' as const).chain((form) =>
      any
        .shape(small)
        .chain((shape) => any.tensor(shape))
        .map((x) => ({ fn: (at: Tensor) => tg.gelu(at, form), inputs: [x] })),
    ),
    elementwise: true,
  },
  silu: unary((x) => tg.silu(x!)),
  mish: unary((x) => tg.mish(x!)),
  softsign: unary((x) => tg.softsign(x!), OFF_ZERO),
  hardSigmoid: unary((x) => tg.hardSigmoid(x!), { min: -5, max: 5, avoid: [-3, 3], margin: 1 / 8 }),
  hardSwish: unary((x) => tg.hardSwish(x!), { min: -5, max: 5, avoid: [-3, 3], margin: 1 / 8 }),
  clip: unary((x) => tg.clip(x!, -1, 1), { avoid: [-1, 1], margin: 1 / 8 }),
  where: binary(
    (a, b) => {
      const { shape } = tg.add(a!.detach(), b!.detach());
      return tg.where(thirds(shape), a!, b!);
    },
    {},
    {},
    { nan: 'dropped' },
  ),
  sum: reduction((x, axes, keepdims) => tg.sum(x, axes, keepdims)),
  mean: reduction((x, axes, keepdims) => tg.mean(x, axes, keepdims)),
  variance: reduction((x, axes, keepdims) => tg.variance(x, axes, { keepdims, correction: 0 })),
  std: custom(
    fc.tuple(
      any.shape({ minRank: 1, maxRank: 2, minSize: 2, maxSize: 3 }),
      fc.constantFrom(undefined, 0, -1),
      fc.constantFrom(0, 1),
    ),
    ([shape, axis, correction]) => ({
      shapes: [shape],
      fn: (x) => tg.std(x!, axis, { correction }),
      values: { distinct: true },
    }),
  ),
  norm: {
    calls: fc
      .constantFrom(1, 2, 3)
      .chain((p) => reduction((x, axes, keepdims) => tg.norm(x, axes, { keepdims, p }), OFF_ZERO).calls),
  },
  max: reduction((x, axes, keepdims) => tg.max(x, axes, keepdims), { distinct: true }),
  min: reduction((x, axes, keepdims) => tg.min(x, axes, keepdims), { distinct: true }),
  logSumExp: reduction((x, axes, keepdims) => tg.logSumExp(x, axes, keepdims)),
  prod: reduction((x, axes, keepdims) => tg.prod(x, axes, keepdims)),
  cumSum: along((x, axis) => tg.cumSum(x, axis)),
  argMax: along((x, axis) => tg.argMax(x, axis), { distinct: true }, { flat: true, nan: 'dropped' }),
  argMin: along((x, axis) => tg.argMin(x, axis), { distinct: true }, { flat: true, nan: 'dropped' }),
  broadcastTo: custom(any.broadcastShapes(2, small), ([a, b]) => {
    const whole = tg.add(tg.zeros(a!), tg.zeros(b!)).shape;
    return { shapes: [a!], fn: (x) => tg.broadcastTo(x!, whole) };
  }),
  sumTo: custom(any.broadcastShapes(2, small), ([a, b]) => {
    const whole = tg.add(tg.zeros(a!), tg.zeros(b!)).shape;
    return { shapes: [[...whole]], fn: (x) => tg.sumTo(x!, a!) };
  }),
  expand: custom(any.broadcastShapes(2, small), ([a, b]) => {
    const whole = tg.add(tg.zeros(a!), tg.zeros(b!)).shape;
    return { shapes: [a!], fn: (x) => tg.expand(x!, whole) };
  }),
  matmul: custom(products, (drawn) => ({ shapes: matmulShapes(drawn), fn: (a, b) => tg.matmul(a!, b!) })),
  linear: custom(fc.tuple(size, size, size, fc.boolean()), ([n, inputs, outputs, bias]) => ({
    shapes: [[n, inputs], [inputs, outputs], ...(bias ? [[outputs]] : [])],
    fn: (x, w, b) => tg.linear(x!, w!, b ?? null),
  })),
  dot: custom(size, (n) => ({ shapes: [[n], [n]], fn: (a, b) => tg.dot(a!, b!) })),
  outer: custom(fc.tuple(size, size), ([n, m]) => ({ shapes: [[n], [m]], fn: (a, b) => tg.outer(a!, b!) })),
  einsum: custom(fc.constantFrom(...EQUATIONS), ([equation, shapes]) => ({
    shapes,
    fn: (...operands) => tg.einsum(equation, ...operands),
  })),
  reshape: custom(shapeOf(0), (shape) => ({
    shapes: [shape],
    fn: (x) => tg.reshape(x!, [...shape].reverse()),
  })),
  flatten: custom(shapeOf(1), (shape) => ({
    shapes: [shape],
    fn: (x) => tg.flatten(x!, Math.min(1, shape.length - 1)),
  })),
  squeeze: custom(shapeOf(0, 2), (shape) => ({
    shapes: [[1, ...shape, 1]],
    fn: (x) => tg.squeeze(x!, [0, -1]),
  })),
  unsqueeze: custom(
    shapeOf(0, 2).chain((shape) => fc.tuple(fc.constant(shape), any.axis(shape.length + 1))),
    ([shape, axis]) => ({ shapes: [shape], fn: (x) => tg.unsqueeze(x!, axis) }),
  ),
  permute: custom(
    shapeOf(0).chain((shape) => fc.tuple(fc.constant(shape), any.permutation(shape.length))),
    ([shape, order]) => ({ shapes: [shape], fn: (x) => tg.permute(x!, order) }),
  ),
  transpose: custom(shapeOf(2), (shape) => ({ shapes: [shape], fn: (x) => tg.transpose(x!) })),
  slice: custom(
    fc.tuple(
      shapeOf(1, 2),
      fc.constantFrom<tg.SliceSpec[]>(
        [0],
        [-1],
        [[null, null, -1]],
        [[1]],
        [[0, 2]],
        [[null, null, 2]],
        [[-2, null]],
        [[-1, null, -2]],
        [null],
      ),
    ),
    ([shape, specs]) => ({ shapes: [shape.map((n) => n + 1)], fn: (x) => tg.slice(x!, specs) }),
    { nan: 'dropped' },
  ),
  concat: custom(
    fc
      .tuple(shapeOf(1, 2), size, size)
      .chain(([shape, p, q]) => fc.tuple(fc.constant(shape), any.axis(shape.length), fc.constant([p, q]))),
    ([shape, axis, sizes]) => ({
      shapes: sizes.map((n) => shape.map((old, i) => (i === (axis + shape.length) % shape.length ? n : old))),
      fn: (...parts) => tg.concat(parts, axis),
    }),
  ),
  stack: custom(
    shapeOf(0, 2).chain((shape) => fc.tuple(fc.constant(shape), any.axis(shape.length + 1))),
    ([shape, axis]) => ({ shapes: [shape, shape, shape], fn: (...parts) => tg.stack(parts, axis) }),
  ),
  split: custom(fc.tuple(shapeOf(1, 2), size), ([shape, n]) => ({
    shapes: [[n + 1, ...shape]],
    fn: (x) => {
      const [head, tail] = tg.split(x!, [1, n]);
      return tg.add(tg.square(head!), tg.sum(tail!, 0, true));
    },
  })),
  pad: custom(fc.tuple(shapeOf(1, 2), size, fc.constantFrom(0, 1.5)), ([shape, n, value]) => ({
    shapes: [shape],
    fn: (x) =>
      tg.pad(
        x!,
        shape.map((_, i) => [i, n] as const),
        value,
      ),
  })),
  flip: custom(
    shapeOf(1).chain((shape) => fc.tuple(fc.constant(shape), any.axes(shape.length))),
    ([shape, axes]) => ({ shapes: [shape], fn: (x) => tg.flip(x!, axes) }),
  ),
  tile: custom(fc.tuple(shapeOf(0, 2), fc.array(size, { maxLength: 3 })), ([shape, times]) => ({
    shapes: [shape],
    fn: (x) => tg.tile(x!, times),
  })),
  indexSelect: custom(
    fc.tuple(size, size, repeats([4], 3)),
    ([a, b, index]) => ({ shapes: [[a, 3, b]], fn: (x) => tg.indexSelect(x!, 1, index) }),
    { nan: 'dropped' },
  ),
  gather: custom(
    fc.tuple(size, repeats([2, 4], 3)),
    ([extra, index]) => ({ shapes: [[1 + extra, 3]], fn: (x) => tg.gather(x!, 1, index) }),
    { nan: 'dropped' },
  ),
  takeAlongAxis: custom(
    repeats([1, 4], 3),
    (index) => ({ shapes: [[2, 3]], fn: (x) => tg.takeAlongAxis(x!, index, 1) }),
    { nan: 'dropped' },
  ),
  scatterAdd: custom(repeats([2, 4], 3), (index) => ({
    shapes: [
      [2, 3],
      [2, 4],
    ],
    fn: (x, source) => tg.scatterAdd(x!, 1, index, source!),
  })),
  diagonal: custom(
    fc.tuple(size, size, fc.constantFrom(-1, 0, 1)),
    ([n, m, offset]) => ({ shapes: [[n + 1, m + 1]], fn: (x) => tg.diagonal(x!, offset) }),
    { nan: 'dropped' },
  ),
  tril: custom(
    fc.tuple(size, size, fc.constantFrom(-1, 0, 1)),
    ([n, m, offset]) => ({ shapes: [[2, n + 1, m]], fn: (x) => tg.tril(x!, offset) }),
    { nan: 'dropped' },
  ),
  triu: custom(
    fc.tuple(size, size, fc.constantFrom(-1, 0, 1)),
    ([n, m, offset]) => ({ shapes: [[n, m + 1]], fn: (x) => tg.triu(x!, offset) }),
    { nan: 'dropped' },
  ),
  ...convolutions,
  softmax: along((x, axis) => tg.softmax(x, axis)),
  logSoftmax: along((x, axis) => tg.logSoftmax(x, axis)),
  clone: unary((x) => tg.clone(x!)),
  astype: unary((x) => tg.astype(x!, x!.dtype)),
  mseLoss: paired((a, b, reduction) => tg.mseLoss(a, b, { reduction })),
  l1Loss: paired((a, b, reduction) => tg.l1Loss(a, tg.add(b, OFF_GRID), { reduction })),
  huberLoss: paired((a, b, reduction) => tg.huberLoss(a, tg.add(b, OFF_GRID), { delta: 0.75, reduction })),
  klDivLoss: custom(fc.tuple(shapeOf(1, 2), reductions), ([shape, reduction]) => ({
    shapes: [shape, shape],
    fn: (a, b) => tg.klDivLoss(a!, b!, { reduction }),
    values: { min: 1 / 8, max: 1 },
  })),
  binaryCrossEntropyWithLogits: paired((a, b, reduction) =>
    tg.binaryCrossEntropyWithLogits(a, b, { reduction, posWeight: reduction === 'sum' ? 3 : 1 }),
  ),
  crossEntropy: custom(classification, ({ rows, classes, target, ...options }) => ({
    shapes: [[rows, classes]],
    fn: (x) => tg.crossEntropy(x!, target, options),
  })),
  nllLoss: custom(
    classification,
    ({ rows, classes, target, labelSmoothing: _, ...options }) => ({
      shapes: [[rows, classes]],
      fn: (x) => tg.nllLoss(x!, target, options),
    }),
    { nan: 'dropped' },
  ),
  ...smallOps,
  ...sequences,
  ...pooling,
  ...normalisation,
  ...lossRows,
};
