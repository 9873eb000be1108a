/** Plain loops over positions, written without the library: what its results are compared with. */
import { type Dtype, type Tensor, tensor } from '../../../src/index.js';
import { fc } from '../../support/property.js';

export const DTYPES: readonly Dtype[] = ['float32', 'float64'];

/** Every position of an array of the shape, the last axis fastest. */
export function* positions(shape: readonly number[]): Generator<number[]> {
  const [size, ...inner] = shape;
  if (size === undefined) yield [];
  else for (let i = 0; i < size; i++) for (const rest of positions(inner)) yield [i, ...rest];
}

/** The element of x at a position. */
export function at(x: Tensor, position: readonly number[]): number {
  let flat = 0;
  for (const [axis, i] of position.entries()) {
    if (i < 0 || i >= x.shape[axis]!) throw new RangeError(`${position} lies outside ${x.shape}`);
    flat = flat * x.shape[axis]! + i;
  }
  return x.data[flat]!;
}

/** The elements, row-major, of an array whose element at each position is `element(position)`. */
export function build(shape: readonly number[], element: (position: number[]) => number): number[] {
  return [...positions(shape)].map(element);
}

/** Tensors of the shape holding eighths, so that sums of a few products are exact in float32 too. */
export function filled(shape: readonly number[], dtype: Dtype = 'float64'): fc.Arbitrary<Tensor> {
  const size = shape.reduce((product, n) => product * n, 1);
  return fc.array(fc.integer({ min: -64, max: 64 }), { minLength: size, maxLength: size }).map((eighths) =>
    tensor(
      Float64Array.from(eighths, (n) => n / 8),
      { shape, dtype },
    ),
  );
}

/** Tensors of rank `minRank` to `maxRank` with axes of 0 or 1 to 4 elements. */
export function tensors(minRank: number, maxRank: number, smallest = 0): fc.Arbitrary<Tensor> {
  return fc
    .array(fc.integer({ min: smallest, max: 4 }), { minLength: minRank, maxLength: maxRank })
    .chain((shape) => filled(shape));
}
