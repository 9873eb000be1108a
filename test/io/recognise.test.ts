/** Files that are given to the wrong reader: what they are, and what to do with each. */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { ArgumentError, zeros } from '../../src/index.js';
import {
  inspectSafetensors,
  loadSafetensors,
  readNpy,
  readNpz,
  saveSafetensors,
  writeNpy,
  writeNpz,
} from '../../src/io/index.js';
import { writeZip } from '../../src/io/zip.js';
import { assertThrows } from '../support/close.js';
import { suite } from '../support/suite.js';

const test = suite('recognise');

const READERS = { loadSafetensors, inspectSafetensors, readNpy, readNpz };
const bytes = (...parts: (string | number[])[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1'))));

/** A zip file with these names and nothing in the entries. */
const zip = (...names: string[]): Uint8Array =>
  writeZip(
    'x',
    names.map((name) => [name, new Uint8Array(3)]),
    false,
  );

/** Each file with what is said of it by every reader. */
const saved = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/pytorch/${name}.pt`, import.meta.url)));

const OTHERS: [string, Uint8Array, ...string[]][] = [
  [
    'what torch.save writes',
    saved('new'),
    'is a PyTorch file',
    "torch.load('model.pt', map_location='cpu', weights_only=True)",
  ],
  ['what torch.save wrote before 1.6', saved('old'), 'is a PyTorch file', 'save_file('],
  [
    'a file of PyTorch',
    zip('archive/data.pkl', 'archive/data/0', 'archive/version'),
    'is a PyTorch file',
    "torch.load('model.pt', map_location='cpu', weights_only=True)",
    "save_file({k: v.contiguous().clone() for k, v in sd.items()}, 'model.safetensors')",
    "numpy.savez('model.npz'",
  ],
  [
    'a file of PyTorch packed anew',
    zip(...Array.from({ length: 50 }, (_, i) => `m/data/${i}`), 'm/data.pkl'),
    'is a PyTorch file',
  ],
  // The magic number of torch.save before 1.6, as a pickled whole number.
  [
    'an old file of PyTorch',
    bytes([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9]),
    'is a PyTorch file or another pickle',
  ],
  [
    'a pickle',
    bytes([0x80, 5, 0x95], 'abcdefgh'),
    'is a PyTorch file or another pickle',
    'does not run pickles',
  ],
  ['a zip of pictures', zip('a.png'), 'is a zip file without arrays of NumPy'],
  ['gzip', bytes([0x1f, 0x8b, 8, 0]), 'is packed by gzip', 'readBytes of tapegrad/data'],
  ['HDF5', bytes([0x89], 'HDF\r\n', [0x1a, 0x0a]), 'is an HDF5 file', 'keras.models.load_model'],
  [
    'a pointer of Git LFS',
    bytes('version https://git-lfs.github.com/spec/v1\noid sha256:'),
    'is a pointer of Git LFS',
    'git lfs pull',
  ],
  ['a page', bytes('<!DOCTYPE html><html>'), 'is a web page', '/resolve/'],
  ['a page in capitals', bytes('\n <HTML>'), 'is a web page'],
  ['JSON', bytes('{"w":{"dtype":"float32"}}'), 'is JSON', 'pass JSON.parse(text) to loadStateDict'],
  ['nothing', bytes(), 'is empty, a file of 0 bytes'],
];

for (const [name, file, ...words] of OTHERS)
  test(`${name} is recognised by every reader`, () => {
    for (const [op, read] of Object.entries(READERS)) {
      const error = assertThrows(() => read(file, 'model.bin'), `${op}: model.bin `, ...words);
      assert.instance(error, ArgumentError);
    }
  });

test('a file of a format that has a reader is sent to it', () => {
  const x = zeros([1]);
  const files = { loadSafetensors: saveSafetensors({ x }), readNpy: writeNpy(x), readNpz: writeNpz({ x }) };
  for (const [op, read] of Object.entries(READERS))
    for (const [right, file] of Object.entries(files))
      if (op.replace('inspect', 'load') === right) assert.ok(read(file));
      else assertThrows(() => read(file), `${op}: the file is a .`, `read it with ${right}`);
});

test('a header whose length begins like a pickle is one', () => {
  // 0x0280 = 640 bytes of header.
  const header = '{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'.padEnd(640);
  assert.equal(loadSafetensors(bytes([0x80, 2, 0, 0, 0, 0, 0, 0], header)).x!.shape, [0]);
});

test('an array of NumPy may be called data.pkl', () => {
  assert.equal(Object.keys(readNpz(writeNpz({ 'data.pkl': zeros([1]) }))), ['data.pkl']);
});
