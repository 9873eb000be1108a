/** The fast elementwise loops, sums and softmax against their reference twins. */

import { throws } from 'uvu/assert';
import type { NDArray } from '../../src/base/array.js';
import { type Rng, random } from '../../src/index.js';
import * as dispatched from '../../src/kernels/dispatch.js';
import * as elementwise from '../../src/kernels/reference/elementwise.js';
import * as referenceReduce from '../../src/kernels/reference/reduce.js';
import * as referenceSoftmax from '../../src/kernels/reference/softmax.js';
import {
  binary,
  type CheapName,
  cheap,
  type DearName,
  dear,
  grad,
  PIECE,
  reluGrad,
  type ShapedName,
  shaped,
  where,
} from '../../src/kernels/simd/elementwise.js';
import { FUNCTIONS, type Simd } from '../../src/kernels/simd/exports.js';
import { simd as available } from '../../src/kernels/simd/module.js';
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
  if (a === b) return 0;
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

for (const name of ['abs', 'neg', 'reciprocal', 'relu', 'sqrt', 'square'] as CheapName[])
  test(`${name} is the same bit for bit over the whole range, at any size`, () =>
    overTheWholeRange((x) => assertUlps(taken(cheap(fast(), name, x)), elementwise[name](x), 0, x.data)));

/** What each is told, and by how much the twins may differ. */
const SHAPED: Record<ShapedName, readonly (readonly [p: number, q: number, most: number])[]> = {
  clip: [
    [-1, 1, 0],
    [-0.1, 1e-3, 0],
    [0, Infinity, 0],
    [2, 2, 0],
  ],
  elu: [
    [1, 1, 1],
    [1.6732632423543772, 1.0507009873554805, 1],
    [0.3, 1, 1],
  ],
  eluSlope: [
    [1, 1, 1],
    [1.7580993408473766, 1.0507009873554805, 1],
    [0.3, 0, 1],
  ],
  leakyRelu: [
    [0.01, 0, 0],
    [-3, 0, 0],
    [0, 0, 0],
  ],
};

for (const name of Object.keys(SHAPED) as ShapedName[])
  test(`${name} agrees with the reference over the whole range, whatever it is told`, () => {
    for (const [p, q, most] of SHAPED[name]) {
      const x = { data: assorted(20_000, random(1)), shape: [20_000] };
      assertUlps(taken(shaped(fast(), name, x, p, q)), elementwise[name](x, p, q), most, x.data);
    }
  });

for (const name of Object.keys(FUNCTIONS) as DearName[])
  test(`${name} is within the last bit of the reference over the whole range, at any size`, () =>
    overTheWholeRange((x) => assertUlps(taken(dear(fast(), name, x)), elementwise[name](x), 1, x.data)));

const SLOPES = (Object.keys(FUNCTIONS) as DearName[]).filter((name) => name.endsWith('Slope'));

for (const name of SLOPES)
  test(`a number times ${name} has the bits of the product of the two, at any size`, () =>
    overTheWholeRange((x) => {
      const g = { data: x.data.slice().reverse(), shape: x.shape };
      const expected = elementwise.mul(g, taken(dear(fast(), name, x)));
      assertUlps(taken(grad(fast(), name, g, x)), expected, 0, x.data);
    }));

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

/** Shapes that broadcast, so that the result has at least 256 elements: in whole, in rows, in columns, in the middle, both ways. */
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
  [
    [30, 11],
    [30, 1],
  ],
  [
    [6, 8, 7],
    [8, 1],
  ],
  [
    [6, 8, 7],
    [1, 8, 1],
  ],
  [
    [6, 8, 7],
    [6, 1, 7],
  ],
  [[30, 1], [11]],
  [
    [5, 1, 9],
    [7, 1],
  ],
);

const COMPARISONS = ['greater', 'greaterEqual', 'less', 'lessEqual', 'equal', 'notEqual'] as const;

type Binary = (a: NDArray, b: NDArray) => NDArray;

/** Every kernel of two arrays, with its reference. */
const BINARY: Record<Parameters<typeof binary>[1], Binary> = {
  ...pick('add', 'sub', 'mul', 'div', 'maximum', 'minimum'),
  ...(Object.fromEntries(
    COMPARISONS.map((name): [string, Binary] => [name, (a, b) => elementwise.compare(name, a, b)]),
  ) as Record<(typeof COMPARISONS)[number], Binary>),
};

function pick<N extends 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum'>(
  ...names: N[]
): Record<N, Binary> {
  return Object.fromEntries(names.map((name) => [name, elementwise[name]])) as Record<N, Binary>;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Assorted numbers of a shape; small whole numbers among them, so that some are equal. */
function drawn(shape: readonly number[], seed: number): NDArray {
  const rng = random(seed);
  const data = assorted(sizeOf(shape), rng);
  for (let i = 0; i < data.length; i += 3) data[i] = rng.integer(3);
  return { data, shape };
}

for (const [name, reference] of Object.entries(BINARY) as [keyof typeof BINARY, Binary][])
  test(`${name} is the same bit for bit, however the operands broadcast, in either order`, () => {
    property(fc.tuple(shapes, fc.nat(10_000)), ([[p, q], seed]) => {
      const [a, b] = [drawn(p, seed), drawn(q, seed + 1)];
      for (const [left, right] of [
        [a, b],
        [b, a],
      ] as const) {
        const [got, expected] = [taken(binary(fast(), name, left, right)), reference(left, right)];
        assertUlps(got, expected, 0, left.data);
        assertSame(got.shape, expected.shape);
      }
    });
  });

/** Second operands whose numbers are used in another way in each piece of a long first one. */
const LONG: readonly [number[], number[]][] = [
  [[2 * PIECE + 5], [2 * PIECE + 5]],
  [[2 * PIECE + 5], []],
  // Longer than the memory of the kernels, which a piece must not leave.
  [[1_200_000], []],
  [[700, 60], [60]],
  [
    [700, 60],
    [700, 1],
  ],
  [[3, PIECE + 1], [PIECE + 1]],
  [
    [3, PIECE + 1],
    [3, 1],
  ],
  [
    [5, 100, 90],
    [100, 1],
  ],
  [
    [3, 5, 7000],
    [5, 1],
  ],
];

test('arrays that are computed in several pieces have the same bits', () => {
  for (const [i, [p, q]] of LONG.entries()) {
    const [a, b] = [drawn(p, i), drawn(q, i + 100)];
    for (const [left, right] of [
      [a, b],
      [b, a],
    ] as const)
      assertUlps(taken(binary(fast(), 'sub', left, right)), elementwise.sub(left, right), 0, left.data);
    const mask = BINARY.less(a, b);
    for (const [left, right] of [
      [a, b],
      [b, a],
    ] as const)
      assertUlps(taken(where(fast(), mask, left, right)), elementwise.where(mask, left, right), 0, left.data);
    assertUlps(taken(reluGrad(fast(), mask, a)), elementwise.reluGrad(mask, a), 0, a.data);
    assertUlps(taken(cheap(fast(), 'neg', a)), elementwise.neg(a), 0, a.data);
  }
});

test('where is the same bit for bit, however the operands broadcast', () => {
  const three = fc.constantFrom<[number[], number[], number[]]>(
    [[300], [300], [300]],
    [[300], [], [300]],
    [[300], [1], []],
    [[30, 1], [11], [30, 11]],
    [[], [30, 11], [11]],
  );
  property(fc.tuple(three, fc.nat(10_000)), ([[p, q, r], seed]) => {
    const [c, a, b] = [drawn(p, seed), drawn(q, seed + 1), drawn(r, seed + 2)];
    for (let i = 0; i < c.data.length; i += 2) c.data[i] = i % 4 ? 0 : -0;
    const [got, expected] = [taken(where(fast(), c, a, b)), elementwise.where(c, a, b)];
    assertUlps(got, expected, 0, c.data);
    assertSame(got.shape, expected.shape);
  });
});

test('shapes that do not broadcast are refused by the name of the op', () => {
  const [a, b] = [drawn([300], 0), drawn([200], 1)];
  for (const call of [() => dispatched.sub(a, b), () => dispatched.compare('less', a, b)])
    throws(call, /^(sub|less): cannot broadcast \[300\] with \[200\]/);
  throws(() => dispatched.where(a, b, b), /^where: cannot broadcast/);
});

test('reluGrad is the same bit for bit', () => {
  property(fc.tuple(fc.integer({ min: 256, max: 300 }), fc.nat(10_000)), ([count, seed]) => {
    const [g, y] = [0, 1].map((salt) => ({ data: assorted(count, random(seed + salt)), shape: [count] }));
    assertUlps(taken(reluGrad(fast(), g!, y!)), elementwise.reluGrad(g!, y!), 0, y!.data);
  });
});

/** Shapes and the axes summed: first, last, in the middle, first and last, in turns; with rows longer than a piece. */
const SUMS: readonly [shape: number[], axes: number[]][] = [
  [[20, 70], [0]],
  [[20, 70], [1]],
  [
    [20, 70],
    [0, 1],
  ],
  [[1, 600, 1], [1]],
  [[6, 40, 30], [1]],
  [
    [6, 40, 30],
    [0, 2],
  ],
  [
    [3, 4, 40, 30],
    [1, 3],
  ],
  [
    [3, 1, 40, 30],
    [0, 1],
  ],
  [
    [3, 40, 2, 30],
    [0, 3],
  ],
  [[3, PIECE + 3], [0]],
  [[3, PIECE + 3], [1]],
  [[PIECE + 3, 3], [0]],
  [[PIECE + 3, 3], [1]],
];

test('sums agree to the last bit but one, whichever axes are summed', () => {
  property(
    fc.tuple(fc.constantFrom(...SUMS), fc.boolean(), fc.nat(10_000)),
    ([[shape, axes], keepdims, seed]) => {
      const rng = random(seed);
      const x = { data: Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()), shape };
      const [got, expected] = [taken(sum(fast(), x, axes, keepdims)), referenceReduce.sum(x, axes, keepdims)];
      assertSame(got.shape, expected.shape);
      assertUlps(got, expected, 1, got.data);
    },
  );
});

test('axes that are summed in turns, beginning with the first, are left to the reference', () => {
  const x = { data: new Float32Array(5 * 6 * 7 * 8).fill(0.5), shape: [5, 6, 7, 8] };
  if (sum(fast(), x, [0, 2], false)) throw new Error('these axes were taken for others');
  assertSame(dispatched.sum(x, [0, 2]).data, new Float32Array(6 * 8).fill(17.5));
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
