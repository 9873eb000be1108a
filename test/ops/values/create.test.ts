import * as assert from 'uvu/assert';
import {
  ArgumentError,
  arange,
  astype,
  type Dtype,
  eye,
  full,
  getDefaultDtype,
  linspace,
  ones,
  type Rng,
  rand,
  randint,
  randn,
  random,
  ShapeError,
  type Tensor,
  type TensorData,
  type TensorOptions,
  tensor,
  withDefaultDtype,
  zeros,
} from '../../../src/index.js';
import { assertClose, assertSame, assertThrows } from '../../support/close.js';
import { fc, property } from '../../support/property.js';
import { suite } from '../../support/suite.js';
import { tensors } from './loops.js';

const test = suite('create');

test('nested arrays of any depth become a tensor of that shape, in row-major order', () => {
  assert.equal(tensor(5).shape, []);
  assert.equal(tensor([1, 2]).shape, [2]);
  const cube = tensor([
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ]);
  assert.equal(cube.shape, [1, 2, 3]);
  assertSame(cube.data, [1, 2, 3, 4, 5, 6]);
  assert.equal(tensor([]).shape, [0]);
  assert.equal(tensor([[], []]).shape, [2, 0]);
});

test('toArray and tensor undo each other', () => {
  property(tensors(0, 4, 1), (x) => {
    const again = tensor(x.toArray(), { dtype: 'float64' });
    assert.equal(again.shape, x.shape);
    assertSame(again.data, x.data);
  });
});

test('whole numbers become floats, in float32 unless asked otherwise', () => {
  const x = tensor([1, 2]);
  assert.is(x.dtype, 'float32');
  assert.is(x.data.constructor, Float32Array);
  assert.is(x.div(4).data[0], 0.25);
  assert.is(tensor(0.1).item(), Math.fround(0.1));
  const precise = tensor(0.1, { dtype: 'float64' });
  assert.is(precise.dtype, 'float64');
  assert.is(precise.item(), 0.1);
});

test('ragged arrays are refused, naming the axis and what it met', () => {
  const ragged = (data: unknown, ...parts: string[]): void => {
    const error = assertThrows(
      () => tensor(data as TensorData),
      'tensor: the nested arrays are ragged',
      ...parts,
    );
    assert.instance(error, ShapeError);
  };
  ragged([[1, 2], [3]], 'axis 1 of [2, 2] meets an array of 1');
  ragged([[1], [2, 3]], 'axis 1 of [2, 1] meets an array of 2');
  ragged([[1, 2], 3], 'axis 1 of [2, 2] meets a number');
  ragged([1, [2]], 'meets an array of 1');
  ragged([[], [1]], 'axis 1 of [2, 0] meets an array of 1');
  ragged([[1, 2], [3], [4, 5, 6]], 'axis 1 of [3, 2]');
});

test('anything that is no number is refused by name', () => {
  const refused = (data: unknown, part: string): void => {
    assert.instance(
      assertThrows(() => tensor(data as TensorData), part),
      ArgumentError,
    );
  };
  refused([1, null], 'tensor: found null among the numbers');
  refused([1, '2'], 'tensor: found string 2 among the numbers');
  refused([[1], [undefined]], 'tensor: found undefined among the numbers');
  refused('abc', 'tensor: found string abc');
  refused(undefined, 'tensor: found undefined');
  refused([true], 'tensor: found boolean true');
  refused({}, 'tensor: found object');
});

test('float arrays keep their dtype; arrays of integers ask for one', () => {
  assert.is(tensor(Float32Array.of(1)).dtype, 'float32');
  assert.is(tensor(Float64Array.of(0.1)).item(), 0.1);
  assert.is(tensor(Float64Array.of(0.1), { dtype: 'float32' }).item(), Math.fround(0.1));
  assert.is(tensor(Float32Array.of(0.5), { dtype: 'float64' }).dtype, 'float64');
  assertThrows(
    () => tensor(Int32Array.of(1)),
    'tensor: Int32Array holds integers',
    "pass { dtype: 'float32' }",
  );
  assertThrows(() => tensor(Uint8Array.of(1)), 'tensor: Uint8Array holds integers');
  assertThrows(
    () => tensor(BigInt64Array.of(1n) as unknown as Int32Array, { dtype: 'float64' }),
    'tensor: BigInt64Array does not hold plain numbers; copy them into a Float32Array first',
  );
  assertThrows(
    () => tensor(new DataView(new ArrayBuffer(8)) as unknown as Int32Array, { dtype: 'float64' }),
    'tensor: DataView does not hold plain numbers',
  );
  assert.equal(tensor(Int32Array.of(-1, 7), { dtype: 'float32' }).toArray(), [-1, 7]);
  assert.equal(tensor(Uint8Array.of(255), { dtype: 'float64' }).toArray(), [255]);
});

test('the data are copied, from typed arrays and tensors too', () => {
  const source = Float32Array.of(1, 2);
  const x = tensor(source);
  source[0] = 9;
  assert.equal(x.toArray(), [1, 2]);
  const y = tensor(x, { requiresGrad: true });
  x.assign([5, 6]);
  assert.equal(y.toArray(), [1, 2]);
  assert.ok(y.isLeaf && y.requiresGrad);
  const computed = tensor(y.mul(2));
  assert.not.ok(computed.requiresGrad, 'a copy is detached');
  assert.is(tensor(tensor(0.1, { dtype: 'float64' })).dtype, 'float64');
});

test('NaN, −0, infinities and the smallest numbers arrive as they are', () => {
  const special = [Number.NaN, -0, Infinity, -Infinity, 2 ** -149];
  assertSame(tensor(special).data, special);
  assertSame(tensor([Number.MIN_VALUE], { dtype: 'float64' }).data, [Number.MIN_VALUE]);
});

test('a shape arranges the elements, and must hold exactly them', () => {
  assert.equal(tensor([1, 2, 3, 4], { shape: [2, 2] }).toArray(), [
    [1, 2],
    [3, 4],
  ]);
  assert.equal(tensor(new Float32Array(0), { shape: [0, 3] }).shape, [0, 3]);
  assert.equal(tensor(7, { shape: [1, 1] }).toArray(), [[7]]);
  const error = assertThrows(
    () => tensor([1, 2, 3], { shape: [2, 2] }),
    'tensor: 3 elements do not fill the shape [2, 2], which holds 4',
  );
  assert.instance(error, ShapeError);
  assertThrows(
    () => tensor([1], { shape: [-1] }),
    'tensor: a shape is a list of whole numbers ≥ 0, got [-1]',
  );
  assertThrows(() => tensor([1], { shape: [0.5, 2] }), 'tensor: a shape is a list of whole numbers ≥ 0');
});

/** Everything that makes a tensor, with its options last. */
const MAKERS: Record<string, (options?: TensorOptions) => Tensor> = {
  tensor: (options) => tensor([1, 2], options),
  full: (options) => full([2], 3, options),
  zeros: (options) => zeros([2], options),
  ones: (options) => ones([2], options),
  eye: (options) => eye(2, 2, options),
  arange: (options) => arange(0, 2, 1, options),
  linspace: (options) => linspace(0, 1, 2, options),
  randn: (options) => randn([2], random(1), options),
  rand: (options) => rand([2], random(1), options),
  randint: (options) => randint(0, 5, [2], random(1), options),
};

test('every maker takes dtype and requiresGrad, and follows the default dtype', () => {
  for (const [name, make] of Object.entries(MAKERS)) {
    assert.equal([make().dtype, make().requiresGrad, make().isLeaf], ['float32', false, true], name);
    assert.is(make({ dtype: 'float64' }).dtype, 'float64', name);
    assert.ok(make({ requiresGrad: true }).requiresGrad, name);
    assert.is(withDefaultDtype('float64', () => make()).dtype, 'float64', name);
    assert.is(withDefaultDtype('float64', () => make({ dtype: 'float32' })).dtype, 'float32', name);
    assertThrows(
      () => make({ dtype: 'int32' as Dtype }),
      `${name}: unknown dtype int32`,
      "'float32' or 'float64'",
    );
  }
});

test('withDefaultDtype restores the dtype, also after an error, nests, and refuses promises', () => {
  assert.is(getDefaultDtype(), 'float32');
  const inner = withDefaultDtype('float64', () => {
    const nested = withDefaultDtype('float32', getDefaultDtype);
    return [getDefaultDtype(), nested];
  });
  assert.equal(inner, ['float64', 'float32']);
  assertThrows(() => withDefaultDtype('float64', () => assert.unreachable('planted')), 'planted');
  assertThrows(
    () => withDefaultDtype('float64', async () => 1),
    'withDefaultDtype: the function returned a promise',
  );
  assertThrows(() => withDefaultDtype('half' as Dtype, () => 1), 'withDefaultDtype: unknown dtype half');
  assert.is(getDefaultDtype(), 'float32');
});

test('astype converts, and refuses what is no dtype', () => {
  const x = tensor([0.1], { dtype: 'float64' });
  assert.is(astype(x, 'float32').item(), Math.fround(0.1));
  assert.is(x.astype('float64'), x);
  assertThrows(() => astype(x, 'int8' as Dtype), 'astype: unknown dtype int8');
});

test('zeros, ones, full and eye', () => {
  assert.equal(zeros([2, 1]).toArray(), [[0], [0]]);
  assert.equal(ones([2]).toArray(), [1, 1]);
  assert.is(ones([]).item(), 1);
  assert.equal(full([1, 2], -0.5).toArray(), [[-0.5, -0.5]]);
  assertSame(full([1], Number.NaN).data, [Number.NaN]);
  assert.equal(zeros([0, 3]).shape, [0, 3]);
  assert.equal(eye(2).toArray(), [
    [1, 0],
    [0, 1],
  ]);
  assert.equal(eye(2, 3).toArray(), [
    [1, 0, 0],
    [0, 1, 0],
  ]);
  assert.equal(eye(3, 1).toArray(), [[1], [0], [0]]);
  assert.equal(eye(0).shape, [0, 0]);
});

test('shapes that are none are refused by the function that was called', () => {
  const shapes: [unknown, string][] = [
    [[-1], 'got [-1]'],
    [[1.5], 'got [1.5]'],
    [[Number.NaN], 'got [NaN]'],
    [3, 'such as [2, 3], got 3'],
  ];
  const makers: Record<string, (shape: number[]) => Tensor> = {
    zeros,
    ones,
    full: (shape) => full(shape, 1),
    randn: (shape) => randn(shape, random(1)),
    rand: (shape) => rand(shape, random(1)),
    randint: (shape) => randint(0, 2, shape, random(1)),
  };
  for (const [name, make] of Object.entries(makers))
    for (const [shape, part] of shapes)
      assertThrows(() => make(shape as number[]), `${name}: a shape is a list of whole numbers ≥ 0`, part);
  assertThrows(() => eye(-1), 'eye: a shape is a list');
  assertThrows(() => linspace(0, 1, 2.5), 'linspace: expected how many numbers');
  assertThrows(() => full([1], '2' as unknown as number), 'full: expected a number, got a string');
});

test('arange includes its start and stops before its end, forwards and backwards', () => {
  assert.equal(arange(4).toArray(), [0, 1, 2, 3]);
  assert.equal(arange(1, 4).toArray(), [1, 2, 3]);
  assert.equal(arange(1, 8, 3).toArray(), [1, 4, 7]);
  assert.equal(arange(1, 7, 3).toArray(), [1, 4]);
  assert.equal(arange(3, 0, -1).toArray(), [3, 2, 1]);
  assert.equal(arange(0, 1, 0.25).toArray(), [0, 0.25, 0.5, 0.75]);
  assert.equal(arange(2.5).toArray(), [0, 1, 2]);
  for (const empty of [arange(0), arange(3, 3), arange(3, 0), arange(0, 3, -1), arange(-2)])
    assert.equal(empty.shape, [0]);
  const bounds = fc.tuple(
    fc.integer({ min: -20, max: 20 }),
    fc.integer({ min: -20, max: 20 }),
    fc.constantFrom(-3, -1, 1, 2, 7),
  );
  property(bounds, ([start, stop, step]) => {
    const expected: number[] = [];
    for (let i = start; step > 0 ? i < stop : i > stop; i += step) expected.push(i);
    assert.equal(arange(start, stop, step).toArray(), expected);
  });
});

test('arange does not add up rounding errors: element i is start + i · step', () => {
  const x = arange(0, 100, 0.1, { dtype: 'float64' });
  assert.is(x.size, 1000);
  assert.is(x.data[999], 999 * 0.1);
});

test('arange refuses a step of 0 and numbers that are not finite', () => {
  assertThrows(
    () => arange(0, 3, 0),
    'arange: expected finite numbers and a step that is not 0, got 0, 3, 0',
  );
  assertThrows(() => arange(Infinity), 'arange: expected finite numbers', 'got 0, Infinity, 1');
  assertThrows(() => arange(0, Number.NaN), 'arange: expected finite numbers');
});

test('linspace has both ends exactly, and equal steps between them', () => {
  assert.equal(linspace(0, 1, 5).toArray(), [0, 0.25, 0.5, 0.75, 1]);
  assert.equal(linspace(1, -1, 3).toArray(), [1, 0, -1]);
  assert.equal(linspace(2, 5, 1).toArray(), [2]);
  assert.equal(linspace(2, 5, 0).shape, [0]);
  assert.equal(linspace(2, 2, 3).toArray(), [2, 2, 2]);
  property(fc.tuple(fc.integer(), fc.integer(), fc.integer({ min: 2, max: 50 })), ([a, b, count]) => {
    const [start, stop] = [a / 7, b / 7];
    const { data } = linspace(start, stop, count, { dtype: 'float64' });
    assert.is(data.length, count);
    assert.is(data[0], start);
    assert.is(data[count - 1], stop);
    const expected = Array.from(
      { length: count },
      (_, i) => ((count - 1 - i) * start + i * stop) / (count - 1),
    );
    const scale = Math.abs(start) + Math.abs(stop) + 1;
    assertClose(data, expected, { relative: 0, absolute: 1e-14 * scale });
  });
});

test('linspace refuses ends that are not finite and a count that is none', () => {
  assertThrows(() => linspace(Number.NaN, 1, 3), 'linspace: expected finite numbers, got NaN and 1');
  assertThrows(() => linspace(0, Infinity, 3), 'linspace: expected finite numbers, got 0 and Infinity');
  assertThrows(() => linspace(0, 1, -1), 'linspace: expected how many numbers, a whole number ≥ 0, got -1');
});

const DRAWS: Record<string, (rng: Rng) => Tensor> = {
  randn: (rng) => randn([50, 4], rng),
  rand: (rng) => rand([50, 4], rng),
  randint: (rng) => randint(-3, 3, [50, 4], rng),
};

test('one seed gives the same bits, another seed others, and a generator moves on', () => {
  for (const [name, draw] of Object.entries(DRAWS)) {
    assertSame(draw(random(0)).data, draw(random(0)).data, name);
    assert.not.equal(draw(random(0)).toArray(), draw(random(1)).toArray(), name);
    const rng = random(0);
    assert.not.equal(draw(rng).toArray(), draw(rng).toArray(), name);
  }
});

test('draws are the generator’s own numbers in order, in either dtype', () => {
  const [a, b, c] = [random('x'), random('x'), random('x')];
  assertSame(
    rand([6], random('x'), { dtype: 'float64' }).data,
    Array.from({ length: 6 }, () => a.uniform()),
  );
  assertSame(
    randn([6], random('x'), { dtype: 'float64' }).data,
    Array.from({ length: 6 }, () => b.normal()),
  );
  assertSame(
    randn([6], random('x')).data,
    Array.from({ length: 6 }, () => Math.fround(c.normal())),
  );
  const d = random('x');
  assertSame(
    randint(-2, 3, [6], random('x')).data,
    Array.from({ length: 6 }, () => -2 + d.integer(5)),
  );
});

test('draws have the distribution they promise', () => {
  const n = 20_000;
  const normal = randn([n], random(7), { dtype: 'float64' });
  assertClose([normal.mean().item(), normal.square().mean().item()], [0, 1], { relative: 0, absolute: 0.05 });
  const uniform = rand([n], random(7));
  assertClose([uniform.mean().item()], [0.5], { relative: 0, absolute: 0.02 });
  assert.ok(uniform.data.every((u) => u >= 0 && u <= 1));
  const counts = new Map<number, number>();
  for (const value of randint(-1, 3, [n], random(7)).data) counts.set(value, (counts.get(value) ?? 0) + 1);
  assert.equal(
    [...counts.keys()].sort((p, q) => p - q),
    [-1, 0, 1, 2],
  );
  assertClose(
    [...counts.values()].map((count) => count / n),
    [0.25, 0.25, 0.25, 0.25],
    { relative: 0, absolute: 0.02 },
  );
});

test('drawing asks for a generator, and randint for whole numbers in order', () => {
  const missing = undefined as unknown as Rng;
  for (const [name, draw] of Object.entries(DRAWS)) {
    assertThrows(() => draw(missing), `${name}: needs a generator to draw from; pass random(seed)`);
    assertThrows(
      () => draw(42 as unknown as Rng),
      `${name}: needs a generator to draw from; pass random(seed)`,
    );
  }
  assertThrows(
    () => randint(3, 3, [1], random(1)),
    'randint: expected whole numbers low < high, got 3 and 3',
  );
  assertThrows(
    () => randint(0.5, 2.5, [1], random(1)),
    'randint: expected whole numbers low < high, got 0.5 and 2.5',
  );
});

/** A generator that draws the smallest or the largest number there is. */
const extreme = (uniform: number): Rng => Object.assign(random(0), { uniform: () => uniform });

test('rand stays below 1 after rounding to float32, and draws what it drew before', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    assertSame(rand([1], extreme(0), { dtype }).data, [0]);
    assert.ok(rand([1], extreme(1 - 2 ** -53), { dtype }).data[0]! < 1, dtype);
  }
  assertSame(rand([1], extreme(1 - 2 ** -53)).data, [1 - 2 ** -24]);
  const rng = random(1);
  const numbers = rand([4_100_000], rng);
  assertSame(numbers.data.slice(4_082_644, 4_082_645), [1 - 2 ** -24], 'the one that was rounded to 1');
  const again = random(1);
  assertSame(
    numbers.data.slice(0, 1000),
    Float32Array.from({ length: 1000 }, () => again.uniform()),
  );
});

test('randint refuses whole numbers that the dtype rounds, and draws all others evenly', () => {
  const rng = random(3);
  assertThrows(
    () => randint(2 ** 25 - 1, 2 ** 25, [1], rng),
    'randint: float32 holds all whole numbers up to 2^24 = 16777216, not all from 33554431 to 33554431',
    "pass { dtype: 'float64' }",
  );
  for (const [low, high] of [
    [0, 2 ** 26],
    [-(2 ** 24) - 2, 0],
    [0, 2 ** 24 + 2],
  ] as const)
    assertThrows(() => randint(low, high, [1], rng), 'randint: float32 holds all whole numbers up to 2^24');
  assertThrows(
    () => randint(2 ** 53, 2 ** 53 + 4, [1], rng, { dtype: 'float64' }),
    'float64 holds all',
    '2^53',
  );
  assertThrows(() => randint(0, 2 ** 33, [1], rng, { dtype: 'float64' }), 'randint: draws from at most 2^32');
  assertSame(randint(2 ** 25 - 1, 2 ** 25, [1], rng, { dtype: 'float64' }).data, [2 ** 25 - 1]);
  const share = (x: Tensor): number => x.data.filter((value) => value % 2 !== 0).length / x.size;
  const tolerance = 5 * Math.sqrt(0.25 / 20_000);
  for (const [high, dtype] of [
    [2 ** 24 + 1, 'float32'],
    [2 ** 26, 'float64'],
    [2 ** 32, 'float64'],
  ] as const)
    assert.ok(Math.abs(share(randint(0, high, [20_000], rng, { dtype })) - 0.5) < tolerance, `${high}`);
});
