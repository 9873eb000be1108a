/** Products of matrices, sums along axes, and what is made of them. */
import fc from 'fast-check';
import {
  abs,
  argMax,
  argMin,
  cumSum,
  einsum,
  linear,
  logSoftmax,
  logSumExp,
  matmul,
  max,
  mean,
  min,
  norm,
  prod,
  type Rng,
  randint,
  randn,
  softmax,
  sum,
  type Tensor,
} from '../../../src/index.js';
import { type Input, type Output, onnx, whole } from '../onnx.js';
import { type Case, generated, type Row } from '../row.js';

const MATMUL: Row = {
  op: 'matmul',
  by: 'MatMul',
  units: 8,
  *cases(rng) {
    for (const [first, second] of [
      [
        [1, 1],
        [1, 1],
      ],
      [
        [3, 4],
        [4, 5],
      ],
      [[7], [7, 3]],
      [[3, 7], [7]],
      [
        [2, 3, 4],
        [4, 5],
      ],
      [
        [2, 1, 3, 4],
        [5, 4, 2],
      ],
      [
        [1, 100],
        [100, 33],
      ],
      [
        [64, 129],
        [129, 70],
      ],
      [
        [200, 784],
        [784, 100],
      ],
    ] as const) {
      const [a, b] = [randn(first, rng) as Tensor, randn(second, rng) as Tensor];
      yield {
        what: `[${first}] [${second}]`,
        ours: () => matmul(a, b),
        theirs: onnx('MatMul', [a, b]),
        scale: () => matmul(abs(a), abs(b)),
      };
    }
  },
};

const LINEAR: Row = {
  op: 'linear',
  by: 'Gemm',
  units: 8,
  *cases(rng) {
    for (const [rows, inner, columns] of [
      [1, 1, 1],
      [5, 3, 4],
      [33, 65, 17],
      [100, 784, 200],
    ] as const)
      for (const bias of [null, randn([columns], rng)]) {
        const [x, w] = [randn([rows, inner], rng), randn([inner, columns], rng)];
        yield {
          what: `[${x.shape}] [${w.shape}]${bias ? ' and a bias' : ''}`,
          ours: () => linear(x, w, bias),
          theirs: onnx('Gemm', [x, w, bias]),
          scale: () => linear(abs(x), abs(w), bias && abs(bias)),
        };
      }
  },
};

const EINSUM: Row = {
  op: 'einsum',
  by: 'Einsum',
  units: 8,
  *cases(rng) {
    for (const [equation, ...shapes] of [
      ['ij,jk->ik', [3, 4], [4, 5]],
      ['bij,bjk->bik', [2, 3, 4], [2, 4, 5]],
      ['bhid,bhjd->bhij', [2, 3, 4, 5], [2, 3, 6, 5]],
      ['i,j->ij', [3], [4]],
      ['ij->ji', [3, 4]],
      ['ij->', [3, 4]],
      ['ijk->ik', [2, 3, 4]],
      ['ii->i', [5, 5]],
      ['ij,ij->i', [4, 6], [4, 6]],
      ['...ij,jk->...ik', [2, 2, 3, 4], [4, 5]],
      ['ab,bc,cd->ad', [2, 3], [3, 4], [4, 5]],
      ['ij,jk', [3, 4], [4, 2]],
    ] as const) {
      const operands = shapes.map((shape) => randn(shape, rng) as Tensor);
      yield {
        what: `${equation} ${JSON.stringify(shapes)}`,
        ours: () => einsum(equation, ...operands),
        theirs: onnx('Einsum', operands, { equation }),
        scale: () => einsum(equation, ...operands.map((one) => abs(one))),
      };
    }
  },
};

/** A shape, and the axes of it that are reduced. */
const REDUCED = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.subarray([...shape.keys()], { minLength: 1 }),
    keepdims: fc.boolean(),
  }),
);

type Reduce = (x: Tensor, axes: readonly number[], keepdims: boolean) => Tensor;

/** A reduction over some axes. Its scale is the reduction of the absolute values, where it is one of terms with signs. */
function reduction(op: string, by: string, ours: Reduce, units: number, scale?: Reduce): Row {
  return {
    op,
    by,
    units,
    *cases(rng) {
      const big = { shape: [40, 300], axes: [1], keepdims: false };
      for (const { shape, axes, keepdims } of [...generated(REDUCED, 20), big]) {
        const x = randn(shape, rng) as Tensor;
        yield {
          what: `[${shape}] over ${axes}${keepdims ? ', kept' : ''}`,
          ours: () => ours(x, axes, keepdims),
          theirs: onnx(by, [x, whole(axes)], { keepdims: keepdims ? 1 : 0 }),
          ...(scale ? { scale: () => scale(abs(x), axes, keepdims) } : {}),
        };
      }
    },
  };
}

type Along = (x: Tensor, axis: number) => Tensor;
type DrawAlong = (shape: readonly number[], rng: Rng) => Tensor;

/** A function along one axis of x. */
function along(
  op: string,
  by: string,
  ours: Along,
  theirs: (x: Input, axis: number) => Output,
  units: number,
  more: { draw?: DrawAlong; scale?: Along } = {},
): Row {
  const { draw = randn, scale } = more;
  return {
    op,
    by,
    units,
    *cases(rng): Iterable<Case> {
      for (const shape of [[1], [9], [3, 4], [2, 5, 3], [2, 3, 2, 4], [30, 200]])
        for (const axis of shape.keys()) {
          const x = draw(shape, rng);
          yield {
            what: `[${shape}] along ${axis}`,
            ours: () => ours(x, axis),
            theirs: theirs(x, axis),
            ...(scale ? { scale: () => scale(abs(x), axis) } : {}),
          };
        }
    },
  };
}

const few: DrawAlong = (shape, rng) => randint(-3, 4, shape, rng);

/** CumSum, with its axis as an input. */
const running = (x: Input, axis: number, reverse: boolean): Output =>
  onnx('CumSum', [x, whole([axis], [])], { reverse: reverse ? 1 : 0 });

export const PRODUCTS: readonly Row[] = [
  MATMUL,
  LINEAR,
  EINSUM,
  reduction('sum', 'ReduceSum', sum, 8, sum),
  reduction('mean', 'ReduceMean', mean, 8, mean),
  reduction('max', 'ReduceMax', max, 0),
  reduction('min', 'ReduceMin', min, 0),
  reduction('prod', 'ReduceProd', prod, 8),
  // onnxruntime adds the 300 terms of a row one after the other.
  reduction('norm, p: 1', 'ReduceL1', (x, axes, keepdims) => norm(x, axes, { p: 1, keepdims }), 32),
  reduction('norm', 'ReduceL2', (x, axes, keepdims) => norm(x, axes, { keepdims }), 32),
  reduction('logSumExp', 'ReduceLogSumExp', logSumExp, 8),
  along('softmax', 'Softmax', softmax, (x, axis) => onnx('Softmax', [x], { axis }), 4),
  along('logSoftmax', 'LogSoftmax', logSoftmax, (x, axis) => onnx('LogSoftmax', [x], { axis }), 8),
  along('cumSum', 'CumSum', cumSum, (x, axis) => running(x, axis, false), 8, { scale: cumSum }),
  along(
    'cumSum, reversed',
    'CumSum',
    (x, axis) => cumSum(x, axis, true),
    (x, axis) => running(x, axis, true),
    8,
    { scale: (x, axis) => cumSum(x, axis, true) },
  ),
  along('argMax', 'ArgMax', argMax, (x, axis) => onnx('ArgMax', [x], { axis, keepdims: 0 }), 0, {
    draw: few,
  }),
  along('argMin', 'ArgMin', argMin, (x, axis) => onnx('ArgMin', [x], { axis, keepdims: 0 }), 0, {
    draw: few,
  }),
];
