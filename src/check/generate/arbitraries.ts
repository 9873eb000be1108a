/**
 * fast-check arbitraries for shapes and tensors. The values are multiples of 1/64 in a small range: they are exact in
 * float32 and shrink to round numbers, whereas nearly all of fast-check's own floats are degenerate (subnormal,
 * enormous, NaN). This file imports only types of fast-check; a test passes its own fast-check in.
 */
// biome-ignore lint/suspicious/noTsIgnore: where fast-check is installed there is no error to expect.
/** @ts-ignore: programs without fast-check get `any` for its types, since fast-check is optional. */
import type FastCheck from 'fast-check';
import { kindOf } from '../../base/kind.js';
import { sizeOf } from '../../base/shape.js';
import { ArgumentError, type Dtype, type Shape, type Tensor, tensor } from '../../core.js';
import { literal } from './reproduction.js';

/** A fast-check generator of random values. */
export type Arbitrary<T> = FastCheck.Arbitrary<T>;

/** Which shapes are generated. */
export interface ShapeOptions {
  /** Default 0. */
  readonly minRank?: number;
  /** Default 3. */
  readonly maxRank?: number;
  /** Smallest size of an axis; 0 makes empty tensors. Default 1. */
  readonly minSize?: number;
  /** Largest size of an axis. Default 4. */
  readonly maxSize?: number;
}

/** Which values are generated. */
export interface ValueOptions {
  /** Smallest value. Default −2. */
  readonly min?: number;
  /** Largest value. Default 2. */
  readonly max?: number;
  /** Points that no value comes near, such as kinks and poles. */
  readonly avoid?: readonly number[];
  /** Smallest distance from these points. Default 1/16. */
  readonly margin?: number;
  /** Whether all values differ, so that max, min and sorting meet no ties. Default false. */
  readonly distinct?: boolean;
  /** Whether NaN, ±∞, ±0, the smallest and the largest floats occur, too. Default false. */
  readonly special?: boolean;
  /** Default: the dtype that {@link tensor} gives to numbers. */
  readonly dtype?: Dtype;
}

/** The generators that {@link arbitraries} makes. */
export interface TensorArbitraries {
  /** Shapes, by default of rank 0 to 3 with axes of size 1 to 4. */
  shape(options?: ShapeOptions): Arbitrary<number[]>;
  /** Several shapes that broadcast together by NumPy's rules. */
  broadcastShapes(count: number, options?: ShapeOptions): Arbitrary<number[][]>;
  /** One axis of a tensor of this rank, −rank to rank − 1. */
  axis(rank: number): Arbitrary<number>;
  /** Some axes of a tensor of this rank, none twice, also counted from the end. */
  axes(rank: number): Arbitrary<number[]>;
  /** All axes of a tensor of this rank, in any order. */
  permutation(rank: number): Arbitrary<number[]>;
  /** Tensors of this shape. */
  tensor(shape: Shape, options?: ValueOptions): Arbitrary<Tensor>;
  /** One tensor for each shape. */
  tensors(shapes: readonly Shape[], options?: ValueOptions): Arbitrary<Tensor[]>;
  /** Tensors of this shape that hold indices from 0 to limit − 1, with repeats. */
  indices(shape: Shape, limit: number): Arbitrary<Tensor>;
}

const SPECIAL = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-45,
  -1e-40,
  1.1754943508222875e-38,
  3.4028234663852886e38,
  -1e30,
];

/**
 * Makes generators for property tests, with the test's own fast-check.
 *
 * ```ts
 * import fc from 'fast-check';
 * const any = arbitraries(fc);
 * fc.assert(fc.property(any.broadcastShapes(2).chain((shapes) => any.tensors(shapes)), ([a, b]) => {
 *   assertGradients((a, b) => a.add(b), [a, b]);
 * }));
 * ```
 * @throws ArgumentError from `tensor` and `tensors` if the options leave too few values
 */
export function arbitraries(fc: typeof FastCheck): TensorArbitraries {
  if (typeof fc?.integer !== 'function')
    throw new ArgumentError(
      'arbitraries',
      `expected fast-check, import fc from 'fast-check', got ${kindOf(fc)}`,
    );
  const shape: TensorArbitraries['shape'] = ({ minRank = 0, maxRank = 3, minSize = 1, maxSize = 4 } = {}) =>
    fc.array(fc.integer({ min: minSize, max: maxSize }), { minLength: minRank, maxLength: maxRank });

  const broadcastShapes: TensorArbitraries['broadcastShapes'] = (count, options) =>
    shape(options).chain((whole) =>
      fc.tuple(
        ...Array.from({ length: count }, () =>
          fc
            .tuple(
              fc.integer({ min: 0, max: whole.length }),
              fc.array(fc.boolean(), { minLength: whole.length, maxLength: whole.length }),
            )
            .map(([dropped, ones]) => whole.map((n, axis) => (ones[axis] ? 1 : n)).slice(dropped)),
        ),
      ),
    );

  const tensors: TensorArbitraries['tensors'] = (shapes, options = {}) => {
    const sizes = shapes.map(sizeOf);
    const total = sizes.reduce((a, b) => a + b, 0);
    return values(fc, total, options).map((all) => {
      let start = 0;
      return shapes.map((s, i) => {
        const data = all.slice(start, (start += sizes[i]!));
        return readable(tensor(data, { shape: s, ...(options.dtype && { dtype: options.dtype }) }));
      });
    });
  };

  return {
    shape,
    broadcastShapes,
    tensors,
    tensor: (s, options) => tensors([s], options).map(([only]) => only!),
    axis: (rank) => fc.integer({ min: -rank, max: rank - 1 }),
    axes: (rank) =>
      fc
        .tuple(fc.subarray(Array.from({ length: rank }, (_, i) => i)), fc.boolean())
        .map(([chosen, fromEnd]) => (fromEnd ? chosen.map((axis) => axis - rank).reverse() : chosen)),
    permutation: (rank) =>
      fc.shuffledSubarray(
        Array.from({ length: rank }, (_, i) => i),
        { minLength: rank },
      ),
    indices: (s, limit) => {
      const size = sizeOf(s);
      return fc
        .array(fc.integer({ min: 0, max: limit - 1 }), { minLength: size, maxLength: size })
        .map((data) => readable(tensor(data, { shape: s })));
    },
  };
}

/** Generates numbers from a pool that is sorted from simple to less simple, so that shrinking finds simple numbers. */
function values(fc: typeof FastCheck, count: number, options: ValueOptions): Arbitrary<number[]> {
  const pool = options.special ? [...SPECIAL, ...poolOf(options)] : poolOf(options);
  if (pool.length === 0 || (options.distinct && pool.length < count))
    throw new ArgumentError(
      'arbitraries',
      `${count} values were asked for, and only ${pool.length} lie between ${options.min ?? -2} and ${options.max ?? 2}${options.avoid ? ` away from ${options.avoid.join(', ')}` : ''}; widen the range`,
    );
  const place = fc.integer({ min: 0, max: pool.length - 1 });
  const places = options.distinct
    ? fc.uniqueArray(place, { minLength: count, maxLength: count })
    : fc.array(place, { minLength: count, maxLength: count });
  return places.map((chosen) => chosen.map((at) => pool[at]!));
}

/** All multiples of 1/64 that the options allow, the simplest first: 0, 1, −1, 2, −2, 1/2, … */
function poolOf({ min = -2, max = 2, avoid = [], margin = 1 / 16 }: ValueOptions): number[] {
  const pool: number[] = [];
  for (let n = Math.ceil(min * 64); n <= max * 64; n++)
    if (avoid.every((point) => Math.abs(n / 64 - point) >= margin)) pool.push(n / 64);
  const effort = (value: number): number => {
    let denominator = 1;
    while (!Number.isInteger(value * denominator)) denominator *= 2;
    return denominator * 1000 + Math.abs(value) * 2 + (value < 0 ? 1 : 0);
  };
  return pool.sort((a, b) => effort(a) - effort(b));
}

/** Makes fast-check print the tensor of a counterexample as code that makes it again. */
function readable(made: Tensor): Tensor {
  Object.defineProperty(made, Symbol.for('fast-check/toStringMethod'), { value: () => literal(made) });
  return made;
}
