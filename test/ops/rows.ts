/**
 * What a row of the table of ops is, and generators of calls for the usual kinds of op.
 */

import { arbitraries, type ValueOptions } from '../../src/check/property.js';
import type * as tg from '../../src/index.js';
import { fc } from '../support/property.js';

export type Tensor = tg.Tensor;
export type Fn = (...inputs: Tensor[]) => Tensor;

export interface Call {
  readonly fn: Fn;
  readonly inputs: Tensor[];
}

export interface Row {
  readonly calls: fc.Arbitrary<Call>;
  /** Highest derivative to check. Default 2. */
  readonly order?: number;
  readonly elementwise?: boolean;
  readonly nan?: 'dropped';
  /** The derivative is zero everywhere, and that is right. */
  readonly flat?: boolean;
}

export const any = arbitraries(fc);

export const small = { maxRank: 3, maxSize: 3 };

/** y = f(x), element by element. */
export function unary(f: Fn, values: ValueOptions = {}, row: Partial<Row> = {}): Row {
  return {
    calls: any
      .shape(small)
      .chain((shape) => any.tensor(shape, values))
      .map((x) => ({ fn: f, inputs: [x] })),
    elementwise: true,
    ...row,
  };
}

/** y = f(a, b), broadcasting. */
export function binary(
  f: Fn,
  first: ValueOptions = {},
  second: ValueOptions = first,
  row: Partial<Row> = {},
): Row {
  return {
    calls: any
      .broadcastShapes(2, small)
      .chain(([a, b]) => fc.tuple(any.tensor(a!, first), any.tensor(b!, second)))
      .map((inputs) => ({ fn: f, inputs })),
    elementwise: true,
    ...row,
  };
}

/** y = f(x, axes, keepdims) over no, one or several axes, from either end. */
export function reduction(
  f: (x: Tensor, axes: number | number[] | undefined, keepdims: boolean) => Tensor,
  values: ValueOptions = {},
  row: Partial<Row> = {},
): Row {
  const calls = any
    .shape({ minRank: 1, maxRank: 3, maxSize: 3 })
    .chain((shape) =>
      fc
        .tuple(
          any.tensor(shape, values),
          fc.oneof(fc.constant(undefined), any.axis(shape.length), any.axes(shape.length)),
          fc.boolean(),
        )
        .map(([x, axes, keepdims]) => ({ fn: (at: Tensor) => f(at, axes, keepdims), inputs: [x] })),
    );
  return { calls, ...row };
}

/** y = f(x, axis) along one axis. */
export function along(
  f: (x: Tensor, axis: number) => Tensor,
  values: ValueOptions = {},
  row: Partial<Row> = {},
): Row {
  const calls = any
    .shape({ minRank: 1, maxRank: 3, maxSize: 3 })
    .chain((shape) => fc.tuple(any.tensor(shape, values), any.axis(shape.length)))
    .map(([x, axis]) => ({ fn: (at: Tensor) => f(at, axis), inputs: [x] }));
  return { calls, ...row };
}

/** Calls that a generator of shapes and arguments describes outright. */
export function custom<T>(
  args: fc.Arbitrary<T>,
  call: (args: T) => { shapes: number[][]; fn: Fn; values?: ValueOptions },
  row: Partial<Row> = {},
): Row {
  const calls = args.chain((drawn) => {
    const { shapes, fn, values } = call(drawn);
    return any.tensors(shapes, values).map((inputs) => ({ fn, inputs }));
  });
  return { calls, ...row };
}

export const shapeOf = (minRank: number, maxRank = 3): fc.Arbitrary<number[]> =>
  any.shape({ minRank, maxRank, maxSize: 3 });
export const size = fc.integer({ min: 1, max: 3 });
export const reductions = fc.constantFrom('mean', 'sum', 'none') as fc.Arbitrary<'mean' | 'sum' | 'none'>;
