/** Operands: tensors, and numbers, which become constants of the dtype of the other operand. */

import { Tensor } from '../autograd/graph.js';
import { allocate, type Dtype, type NDArray } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import { kindOf, refuseForeign } from '../base/kind.js';
import { normalizeAxes, type ReducedAxes, type Shape } from '../base/shape.js';
import type { Broadcast, CanBroadcast } from '../base/shape-types.js';
import { needFlag, tooMany } from '../base/words.js';
import { getDefaultDtype } from './create.js';

export type Operand = Tensor | number;

type ShapeOf<T extends Operand> = T extends Tensor<infer S> ? S : [];

/** The tensor type two operands broadcast to. */
export type Broadcasted<A extends Operand, B extends Operand> = Tensor<
  Extract<Broadcast<ShapeOf<A>, ShapeOf<B>>, Shape>
>;

/** `unknown` if two operands broadcast, else a sentence that the compiler prints. */
export type Fits<Op extends string, A extends Operand, B extends Operand> = CanBroadcast<
  Op,
  ShapeOf<A>,
  ShapeOf<B>
>;

/** An op of two operands that broadcast. The compiler refuses shapes that do not fit together. */
export type Binary<Name extends string> = <A extends Operand, B extends Operand>(
  a: A,
  b: B & Fits<Name, A, B>,
) => Broadcasted<A, B>;

/** The numbers of the one input of an op; of its two inputs. */
export type One = [NDArray];
export type Two = [NDArray, NDArray];

/** x as a constant that shares its numbers. Ops use it inside, where no message about a cut is wanted. */
export function constant(x: Tensor): Tensor {
  return new Tensor(x.data, x.shape);
}

/** A constant with no axes. */
export function scalar(value: number, dtype: Dtype): Tensor<[]> {
  return new Tensor(allocate(dtype, 1).fill(value), []);
}

export function asTensor(value: Operand, dtype: Dtype = getDefaultDtype(), op = 'op'): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === 'number') return scalar(value, dtype);
  refuseForeign(op, value);
  throw new ArgumentError(
    op,
    `expected a Tensor or a number, got ${kindOf(value)}; make a Tensor with tensor(…)`,
  );
}

/** Both operands as tensors; a number takes the other's dtype. A third operand, as in `maximum(a, b, c)`, is refused. */
export function pair(op: string, a: Operand, b: Operand, more?: unknown): [Tensor, Tensor] {
  if (more !== undefined) throw tooMany(op, 2);
  const dtype = a instanceof Tensor ? a.dtype : b instanceof Tensor ? b.dtype : getDefaultDtype();
  return [asTensor(a, dtype, op), asTensor(b, dtype, op)];
}

/** What a reduction of this name is told. @throws ArgumentError for axes that do not exist */
export function reduction(
  op: string,
  x: Tensor,
  axes: number | readonly number[] | undefined,
  keepdims: boolean,
): ReducedAxes {
  const over = normalizeAxes(op, axes, x);
  needFlag(op, 'keepdims', keepdims);
  return { axes: over, keepdims };
}
