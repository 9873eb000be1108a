/** The convolutions in WebAssembly against the products of patches that define them. */
import type { NDArray } from '../../src/base/array.js';
import { random } from '../../src/index.js';
import * as reference from '../../src/kernels/reference/convolve.js';
import { type Geometry, outputSize, type Pair } from '../../src/kernels/reference/geometry.js';
import * as fast from '../../src/kernels/simd/convolve.js';
import { simd } from '../../src/kernels/simd/module.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('fast convolution');
const EPSILON = 2 ** -23;

interface Case {
  readonly x: NDArray;
  readonly w: NDArray;
  readonly g: NDArray;
  readonly bias: NDArray;
  readonly size: Pair;
  readonly geometry: Geometry;
  readonly groups: number;
}

function drawn(shape: number[], seed: number): NDArray {
  const rng = random(seed);
  return { data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()), shape };
}

const pair = (min: number, max: number): fc.Arbitrary<Pair> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

/** Convolutions large enough for the fast kernels, of every geometry. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    images: fc.integer({ min: 1, max: 3 }),
    groups: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 4 }),
    filters: fc.integer({ min: 1, max: 9 }),
    kernel: pair(1, 4),
    stride: pair(1, 3),
    dilation: pair(1, 2),
    vertical: pair(0, 3),
    horizontal: pair(0, 3),
    extra: pair(8, 17),
    seed: fc.nat(1000),
  })
  .map(
    ({ images, groups, channels, filters, kernel, stride, dilation, vertical, horizontal, extra, seed }) => {
      const geometry: Geometry = { kernel, stride, dilation, padding: [vertical, horizontal] };
      const size: Pair = [extra[0] + 2 * kernel[0], extra[1] + 2 * kernel[1]];
      const [rows, columns] = outputSize(size, geometry);
      // The fewer numbers a product has, the more filters make it worth while.
      const work = images * groups * channels * kernel[0] * kernel[1] * rows * columns;
      const out = groups * Math.max(filters, Math.ceil(2000 / work));
      return {
        x: drawn([images, groups * channels, ...size], seed),
        w: drawn([out, channels, ...kernel], seed + 1),
        g: drawn([images, out, rows, columns], seed + 2),
        bias: drawn([out], seed + 3),
        size,
        geometry,
        groups,
      };
    },
  );

const absolute = ({ data, shape }: NDArray): NDArray => ({ data: data.map(Math.abs), shape });

/** |fast − reference| ≤ terms · ε · Σ|a||b| for every element. */
function assertWithin(got: NDArray | null, expected: NDArray, bound: NDArray, terms: number): void {
  if (!got) throw new Error('the fast kernel declined');
  if (String(got.shape) !== String(expected.shape))
    throw new Error(`shape ${got.shape}, not ${expected.shape}`);
  for (let i = 0; i < expected.data.length; i++)
    if (!(Math.abs(got.data[i]! - expected.data[i]!) <= terms * EPSILON * bound.data[i]!))
      throw new Error(`element ${i}: ${got.data[i]} against ${expected.data[i]}`);
}

function simdHere(): NonNullable<typeof simd> {
  if (!simd) throw new Error('this machine runs no WebAssembly SIMD, so nothing was compared');
  return simd;
}

test('the output agrees with the reference within rounding, with a bias and without', () =>
  property(cases, ({ x, w, bias, geometry, groups }) => {
    const terms = w.shape.slice(1).reduce((a, b) => a * b, 1) + 2;
    for (const added of [null, bias]) {
      const bound = reference.convolve(absolute(x), absolute(w), geometry, groups, added && absolute(added));
      const expected = reference.convolve(x, w, geometry, groups, added);
      assertWithin(fast.convolve(simdHere(), x, w, geometry, groups, added), expected, bound, terms);
    }
  }));

test('the adjoint in the image agrees with the reference within rounding', () =>
  property(cases, ({ w, g, size, geometry, groups }) => {
    const terms = w.shape[0]! * w.shape[2]! * w.shape[3]! + 2;
    const bound = reference.convolveBack(absolute(g), absolute(w), size, geometry, groups);
    const expected = reference.convolveBack(g, w, size, geometry, groups);
    assertWithin(fast.convolveBack(simdHere(), g, w, size, geometry, groups), expected, bound, terms);
  }));

test('the adjoint in the filters agrees with the reference within rounding', () =>
  property(cases, ({ x, g, geometry, groups }) => {
    const terms = g.shape[0]! * g.shape[2]! * g.shape[3]! + 2;
    const bound = reference.convolveWeight(absolute(x), absolute(g), geometry, groups);
    const expected = reference.convolveWeight(x, g, geometry, groups);
    assertWithin(fast.convolveWeight(simdHere(), x, g, geometry, groups), expected, bound, terms);
  }));

test('float64 and tiny convolutions are left to the reference', () => {
  const geometry: Geometry = {
    kernel: [1, 1],
    stride: [1, 1],
    dilation: [1, 1],
    padding: [
      [0, 0],
      [0, 0],
    ],
  };
  const [x, w] = [drawn([1, 1, 2, 2], 1), drawn([1, 1, 1, 1], 2)];
  if (fast.convolve(simdHere(), x, w, geometry, 1, null)) throw new Error('a tiny convolution was taken');
  const large = drawn([1, 1, 60, 60], 1);
  const exact = { ...large, data: Float64Array.from(large.data) };
  if (!fast.convolve(simdHere(), large, w, geometry, 1, null)) throw new Error('a large one was declined');
  if (fast.convolve(simdHere(), exact, w, geometry, 1, null)) throw new Error('float64 was taken');
});
