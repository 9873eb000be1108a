/**
 * Shapes the compiler knows. A tensor made with a literal shape is a `Tensor<readonly [2, 3]>`, and
 * elementwise ops, matmul and reductions work out the shape of their result or refuse to compile with a
 * message that names both shapes. Where a size is not known it is `number`; where nothing is known, the
 * tensor is a plain `Tensor` and everything is checked when the program runs.
 */
import type { Shape } from './shape.js';

/** True for a shape of unknown rank, such as `number[]`. */
type Unknown<S extends Shape> = number extends S['length'] ? true : false;

type Init<S extends Shape> = S extends readonly [...infer Head extends number[], number] ? Head : [];
type Last<S extends Shape> = S extends readonly [...number[], infer Size extends number] ? Size : never;

/** The size two axes broadcast to; `never` where they clash. An unknown size could be 1, so the result is known only if the other is not 1. */
type BroadcastAxis<M extends number, N extends number> = number extends M
  ? N extends 1
    ? number
    : N
  : number extends N
    ? M extends 1
      ? number
      : M
    : M extends N
      ? M
      : M extends 1
        ? N
        : N extends 1
          ? M
          : never;

type BroadcastKnown<A extends Shape, B extends Shape, Tail extends number[] = []> = A extends readonly []
  ? [...B, ...Tail]
  : B extends readonly []
    ? [...A, ...Tail]
    : [BroadcastAxis<Last<A>, Last<B>>] extends [never]
      ? never
      : BroadcastKnown<Init<A>, Init<B>, [BroadcastAxis<Last<A>, Last<B>>, ...Tail]>;

/** The shape `a` and `b` broadcast to; `never` where they clash. */
export type Broadcast<A extends Shape, B extends Shape> =
  Unknown<A> extends true ? Shape : Unknown<B> extends true ? Shape : BroadcastKnown<A, B>;

/** `[2,3]` as text for a compiler message. */
type Print<S extends Shape, Text extends string = ''> = S extends readonly [
  infer Size extends number,
  ...infer Rest extends number[],
]
  ? Print<Rest, Text extends '' ? `${Size}` : `${Text},${Size}`>
  : `[${Text}]`;

/** `unknown` where the shapes fit; a sentence, which no tensor is, where they do not. */
export type CanBroadcast<Op extends string, A extends Shape, B extends Shape> = [Broadcast<A, B>] extends [
  never,
]
  ? `${Op}: cannot broadcast ${Print<A>} with ${Print<B>}`
  : unknown;

type Same<M extends number, N extends number> = number extends M
  ? true
  : number extends N
    ? true
    : M extends N
      ? true
      : false;

/** The shape of the matrix product of two matrices of known rank 2; `Shape` for anything else; `never` where the inner sizes differ. */
export type MatMul<A extends Shape, B extends Shape> = A extends readonly [
  infer M extends number,
  infer K extends number,
]
  ? B extends readonly [infer L extends number, infer N extends number]
    ? Same<K, L> extends true
      ? [M, N]
      : never
    : Shape
  : Shape;

/** `unknown` where the inner sizes fit, else the sentence the compiler prints. */
export type CanMatMul<A extends Shape, B extends Shape> = [MatMul<A, B>] extends [never]
  ? `matmul: ${Print<A>} x ${Print<B>}: inner sizes differ`
  : unknown;

/** The shape left by a reduction: `[]` over all axes, a known rank over one axis of a matrix, else unknown. */
export type Reduced<S extends Shape, Axes, Keep> = Axes extends undefined
  ? Keep extends true
    ? { [I in keyof S]: 1 }
    : []
  : S extends readonly [infer M extends number, infer N extends number]
    ? Axes extends 0 | -2
      ? Keep extends true
        ? [1, N]
        : [N]
      : Axes extends 1 | -1
        ? Keep extends true
          ? [M, 1]
          : [M]
        : Shape
    : Shape;
