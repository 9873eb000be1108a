/** What NumPy wrote is read, and what is written NumPy reads. test/tools/numpy-fixtures.py makes the files. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { randn, random, type Tensor, tensor } from '../../src/index.js';
import { readNpy, readNpz, writeNpy, writeNpz } from '../../src/io/index.js';
import { assertSame } from '../support/close.js';
import { temporaryFolder } from '../support/folder.js';
import { needing, suite } from '../support/suite.js';
import { bitsOf } from '../support/tensors.js';

const test = suite('NumPy');
const folder = fileURLToPath(new URL('../fixtures/npy', import.meta.url));
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));

interface Described {
  readonly dtype: string;
  readonly shape: string;
  readonly values: string;
}

const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<
  string,
  Described | Record<string, Described>
>;

/** A number as Python prints it. */
const numberOf = (text: string): number => Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'));
const numbersIn = (text: string): number[] => (text === '' ? [] : text.split(' ').map(numberOf));

function compare(x: Tensor, { dtype, shape, values }: Described, what: string): void {
  assert.is(x.dtype, dtype, what);
  assert.equal(x.shape, numbersIn(shape), what);
  assertSame(x.data, numbersIn(values), what);
}

for (const [name, described] of Object.entries(expected))
  test(`${name} is read as NumPy printed it`, () => {
    const bytes = bytesOf(name);
    if (name.endsWith('.npy')) return compare(readNpy(bytes), described as Described, name);
    const arrays = readNpz(bytes);
    assert.equal(Object.keys(arrays).sort(), ['zeros', ...Object.keys(described)].sort());
    assertSame(arrays.zeros!.data, new Float32Array(2000));
    for (const [key, one] of Object.entries(described)) compare(arrays[key]!, one as Described, key);
  });

test('there are files of every type, order and version', () => {
  const names = Object.keys(expected).join();
  for (const type of ['f2', 'f4', 'f8', 'i2', 'i4', 'i8', 'u2', 'u4', 'u8'])
    for (const order of ['little', 'big']) assert.match(names, `${type}-${order}.npy`);
  for (const name of ['u1', 'i1', 'bool', 'fortran-order', 'version-1', 'version-2', 'version-3'])
    assert.match(names, `${name}.npy`);
});

test('writeNpy writes the bytes that NumPy writes', () => {
  for (const name of ['c-order.npy', 'f4-little.npy', 'f8-little.npy', 'scalar.npy', 'empty.npy'])
    assert.is(Buffer.compare(writeNpy(readNpy(bytesOf(name))), bytesOf(name)), 0, name);
});

const PYTHON = process.env.PYTHON ?? 'python3';
const withNumpy = needing(
  test,
  spawnSync(PYTHON, ['-c', 'import numpy']).status === 0,
  'python3 with NumPy (apt-get install python3-numpy)',
);

/** Prints of each array its name, type, shape and bytes. */
const DESCRIBE = `
import json, sys, numpy
found = {}
for path in sys.argv[1:]:
    loaded = numpy.load(path, allow_pickle=False)
    arrays = {'': loaded} if path.endswith('.npy') else {name: loaded[name] for name in loaded.files}
    found[path] = [[name, a.dtype.str, list(a.shape), a.tobytes('C').hex()] for name, a in arrays.items()]
print(json.dumps(found))`;

withNumpy('NumPy reads the same numbers from what is written', () => {
  const place = temporaryFolder('numpy');
  const tensors: Record<string, Tensor> = {
    weight: randn([5, 7], random(1)),
    'layers.0.bias': tensor([NaN, -0, Infinity, 5e-324, 0.1], { dtype: 'float64' }),
    'größe/重み🙂': tensor(2 ** -149),
    empty: tensor(new Float64Array(0), { shape: [2, 0, 3] }),
    '': randn([2, 1, 2, 3], random(2), { dtype: 'float64' }),
  };
  const described = (x: Tensor, name: string): unknown[] => [
    name,
    x.dtype === 'float32' ? '<f4' : '<f8',
    [...x.shape],
    bitsOf(x),
  ];
  const wanted: Record<string, unknown[][]> = {};
  const write = (file: string, bytes: Uint8Array, arrays: unknown[][]): void => {
    writeFileSync(join(place, file), bytes);
    wanted[join(place, file)] = arrays;
  };
  for (const [i, x] of Object.values(tensors).entries()) write(`${i}.npy`, writeNpy(x), [described(x, '')]);
  const all = Object.entries(tensors).map(([name, x]) => described(x, name));
  all.sort(([a], [b]) => (a! < b! ? -1 : 1));
  write('arrays.npz', writeNpz(tensors), all);
  write('packed.npz', writeNpz(tensors, { compress: true }), all);
  write('none.npz', writeNpz({}), []);
  const printed = execFileSync(PYTHON, ['-c', DESCRIBE, ...Object.keys(wanted)], { encoding: 'utf8' });
  assert.equal(JSON.parse(printed), wanted);
});
