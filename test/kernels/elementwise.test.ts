/** The fast elementwise loops, sums and softmax against their reference twins. */

import type { NDArray } from '../../src/base/array.js';
import { type Rng, random } from '../../src/index.js';
import * as dispatched from '../../src/kernels/dispatch.js';
import * as elementwise from '../../src/kernels/reference/elementwise.js';
import * as referenceReduce from '../../src/kernels/reference/reduce.js';
import * as referenceSoftmax from '../../src/kernels/reference/softmax.js';
import {
  type BinaryName,
  binary,
  type CheapName,
  cheap,
  type DearName,
  dear,
  reluGrad,
} from '../../src/kernels/simd/elementwise.js';
import { simd as available, FUNCTIONS, type Simd } from '../../src/kernels/simd/module.js';
import { extreme, softmax, sum } from '../../src/kernels/simd/rows.js';
import { assertSame } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('fast elementwise kernels');

function fast(): Simd {
  if (!available) throw new Error('this machine runs no WebAssembly SIMD, so nothing was compared');
  return available;
}

/** The fast result, which must not decline. */
function taken(result: NDArray | null): NDArray {
  if (!result) throw new Error('the fast kernel declined');
  return result;
}

const SPECIAL = [
  Number.NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-45,
  -1e-45,
  1e-40,
  1.1754943508222875e-38,
  3.4028234663852886e38,
  -3.4e38,
  88.72284,
  -103.97,
  1,
  -1,
  0.5,
  1e-10,
  1e-4,
  15,
  -15,
];

/** Every kind of float32: special values, any bits, and ordinary sizes. */
function assorted(count: number, rng: Rng): Float32Array {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  return Float32Array.from({ length: count }, (_, i) => {
    if (i < SPECIAL.length) return SPECIAL[i]!;
    bits[0] = rng.integer(2 ** 32);
    return i % 2 ? float[0]! : rng.normal() * 10 ** (rng.integer(6) - 3);
  });
}

/** Distance in units in the last place; 0 for two NaN, infinite for one. */
function ulps(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity;
  const [i, j] = new Int32Array(Float32Array.of(a, b).buffer);
  const order = (bits: number): number => (bits < 0 ? -2147483648 - bits : bits);
  return Math.abs(order(i!) - order(j!));
}

function assertUlps(got: NDArray, expected: NDArray, most: number, of: ArrayLike<number>): void {
  for (let i = 0; i < expected.data.length; i++)
    if (ulps(got.data[i]!, expected.data[i]!) > most)
      throw new Error(`f(${of[i]}) is ${got.data[i]}, the reference says ${expected.data[i]}`);
}

const drawnRange = fc.tuple(fc.integer({ min: 256, max: 300 }), fc.nat(10_000));

/** Compares over assorted values, at many sizes and at one large one. */
function overTheWholeRange(compare: (x: NDArray) => void): void {
  property(drawnRange, ([count, seed]) => compare({ data: assorted(count, random(seed)), shape: [count] }));
  compare({ data: assorted(200_000, random(1)), shape: [200_000] });
}

for (const name of ['relu', 'sqrt', 'square'] as CheapName[])
  test(`${name} is the same bit for bit over the whole range, at any size`, () =>
    overTheWholeRange((x) => assertUlps(taken(cheap(fast(), name, x)), elementwise[name](x), 0, x.data)));

for (const name of Object.keys(FUNCTIONS) as DearName[])
  test(`${name} is within the last bit of the reference over the whole range, at any size`, () =>
    overTheWholeRange((x) => assertUlps(taken(dear(fast(), name, x)), elementwise[name](x), 1, x.data)));

test('exp, log, tanh, sigmoid, erf and normalCdf are exact at their special values', () => {
  const x = Float32Array.from({ length: 256 }, () => 0);
  x.set([Number.NaN, Infinity, -Infinity, 0, -0, 1]);
  const values = (name: DearName): number[] =>
    Array.from(taken(dear(fast(), name, { data: x, shape: [256] })).data.slice(0, 6));
  assertSame(values('exp').slice(0, 5), [Number.NaN, Infinity, 0, 1, 1]);
  assertSame(values('log'), [Number.NaN, Infinity, Number.NaN, -Infinity, -Infinity, 0]);
  assertSame(values('tanh').slice(0, 5), [Number.NaN, 1, -1, 0, -0]);
  assertSame(values('sigmoid').slice(0, 5), [Number.NaN, 1, 0, 0.5, 0.5]);
  assertSame(values('erf').slice(0, 5), [Number.NaN, 1, -1, 0, -0]);
  assertSame(values('normalCdf').slice(0, 5), [Number.NaN, 1, 0, 0.5, 0.5]);
});

const shapes = fc.constantFrom<[number[], number[]]>(
  [[300], [300]],
  [[300], []],
  [[300], [1]],
  [[30, 11], [11]],
  [
    [30, 11],
    [1, 11],
  ],
  [
    [7, 5, 9],
    [5, 9],
  ],
  [[100, 3], [3]],
  [[64, 4], [4]],
  [[1, 300], [300]],
);

for (const name of ['add', 'sub', 'mul', 'div'] as BinaryName[])
  test(`${name} is the same bit for bit, broadcast or not, in either order`, () => {
    property(fc.tuple(shapes, fc.nat(10_000)), ([[p, q], seed]) => {
      const make = (shape: number[], salt: number): NDArray => ({
        data: assorted(
          shape.reduce((a, b) => a * b, 1),
          random(seed + salt),
        ),
        shape,
      });
      const [a, b] = [make(p, 0), make(q, 1)];
      const expected = elementwise[name](a, b);
      const got = taken(binary(fast(), name, a, b));
      assertUlps(got, expected, 0, a.data);
      if (String(got.shape) !== String(expected.shape))
        throw new Error(`shape ${got.shape}, not ${expected.shape}`);
      const other = dispatched[name](b, a);
      assertUlps(other, elementwise[name](b, a), 0, a.data);
    });
  });

test('broadcasts that are no plain repetition are left to the reference', () => {
  const column = { data: new Float32Array(300).fill(2), shape: [300, 1] };
  const whole = { data: new Float32Array(900).fill(3), shape: [300, 3] };
  if (binary(fast(), 'add', whole, column)) throw new Error('a column was repeated like a row');
  assertSame(dispatched.add(whole, column).data, new Float32Array(900).fill(5));
});

test('reluGrad is the same bit for bit', () => {
  property(fc.tuple(fc.integer({ min: 256, max: 300 }), fc.nat(10_000)), ([count, seed]) => {
    const [g, y] = [0, 1].map((salt) => ({ data: assorted(count, random(seed + salt)), shape: [count] }));
    assertUlps(taken(reluGrad(fast(), g!, y!)), elementwise.reluGrad(g!, y!), 0, y!.data);
  });
});

test('sums over first, last and all axes agree to the last bit but one', () => {
  property(
    fc.tuple(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 64, max: 80 }), fc.nat(10_000)),
    ([n, m, seed]) => {
      const rng = random(seed);
      const x = { data: Float32Array.from({ length: n * m }, () => rng.normal()), shape: [n, m] };
      for (const axes of [[0], [1], [0, 1]]) {
        const [got, expected] = [taken(sum(fast(), x, axes, false)), referenceReduce.sum(x, axes, false)];
        if (String(got.shape) !== String(expected.shape))
          throw new Error(`shape ${got.shape}, not ${expected.shape}`);
        assertUlps(got, expected, 1, got.data);
      }
    },
  );
});

test('extremes over first, last and all axes are the same bit for bit, NaN and −0 included', () => {
  property(
    fc.tuple(fc.integer({ min: 8, max: 40 }), fc.integer({ min: 64, max: 80 }), fc.nat(10_000)),
    ([n, m, seed]) => {
      const data = assorted(n * m, random(seed));
      if (seed % 2) for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) data[i] = -0;
      const x = { data, shape: [n, m] };
      for (const which of ['max', 'min'] as const)
        for (const axes of [[0], [1], [0, 1]]) {
          const expected = referenceReduce[which](x, axes, true);
          const got = taken(extreme(fast(), which, x, axes, true));
          assertSame(got.shape, expected.shape);
          assertSame(got.data, expected.data);
        }
    },
  );
});

test('a NaN or an infinity reaches the sums it belongs to and no other', () => {
  const x = { data: new Float32Array(20 * 30).fill(1), shape: [20, 30] };
  x.data[3 * 30 + 7] = Number.NaN;
  x.data[5 * 30 + 9] = Infinity;
  for (const axes of [[0], [1]])
    assertSame(taken(sum(fast(), x, axes, false)).data, referenceReduce.sum(x, axes, false).data);
});

test('softmax and its logarithm of rows agree within 2 ulp of the row maximum, at any width and at extremes', () => {
  property(
    fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(10_000), fc.constantFrom(1, 30, 1000)),
    ([width, seed, scale]) => {
      const rng = random(seed);
      const rows = Math.ceil(512 / width);
      const x = {
        data: Float32Array.from({ length: rows * width }, () => rng.normal() * scale),
        shape: [rows, width],
      };
      for (const name of ['softmaxRows', 'logSoftmaxRows'] as const) {
        const [got, expected] = [taken(softmax(fast(), name, x)), referenceSoftmax[name](x)];
        for (let i = 0; i < got.data.length; i++)
          if (
            !(
              Math.abs(got.data[i]! - expected.data[i]!) <=
              2 ** -22 * Math.max(1, Math.abs(expected.data[i]!))
            )
          )
            throw new Error(`${name}: ${got.data[i]} against ${expected.data[i]}`);
      }
    },
  );
});

test('results never share memory: a later call leaves an earlier result alone', () => {
  const x = { data: new Float32Array(300).fill(2), shape: [300] };
  const first = taken(cheap(fast(), 'square', x));
  taken(dear(fast(), 'exp', x));
  assertSame(first.data, new Float32Array(300).fill(4));
  assertSame(x.data, new Float32Array(300).fill(2));
});
