/** The products by blocks and by SIMD against the three loops that define them. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { NDArray } from '../../src/base/array.js';
import { random } from '../../src/index.js';
import { matmul as dispatched, relu as dispatchedRelu } from '../../src/kernels/dispatch.js';
import { add } from '../../src/kernels/reference/elementwise.js';
import {
  type Matrix,
  multiply,
  multiplyInBlocks,
  matmul as reference,
} from '../../src/kernels/reference/matmul.js';
import { matmul as fast } from '../../src/kernels/simd/matmul.js';
import { simd } from '../../src/kernels/simd/module.js';
import { assertSame } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';

const test = suite('fast matrix product');
const EPSILON = 2 ** -23;

function drawn(shape: number[], seed: number): NDArray {
  const rng = random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return { data: Float32Array.from({ length: size }, () => rng.normal()), shape };
}

/** The fast result; fails where the fast kernel declines. */
function fastOf(a: NDArray, b: NDArray, ta = false, tb = false): NDArray {
  if (!simd) throw new Error('this machine runs no WebAssembly SIMD, so nothing was compared');
  const y = fast(simd, a, b, ta, tb);
  if (!y) throw new Error('the fast kernel declined');
  return y;
}

/** |fast − reference| ≤ k·ε·Σ|a||b| for every element. */
function assertWithinBound(a: NDArray, b: NDArray, ta: boolean, tb: boolean): void {
  const got = fastOf(a, b, ta, tb);
  const expected = reference(a, b, ta, tb);
  const size = reference({ ...a, data: a.data.map(Math.abs) }, { ...b, data: b.data.map(Math.abs) }, ta, tb);
  const k = a.shape.at(ta ? -2 : -1)!;
  if (String(got.shape) !== String(expected.shape))
    throw new Error(`shape ${got.shape}, not ${expected.shape}`);
  for (let i = 0; i < got.data.length; i++)
    if (!(Math.abs(got.data[i]! - expected.data[i]!) <= (k + 1) * EPSILON * size.data[i]!))
      throw new Error(`element ${i}: ${got.data[i]} against ${expected.data[i]}`);
}

const flags = fc.tuple(fc.boolean(), fc.boolean());

test('agrees with the reference within k·ε·Σ|a||b| for every shape and order of operands', () => {
  const size = fc.integer({ min: 1, max: 40 });
  property(
    fc.tuple(size, fc.integer({ min: 1, max: 70 }), size, flags, fc.nat(1000)),
    ([m, k, n, [ta, tb], seed]) => {
      const [p, q] = [m + 11, n + 11];
      const depth = k + Math.ceil(2000 / (p * q));
      assertWithinBound(
        drawn(ta ? [depth, p] : [p, depth], seed),
        drawn(tb ? [q, depth] : [depth, q], seed + 1),
        ta,
        tb,
      );
    },
  );
});

for (const [m, k, n] of [
  [1, 2000, 1],
  [2000, 1, 1],
  [1, 1, 2000],
  [4, 256, 8],
  [5, 257, 9],
  [3, 513, 7],
  [100, 784, 200],
] as const)
  test(`agrees at the edges of its tiles: ${m} × ${k} × ${n}`, () => {
    for (const ta of [false, true])
      for (const tb of [false, true])
        assertWithinBound(drawn(ta ? [k, m] : [m, k], 1), drawn(tb ? [n, k] : [k, n], 2), ta, tb);
  });

test('adds a bias to every row, with the bits of a sum made afterwards', () => {
  property(
    fc.tuple(
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom(70, 256, 257, 600),
      fc.integer({ min: 30, max: 60 }),
      fc.nat(1000),
    ),
    ([m, k, n, seed]) => {
      const [a, b, bias] = [drawn([m, k], seed), drawn([k, n], seed + 1), drawn([n], seed + 2)];
      const fused = fast(simd!, a, b, false, false, bias);
      if (!fused) throw new Error('the fast kernel declined');
      assertSame(fused.data, add(fastOf(a, b), bias).data);
    },
  );
});

test('very tall products are right, whatever the memory held before', () => {
  const before = new Float32Array(20_000_000).fill(7);
  dispatchedRelu({ data: before, shape: [before.length] });
  for (const rows of [2_200_000, 4_200_000]) {
    const tall = { data: new Float32Array(rows * 2).fill(1), shape: [rows, 2] };
    const { data } = dispatched(tall, { data: new Float32Array(4).fill(1), shape: [2, 2] });
    if (data.some((value) => value !== 2)) throw new Error(`a wrong element among ${rows} rows`);
  }
});

test('multiplies every matrix of a batch, and broadcasts batches', () => {
  assertWithinBound(drawn([3, 12, 20], 1), drawn([3, 20, 12], 2), false, false);
  assertWithinBound(drawn([3, 1, 12, 20], 1), drawn([2, 20, 12], 2), false, false);
  assertWithinBound(drawn([20, 12], 1), drawn([2, 20, 12], 2), true, false);
});

test('NaN and infinities land in the same rows and columns as in the reference', () => {
  const a = drawn([13, 17], 1);
  const b = drawn([17, 19], 2);
  a.data[5 * 17 + 3] = Number.NaN;
  a.data[7 * 17 + 2] = Infinity;
  b.data[4 * 19 + 6] = -Infinity;
  const kind = (value: number): string => (Number.isFinite(value) ? 'finite' : String(value));
  const [got, expected] = [fastOf(a, b), reference(a, b)];
  for (let i = 0; i < got.data.length; i++)
    if (kind(got.data[i]!) !== kind(expected.data[i]!))
      throw new Error(`${i}: ${got.data[i]}, ${expected.data[i]}`);
});

test('subnormal and huge numbers are multiplied like in the reference', () => {
  const a = drawn([9, 16], 1);
  const b = drawn([16, 17], 2);
  for (let i = 0; i < a.data.length; i++) a.data[i]! *= i % 2 ? 1e-40 : 1e18;
  for (let i = 0; i < b.data.length; i++) b.data[i]! *= 1e18;
  assertWithinBound(a, b, false, false);
});

test('a result does not depend on what ran before', () => {
  const [a, b] = [drawn([13, 21], 1), drawn([21, 11], 2)];
  const first = fastOf(a, b).data.slice();
  fastOf(drawn([300, 301], 3), drawn([301, 302], 4));
  assertSame(fastOf(a, b).data, first);
});

test('operands stay as they were', () => {
  const [a, b] = [drawn([13, 21], 1), drawn([21, 11], 2)];
  const before = [a.data.slice(), b.data.slice()] as const;
  fastOf(a, b);
  assertSame(a.data, before[0]);
  assertSame(b.data, before[1]);
});

test('float64 and small products take the reference, bit for bit', () => {
  const wide = { data: Float64Array.from(drawn([30, 30], 1).data), shape: [30, 30] };
  assertSame(dispatched(wide, wide).data, reference(wide, wide).data);
  if (simd && fast(simd, wide, wide, false, false)) throw new Error('float64 went to the float32 kernel');
  const small = drawn([3, 3], 1);
  assertSame(dispatched(small, small).data, reference(small, small).data);
});

test('TAPEGRAD_KERNELS=reference switches the fast kernels off', () => {
  const url = new URL('../../src/kernels/simd/module.ts', import.meta.url).href;
  const run = (kernels: string): string =>
    execFileSync(
      process.execPath,
      [
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        `const { simd } = await import('${url}'); console.log(simd === null)`,
      ],
      {
        env: { ...process.env, TAPEGRAD_KERNELS: kernels },
        encoding: 'utf8',
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
      },
    ).trim();
  if (run('reference') !== 'true') throw new Error('the fast kernels ran anyway');
  if (run('') !== 'false') throw new Error('the fast kernels do not run here');
});

const blocks = suite('matrix product in blocks');

/** Numbers of all sizes, and now and then one that is none. */
function numbers(length: number, seed: number, double: boolean): Float32Array | Float64Array {
  const rng = random(seed);
  const special = [Number.NaN, Infinity, -Infinity, -0, 0, 1e-45, 3.4e38];
  const draw = (): number =>
    rng.integer(40) === 0 ? special[rng.integer(special.length)]! : rng.normal() * 10 ** (rng.integer(9) - 4);
  const values = Array.from({ length }, draw);
  return double ? Float64Array.from(values) : Float32Array.from(values);
}

/** The matrix, and the same numbers stored with rows and columns exchanged. */
function bothWays(rows: number, columns: number, seed: number, double: boolean): [Matrix, Matrix] {
  const data = numbers(rows * columns, seed, double);
  const flipped = data.slice();
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) flipped[j * rows + i] = data[i * columns + j]!;
  return [
    { data, down: columns, across: 1 },
    { data: flipped, down: 1, across: rows },
  ];
}

const upTo = (max: number) => fc.integer({ min: 0, max });

blocks('the blocks give the bits of the three loops, for every shape and in both dtypes', () => {
  property(
    fc.tuple(upTo(9), upTo(12), upTo(13), fc.nat(10_000), fc.boolean()),
    ([m, k, n, seed, double]) => {
      const [a] = bothWays(m, k, seed, double);
      const [b, flipped] = bothWays(k, n, seed + 1, double);
      const y = a.data.constructor === Float64Array ? new Float64Array(m * n) : new Float32Array(m * n);
      const inBlocks = y.slice();
      multiply(a, b, y, m, k, n);
      multiplyInBlocks(a.data, flipped.data, inBlocks, m, k, n);
      assertSame(inBlocks, y);
    },
    300,
  );
});

blocks('the three loops read a transposed operand where it is', () => {
  const y = new Float64Array(4);
  const stored = { data: Float64Array.of(1, 2, 3, 4, 5, 6), down: 1, across: 2 }; // [[1, 3, 5], [2, 4, 6]]
  multiply(stored, { data: Float64Array.of(1, 0, 0, 1, 1, 1), down: 2, across: 1 }, y, 2, 3, 2);
  assertSame(y, [6, 8, 8, 10]);
});

blocks('whichever of them runs, a product has the bits of the three loops', () => {
  const size = fc.integer({ min: 1, max: 14 });
  property(
    fc.tuple(size, size, size, flags, fc.nat(10_000), fc.boolean()),
    ([m, k, n, [ta, tb], seed, double]) => {
      const a = bothWays(m, k, seed, double)[Number(ta)]!;
      const b = bothWays(k, n, seed + 1, double)[Number(tb)]!;
      const y = a.data.slice(0, 0);
      const expected = y instanceof Float64Array ? new Float64Array(m * n) : new Float32Array(m * n);
      multiply(a, b, expected, m, k, n);
      const [p, q] = [
        { data: a.data, shape: ta ? [k, m] : [m, k] },
        { data: b.data, shape: tb ? [n, k] : [k, n] },
      ];
      assertSame(reference(p, q, ta, tb).data, expected);
    },
    300,
  );
});
