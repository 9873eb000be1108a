/** Standardised rows in WebAssembly against their reference twins. */
import * as assert from 'uvu/assert';
import type { NDArray } from '../../src/base/array.js';
import { random } from '../../src/index.js';
import * as reference from '../../src/kernels/reference/standardise.js';
import { PIECE } from '../../src/kernels/simd/elementwise.js';
import type { Simd } from '../../src/kernels/simd/exports.js';
import { simd as available } from '../../src/kernels/simd/module.js';
import * as fast from '../../src/kernels/simd/standardise.js';
import { assertClose, assertSame } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('standardised rows');

function simd(): Simd {
  if (!available) throw new Error('this machine runs no WebAssembly SIMD, so nothing was compared');
  return available;
}

/** Numbers around `middle`, of all sizes. */
function drawn(shape: readonly number[], seed: number, middle = 0): NDArray {
  const rng = random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float32Array.from({ length: size }, () => middle + rng.normal() * 10 ** (rng.integer(4) - 2));
  return { data, shape };
}

/** The last bit of float32, and what is left of 53 bits where a difference cancels. */
const LAST_BIT = { relative: 1.2e-7, absolute: 1e-9 };

function assertAlike(got: NDArray | null, expected: NDArray): void {
  if (!got) throw new Error('the fast kernel declined');
  assertSame(got.shape, expected.shape);
  assertClose(got.data, expected.data, LAST_BIT);
}

/** All three kernels against their twins, of rows along these axes. */
function compare(shape: readonly number[], axes: readonly number[], seed: number, middle: number): void {
  const [x, g] = [drawn(shape, seed, middle), drawn(shape, seed + 1)];
  for (const centred of [true, false])
    for (const eps of [0, 1e-5]) {
      const standard = { axes, centred, eps };
      const y = reference.standardise(x, standard);
      assertAlike(fast.standardise(simd(), x, standard), y);
      assertAlike(fast.deviation(simd(), x, standard), reference.deviation(x, standard));
      assertAlike(fast.project(simd(), g, y, standard), reference.project(g, y, standard));
    }
}

/** Layers, groups, instances; and batches of images, whose rows lie in several runs. */
const layouts = fc.oneof(
  fc
    .tuple(fc.integer({ min: 60, max: 70 }), fc.integer({ min: 9, max: 40 }))
    .map(([rows, width]) => ({ shape: [rows, width], axes: [1] })),
  fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 512, max: 530 }))
    .map(([n, groups, width]) => ({ shape: [n, groups, width], axes: [2] })),
  fc
    .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 4 }), fc.integer({ min: 16, max: 18 }))
    .map(([n, channels, side]) => ({ shape: [n, channels, side, side], axes: [0, 2, 3] })),
);

test('agree with the reference to the last bit, however the rows lie', () =>
  property(fc.tuple(layouts, fc.nat(10_000), fc.constantFrom(0, 3, 1e4)), ([{ shape, axes }, seed, middle]) =>
    compare(shape, axes, seed, middle),
  ));

test('agree in several pieces, and for rows longer than a piece', () => {
  compare([3 * Math.floor(PIECE / 100) + 5, 100], [1], 1, 0);
  compare([3, PIECE + 7], [1], 2, 5);
  compare([3, 2, PIECE], [0, 2], 3, 0);
});

test('rows of equal numbers give exactly 0, and 0 / 0 without an eps', () => {
  const x = { data: new Float32Array(8 * 99).fill(0.1), shape: [8, 99] };
  const at = (eps: number) => fast.standardise(simd(), x, { axes: [1], centred: true, eps })!.data;
  assert.ok(at(1e-5).every((value) => Object.is(value, 0)));
  assert.ok(at(0).every(Number.isNaN));
  const sizes = fast.deviation(simd(), x, { axes: [1], centred: true, eps: 0 })!.data;
  assert.equal([...sizes], new Array(8).fill(0));
});

test('NaN and infinite numbers spoil their own row alone, as in the reference', () => {
  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    const x = drawn([20, 33], 7);
    // The first number of a row, one in a vector, and the last, which is computed alone.
    for (const [row, place] of [0, 5, 32].entries()) x.data[(5 + row) * 33 + place] = bad;
    const y = reference.standardise(drawn([20, 33], 8), { axes: [1], centred: true, eps: 1e-5 });
    for (const centred of [true, false]) {
      const standard = { axes: [1], centred, eps: 1e-5 };
      assertAlike(fast.standardise(simd(), x, standard), reference.standardise(x, standard));
      assertAlike(fast.deviation(simd(), x, standard), reference.deviation(x, standard));
      assertAlike(fast.project(simd(), x, y, standard), reference.project(x, y, standard));
    }
  }
});

test('float64, few numbers, columns and scattered rows are left to the reference', () => {
  const standard = (...axes: number[]) => ({ axes, centred: true, eps: 1e-5 });
  const wide = { data: new Float64Array(1000).fill(1), shape: [10, 100] };
  assert.is(fast.standardise(simd(), wide, standard(1)), null);
  assert.is(fast.project(simd(), drawn([10, 100], 1), wide, standard(1)), null);
  assert.is(fast.standardise(simd(), drawn([10, 10], 1), standard(1)), null);
  assert.is(fast.standardise(simd(), drawn([100, 10], 1), standard(0)), null);
  assert.is(fast.standardise(simd(), drawn([4, 32, 5, 5], 1), standard(0, 2, 3)), null);
  assert.is(fast.deviation(simd(), drawn([6, 10, 8, 64], 1), standard(1, 3)), null);
});
