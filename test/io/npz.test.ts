/** Several arrays in one .npz: a file made by hand, round trips, and zip files that are refused. */
import * as assert from 'uvu/assert';
import { ArgumentError, random, tensor, zeros } from '../../src/index.js';
import { readNpy, readNpz, writeNpy, writeNpz } from '../../src/io/index.js';
import { Linear } from '../../src/nn/index.js';
import { assertThrows } from '../support/close.js';
import { property } from '../support/property.js';
import { suite } from '../support/suite.js';
import { contentsOf, namedTensors } from '../support/tensors.js';

const test = suite('npz');

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** What is said where a file is refused. */
function message(bytes: Uint8Array, maxBytes?: number): string {
  const error = assertThrows(() => readNpz(bytes, 'x.npz', maxBytes === undefined ? {} : { maxBytes }));
  assert.instance(error, ArgumentError);
  return error.message;
}

/** Where the parts of a zip file with one entry lie. */
function parts(bytes: Uint8Array): { view: DataView; local: number; central: number; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  return { view, local: 0, central: view.getUint32(end + 16, true), end };
}

/** The same file with numbers changed: at a place in the directory or in a record, in 2 or 4 bytes. */
function changed(
  bytes: Uint8Array,
  ...changes: ['local' | 'central' | 'end', offset: number, size: 2 | 4, value: number][]
): Uint8Array {
  const copy = bytes.slice();
  const places = parts(copy);
  for (const [part, offset, size, value] of changes)
    if (size === 2) places.view.setUint16(places[part] + offset, value, true);
    else places.view.setUint32(places[part] + offset, value, true);
  return copy;
}

const ONE = writeNpz({ w: tensor([1, 2]) });
const PACKED = writeNpz({ w: zeros([1000]) }, { compress: true });

test('a file made byte by byte is read', () => {
  const inside = Buffer.concat([
    hex('93 4e 55 4d 50 59 01 00 39 00'),
    Buffer.from("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }"),
    hex('05 07'),
  ]);
  assert.is(inside.length, 69);
  // The checksum was printed by zlib.crc32 of Python.
  const about = `14 00 00 00 00 00 00 00 21 00  df 3b 4c 94  45 00 00 00 45 00 00 00  05 00 00 00`;
  const bytes = Buffer.concat([
    hex(`50 4b 03 04 ${about}`),
    Buffer.from('w.npy'),
    inside,
    hex(`50 4b 01 02 14 00 ${about} 00 00 00 00 00 00 00 00 00 00 00 00 00 00`),
    Buffer.from('w.npy'),
    hex('50 4b 05 06 00 00 00 00 01 00 01 00 33 00 00 00 68 00 00 00 00 00'),
  ]);
  assert.equal(readNpz(new Uint8Array(bytes)).w!.toArray(), [5, 7]);
});

test('whatever is written comes back, bit for bit, packed or not', () =>
  property(namedTensors, (saved) => {
    for (const compress of [false, true]) {
      const loaded = readNpz(writeNpz(saved, { compress }));
      assert.equal(contentsOf(loaded), contentsOf(saved));
      for (const [name, x] of Object.entries(loaded)) assert.is(x.name, name);
    }
  }));

test('a state dict comes back into a model', () => {
  const [model, other] = [new Linear(3, 2, { rng: random(1) }), new Linear(3, 2, { rng: random(2) })];
  other.loadStateDict(readNpz(writeNpz(model.stateDict())));
  assert.equal(other.stateDict(), model.stateDict());
});

test('equal tensors give equal bytes, in whatever order and on whatever day', () => {
  const [a, b] = [tensor([1, 2]), tensor(3)];
  for (const compress of [false, true])
    assert.equal(writeNpz({ a, b }, { compress }), writeNpz({ b, a }, { compress }));
  // The day is 1 January 1980, the time midnight: bytes 10 to 13 of the first record.
  assert.equal([...ONE.subarray(10, 14)], [0, 0, 0x21, 0]);
});

test('an entry that is not packed is a .npy file as it is', () => {
  const inside = writeNpy(tensor([1, 2]));
  assert.equal(readNpy(ONE.subarray(35, 35 + inside.length)).toArray(), [1, 2]);
});

test('packing makes numbers that repeat smaller', () => {
  assert.ok(PACKED.length < 400 && writeNpz({ w: zeros([1000]) }).length > 4000);
});

test('a large array is unpacked in pieces', () => {
  const x = tensor(Float32Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) % 1_000_003));
  const bytes = writeNpz({ x }, { compress: true });
  assert.ok(bytes.length > 100_000);
  assert.equal(readNpz(bytes).x!.data, x.data);
});

test('a file that would unpack to more than maxBytes is refused before it is unpacked', () => {
  assert.match(message(PACKED, 4127), 'x.npz unpacks to 4128 bytes, and at most 4127 are allowed');
  assert.match(message(PACKED, 4127), 'pass a larger maxBytes');
  assert.equal(readNpz(PACKED, 'x', { maxBytes: 4128 }).w!.shape, [1000]);
  // Many entries count together.
  assert.match(message(writeNpz({ a: zeros([1000]), b: zeros([1000]) }), 8000), 'unpacks to 8256 bytes');
  const bomb = changed(PACKED, ['central', 24, 4, 3_000_000_000]);
  assert.match(message(bomb), 'which cannot unpack to 3000000000');
});

test('an entry that unpacks to another size than it states is refused', () => {
  assert.match(
    message(changed(PACKED, ['central', 24, 4, 4127])),
    'has entry "w.npy" that unpacks to more than the 4127 bytes it states',
  );
  assert.match(
    message(changed(PACKED, ['central', 24, 4, 4129])),
    'that unpacks to 4128 bytes, and states 4129',
  );
  assert.match(message(changed(ONE, ['central', 24, 4, 4])), 'bytes, which cannot unpack to 4');
});

test('bytes that were changed are noticed by the checksum', () => {
  const copy = ONE.slice();
  copy[35 + 128]! ^= 1;
  assert.match(message(copy), 'has entry "w.npy" with other bytes than its checksum tells');
  const cut = PACKED.slice();
  cut.fill(0xff, 36, 40);
  assert.match(message(cut), 'has entry "w.npy" that cannot be unpacked');
});

test('a name that occurs twice is refused', () => {
  const twice = writeNpz({ a: zeros([1]), b: zeros([1]) });
  for (let at = 0; at < twice.length - 5; at++)
    if (Buffer.from(twice.subarray(at, at + 5)).toString() === 'b.npy') twice[at] = 0x61;
  assert.match(message(twice), 'holds "a.npy" twice, expected each name once');
});

test('zip files that are damaged, encrypted or packed by others are refused', () => {
  const size = ONE.length;
  const rows: [Uint8Array, string][] = [
    [ONE.subarray(0, size - 1), 'is cut off: a zip file ends with its directory'],
    [new Uint8Array(10), 'is cut off: a zip file ends with its directory'],
    [
      changed(ONE, ['end', 10, 2, 2], ['end', 8, 2, 2]),
      'has fewer entries in its zip directory than it states',
    ],
    [changed(ONE, ['end', 10, 2, 0], ['end', 8, 2, 0]), 'bytes in its zip directory that belong to no entry'],
    [changed(ONE, ['end', 10, 2, 2]), 'has no zip directory where its last bytes say'],
    [changed(ONE, ['end', 16, 4, 3]), 'has no zip directory where its last bytes say'],
    [changed(ONE, ['end', 12, 4, 0xfffffff0]), 'has no zip directory where its last bytes say'],
    [changed(ONE, ['end', 10, 2, 0xffff]), 'is a zip file of more than 4 GB'],
    [changed(ONE, ['end', 16, 4, 0xffffffff]), 'is a zip file of more than 4 GB'],
    [changed(ONE, ['central', 0, 4, 0]), 'has fewer entries'],
    [changed(ONE, ['central', 30, 2, 0xffff]), 'is cut off inside its zip directory'],
    [changed(ONE, ['central', 8, 2, 1]), 'is encrypted'],
    [changed(ONE, ['central', 10, 2, 14]), 'packed by method 14, expected 0 or 8'],
    [changed(ONE, ['central', 42, 4, 7]), 'at byte 7, where no entry begins'],
    [changed(ONE, ['central', 42, 4, 0xfffffffe]), 'at byte 4294967294, where no entry begins'],
    [changed(ONE, ['local', 26, 2, 4]), 'under another name than in the zip directory'],
    [changed(ONE, ['local', 30, 2, 0x7878]), 'under another name than in the zip directory'],
    [changed(ONE, ['central', 20, 4, 0x7fffffff]), 'of 2147483647 bytes, which reach into the zip directory'],
    [changed(ONE, ['local', 28, 2, 60000]), 'which reach into the zip directory'],
    [changed(ONE, ['central', 46, 2, 0xfffe]), 'has an entry whose name is no UTF-8'],
  ];
  for (const [bytes, words] of rows) {
    const said = message(bytes);
    assert.match(said, 'readNpz: x.npz ');
    assert.ok(said.includes(words), `${said}\nexpected ${words}`);
  }
});

test('a comment may follow, and an empty file of NumPy has no arrays', () => {
  const commented = new Uint8Array([...changed(ONE, ['end', 20, 2, 3]), 1, 2, 3]);
  assert.equal(readNpz(commented).w!.toArray(), [1, 2]);
  assert.equal(readNpz(writeNpz({})), {});
});

test('an entry that is no array is refused, and a folder is passed over', () => {
  const rename = (from: string, to: string): Uint8Array =>
    new Uint8Array(Buffer.from(Buffer.from(ONE).toString('latin1').replaceAll(from, to), 'latin1'));
  assert.match(message(rename('w.npy', 'w.txt')), 'is a zip file without arrays');
  const both = writeNpz({ a: zeros([1]), b: zeros([1]) });
  const text = Buffer.from(both).toString('latin1');
  const renamed = new Uint8Array(Buffer.from(text.replaceAll('b.npy', 'b.txt'), 'latin1'));
  assert.match(message(renamed), 'x.npz holds "b.txt", expected arrays, whose names end in .npy');
});

test('an error about an array names it and its file', () => {
  const text = Buffer.from(ONE).toString('latin1').replace("'<f4'", "'<c8'");
  const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
  assert.match(message(bytes), 'with other bytes than its checksum tells');
  // The checksum was printed by zlib.crc32 of Python.
  assert.match(
    message(changed(bytes, ['central', 16, 4, 0xbce4af4b])),
    'readNpz: "w" of x.npz holds complex numbers',
  );
});

test('what no file can hold is refused', () => {
  assertThrows(() => writeNpz({ w: 1 } as never), 'writeNpz: "w" is a number, expected a Tensor');
  assertThrows(() => writeNpz({ '\ud800': zeros([1]) }), 'half of a UTF-16 pair');
  assertThrows(() => writeNpz({ ['w'.repeat(70_000)]: zeros([1]) }), 'has more than 65,535 bytes');
  assertThrows(() => readNpz(ONE, 'x', { maxBytes: -1 }), 'readNpz: maxBytes is a number ≥ 0, got -1');
});
