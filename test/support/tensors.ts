/** Drawn tensors of every shape and with every kind of number, under names that files have to bring back. */
import { type Tensor, tensor } from '../../src/index.js';
import { fc } from './property.js';

const names = fc.oneof(
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'toString',
    '0',
    'a.b',
    'a/b',
    'größe',
    '重み',
    '🙂',
    '"\\',
    '\n',
  ),
  fc.string({ unit: 'binary' }).filter((name) => name !== '__metadata__'),
);

const shapes = fc.oneof(
  fc.constantFrom([], [0], [1], [2, 0, 3], [0, 0]),
  fc.array(fc.nat({ max: 3 }), { maxLength: 4 }),
);

const numbers = fc.oneof(
  fc.constantFrom(-0, 0, NaN, Infinity, -Infinity, 5e-324, 2 ** -149, 2 ** -126, Number.MAX_VALUE),
  fc.double(),
);

/** A tensor of either dtype. */
export const anyTensor: fc.Arbitrary<Tensor> = fc
  .tuple(shapes, fc.constantFrom('float32' as const, 'float64' as const))
  .chain(([shape, dtype]) => {
    const size = shape.reduce((product, axis) => product * axis, 1);
    const values = fc.array(numbers, { minLength: size, maxLength: size });
    return values.map((data) => tensor(Float64Array.from(data), { shape, dtype }));
  });

/** Up to six of them by name. */
export const namedTensors: fc.Arbitrary<Record<string, Tensor>> = fc
  .array(fc.tuple(names, anyTensor), { maxLength: 6 })
  .map((entries) => Object.fromEntries(entries));

/** The numbers of a tensor as their bytes, which tell −0 from 0. */
export function bitsOf({ data }: Tensor): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
}

/** Everything of tensors that a file keeps, in an order that does not depend on the file. */
export function contentsOf(tensors: Readonly<Record<string, Tensor>>): unknown[] {
  return Object.entries(tensors)
    .map(([name, x]) => [name, x.dtype, x.shape.join(), bitsOf(x)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
