/**
 * Matrix products. There is one op, `matmul` with two flags that say which operand is read transposed. Its rules are the
 * same op with other flags, so no transposed copy is made.
 *
 * Previous: src/ops/reduce.ts · Next: src/ops/indexing.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { sumTo } from '../autograd/sums.js';
import type { NDArray } from '../base/array.js';
import { ShapeError } from '../base/errors.js';
import { label, type Shape, sizeOf } from '../base/shape.js';
import type { CanMatMul, MatMul } from '../base/shape-types.js';
import { needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { innerSizesDiffer } from '../kernels/reference/matmul.js';
import { mul } from './arithmetic.js';
import type { Two } from './operand.js';
import { sum } from './reduce.js';
import { squeeze, unsqueeze } from './shape.js';

interface Flags {
  readonly ta: boolean;
  readonly tb: boolean;
}

/**
 * Matrix product y = a · b of the last two axes; leading axes are a batch and broadcast. A vector counts as a row
 * on the left and as a column on the right, and its axis is dropped from the result.
 *
 *     ā = g · bᵀ,   b̄ = aᵀ · g,      which the walk back sums over the batch axes that were broadcast
 *
 * @throws ShapeError if the inner sizes differ, naming both operands
 */
export function matmul<A extends Shape, B extends Shape>(
  a: Tensor<A>,
  b: Tensor<B> & CanMatMul<A, B>,
): Tensor<Extract<MatMul<A, B>, Shape>>;
export function matmul(a: Tensor, b: Tensor): Tensor {
  needTensors('matmul', a, b);
  if (a.rank === 0 || b.rank === 0)
    throw new ShapeError(
      'matmul',
      `expected tensors with axes, got ${label(a)} and ${label(b)}; use mul for scalars`,
      [a.shape, b.shape],
    );
  const [inner, rows] = [a.shape[a.rank - 1], b.shape[Math.max(0, b.rank - 2)]];
  // This is checked before a vector becomes a matrix, so that the message shows the shapes that were passed.
  if ((a.rank === 1 || b.rank === 1) && inner !== rows) throw innerSizesDiffer(a, b);
  if (a.rank === 1 && b.rank === 1) return dot(a, b);
  if (a.rank === 1) return squeeze(product(unsqueeze(a, 0), b, false, false), -2);
  if (b.rank === 1) return squeeze(product(a, unsqueeze(b, 1), false, false), -1);
  return product(a, b, false, false);
}

/** op(a) · op(b), where the flags transpose the last two axes of an operand. */
function product(a: Tensor, b: Tensor, ta: boolean, tb: boolean): Tensor {
  return apply(MATMUL, [a, b], { ta, tb });
}
const MATMUL = defineOp({
  name: 'matmul',
  broadcast: true,
  forward: ([a, b]: Two, { ta, tb }: Flags) => k.matmul(a, b, ta, tb),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [
    (g, { b }, { ta, tb }) => (ta ? product(b, g, tb, true) : product(g, b, false, !tb)),
    (g, { a, b }, { ta, tb }) => {
      if (b.rank === 2 && !ta) return tb ? outerSum(g, a) : outerSum(a, g);
      return tb ? product(g, a, true, ta) : product(a, g, !ta, false);
    },
  ],
});

/**
 * Affine map y = x · W + b of the last axis: x [..., in], W [in, out], b [out] ⇒ y [..., out].
 * @throws ShapeError unless x, W and b have these shapes
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  needTensors('linear', x, weight);
  if (bias !== null) needTensors('linear', bias);
  if (weight.rank !== 2)
    throw new ShapeError('linear', `expected a weight of shape [in, out], got ${label(weight)}`, [
      weight.shape,
    ]);
  const [inputs, outputs] = weight.shape as [number, number];
  if (x.shape[x.rank - 1] !== inputs)
    throw new ShapeError(
      'linear',
      `expected x of shape [..., ${inputs}] for the weight ${label(weight)}, which is [in, out]; got ${label(x)}`,
      [x.shape, weight.shape],
    );
  if (bias && (bias.rank !== 1 || bias.size !== outputs))
    throw new ShapeError('linear', `expected a bias of shape [${outputs}], got ${label(bias)}`, [bias.shape]);
  if (bias === null) return matmul(x, weight);
  return x.rank === 1 ? squeeze(affine(unsqueeze(x, 0), weight, bias), 0) : affine(x, weight, bias);
}

/** x · W + b in one pass over y.   x̄ = g · Wᵀ,   W̄ = Σ xᵀ · g,   b̄ = Σ g,   both sums over all rows */
function affine(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  return apply(AFFINE, [x, weight, bias]);
}
const AFFINE = defineOp({
  name: 'linear',
  forward: ([x, weight, bias]: [NDArray, NDArray, NDArray]) => k.affine(x, weight, bias),
  save: ({ inputs: [x, weight] }) => ({ x, weight }),
  vjp: [
    (g, { weight }) => product(g, weight, false, true),
    (g, { x }) => outerSum(x, g),
    (g) => sumTo(g, g.shape.slice(-1)),
  ],
});

/** Σ xᵀ · y, the sum over the leading axes too: x [..., n], y [..., m] ⇒ [n, m].   x̄ = y · gᵀ,   ȳ = x · g */
function outerSum(x: Tensor, y: Tensor): Tensor {
  return x.rank === 2 ? product(x, y, true, false) : apply(OUTER_SUM, [x, y]);
}
const OUTER_SUM = defineOp({
  name: 'outerSum',
  forward: ([x, y]: Two) => k.matmul(asMatrix(x), asMatrix(y), true, false),
  save: ({ inputs: [x, y] }) => ({ x, y }),
  vjp: [(g, { y }) => product(y, g, false, true), (g, { x }) => product(x, g, false, false)],
});

/** All rows below each other, without a copy. */
const asMatrix = ({ data, shape }: NDArray): NDArray => ({
  data,
  shape: [sizeOf(shape.slice(0, -1)), shape[shape.length - 1]!],
});

/** Inner product of two vectors of one length.  y = Σ aᵢ bᵢ */
export function dot(a: Tensor, b: Tensor): Tensor {
  needTensors('dot', a, b);
  if (a.rank !== 1 || b.rank !== 1 || a.size !== b.size)
    throw new ShapeError('dot', `expected two vectors of one length, got ${label(a)} and ${label(b)}`, [
      a.shape,
      b.shape,
    ]);
  return sum(mul(a, b));
}

/** Outer product of two vectors.  y = a bᵀ, shape [n, m] */
export function outer(a: Tensor, b: Tensor): Tensor {
  needTensors('outer', a, b);
  if (a.rank !== 1 || b.rank !== 1)
    throw new ShapeError('outer', `expected two vectors, got ${label(a)} and ${label(b)}`, [
      a.shape,
      b.shape,
    ]);
  return mul(unsqueeze(a, 1), unsqueeze(b, 0));
}
