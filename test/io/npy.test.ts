/** Arrays as .npy: files made by hand, round trips, and what is refused with which words. numpy.test.ts asks NumPy itself. */
import * as assert from 'uvu/assert';
import { ArgumentError, TapegradError, type Tensor, tensor } from '../../src/index.js';
import { readNpy, writeNpy } from '../../src/io/index.js';
import { assertSame, assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';
import { anyTensor, bitsOf } from '../support/tensors.js';

const test = suite('npy');

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** A file of version 1.0 with this header, which is not filled up, and these bytes. */
function file(header: string, data: string, version: readonly number[] = [1, 0]): Uint8Array {
  const text = Buffer.from(header, version[0] === 3 ? 'utf8' : 'latin1');
  const length = [text.length & 0xff, text.length >> 8, ...(version[0] === 1 ? [] : [0, 0])];
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, ...version, ...length]);
  return new Uint8Array(Buffer.concat([start, text, hex(data)]));
}

const dict = (descr: string, shape: string, fortran = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

/** What is said where a file is refused. */
function message(bytes: Uint8Array): string {
  const error = assertThrows(() => readNpy(bytes, 'x.npy'));
  assert.instance(error, ArgumentError);
  return error.message;
}

test('numbers are read in either byte order', () => {
  const rows: [string, string, number[]][] = [
    ['<f4', '0000c03f 000000c0', [1.5, -2]],
    ['>f4', '3fc00000 c0000000', [1.5, -2]],
    ['<f8', '000000000000f83f 00000000000000c0', [1.5, -2]],
    ['>f8', '3ff8000000000000 c000000000000000', [1.5, -2]],
    ['<f2', '003e 00c0', [1.5, -2]],
    ['>f2', '3e00 c000', [1.5, -2]],
    ['<i2', '0100 feff', [1, -2]],
    ['>i2', '0001 fffe', [1, -2]],
    ['>u2', '0001 fffe', [1, 65534]],
    ['<i4', '01000000 feffffff', [1, -2]],
    ['>i4', '00000001 fffffffe', [1, -2]],
    ['>u4', '00000001 fffffffe', [1, 4294967294]],
    ['<i8', '0100000000000000 feffffffffffffff', [1, -2]],
    ['>i8', '0000000000000001 fffffffffffffffe', [1, -2]],
    ['>u8', '0000000000000001 0020000000000000', [1, 9007199254740992]],
    ['|i1', '01 fe', [1, -2]],
    ['|u1', '01 fe', [1, 254]],
    ['|b1', '01 00', [1, 0]],
  ];
  for (const [descr, data, values] of rows) {
    const x = readNpy(file(dict(descr, '(2,)'), data));
    assertSame(x.data, values, descr);
    assert.is(x.dtype, /[fiu]8|[iu]4/.test(descr) ? 'float64' : 'float32', descr);
  }
});

test('Fortran order: the first index runs fastest', () => {
  const x = readNpy(file(dict('|u1', '(2, 3)', 'True'), '00 0a 01 0b 02 0c'));
  assert.equal(x.toArray(), [
    [0, 1, 2],
    [10, 11, 12],
  ]);
  // The element [i, j, k] of shape [2, 1, 3] lies at i + 2k.
  const y = readNpy(file(dict('|u1', '(2, 1, 3)', 'True'), '00 01 02 03 04 05'));
  assert.equal(y.toArray(), [[[0, 2, 4]], [[1, 3, 5]]]);
});

test('versions 2.0 and 3.0 have four bytes for the length, and 3.0 is UTF-8', () => {
  for (const version of [
    [2, 0],
    [3, 0],
  ])
    assert.equal(readNpy(file(dict('|u1', '(2,)'), '01 02', version)).toArray(), [1, 2]);
  const named = file(
    "{'descr': [('größe', '<f4')], 'fortran_order': False, 'shape': (1,), }",
    '00000000',
    [3, 0],
  );
  assert.match(message(named), 'x.npy holds an array with named fields');
});

test('a header may be written in other ways that Python reads', () => {
  const read = (header: string): number[] => readNpy(file(header, '01 02')).shape.slice();
  assert.equal(read('{"shape":(2,),"descr":"|u1","fortran_order":False}'), [2]);
  assert.equal(read("{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 1L), }"), [2, 1]);
  assert.equal(read("{ 'descr' : '|u1' , 'fortran_order' : False , 'shape' : [1, 2] }   \n"), [1, 2]);
});

test('a tensor is written with this header, filled to 64 bytes with spaces and a line feed', () => {
  const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
  const expected = Buffer.concat([
    hex('93 4e 55 4d 50 59 01 00 76 00'),
    Buffer.from(`${header.padEnd(117)}\n`),
    hex('0000803f 00000040 00004040'),
  ]);
  assert.is(Buffer.compare(writeNpy(tensor([1, 2, 3])), expected), 0);
  assert.match(Buffer.from(writeNpy(tensor(1, { dtype: 'float64' }))).toString('latin1'), "'<f8'");
  assert.match(Buffer.from(writeNpy(tensor(1))).toString('latin1'), "'shape': (), }");
});

test('whatever is written comes back, bit for bit, and the numbers begin at a multiple of 64', () =>
  property(anyTensor, (x) => {
    const bytes = writeNpy(x);
    const y = readNpy(bytes);
    assert.equal(y.shape, x.shape);
    assert.is(y.dtype, x.dtype);
    assert.is(bitsOf(y), bitsOf(x));
    assert.is((bytes.length - x.data.byteLength) % 64, 0);
  }));

test('bytes that lie anywhere in a buffer are read, and not kept', () => {
  const bytes = writeNpy(tensor([1, 2, 3]));
  const inside = new Uint8Array(bytes.length + 3);
  inside.set(bytes, 3);
  const x: Tensor = readNpy(inside.subarray(3));
  inside.fill(0);
  assert.equal(x.toArray(), [1, 2, 3]);
});

/** Types that no tensor holds, and a part of what is said. */
const TYPES: [string, string][] = [
  ['|O', 'holds Python objects, its type is "|O"; expected <f4, >f8 or another number of at most 64 bits'],
  ['<U5', 'holds text, its type is "<U5"'],
  ['|S5', 'holds text'],
  ['<c8', 'holds complex numbers, its type is "<c8"'],
  ['<M8[ns]', 'holds dates'],
  ['<m8[s]', 'holds spans of time'],
  ['|V2', "In Python save x.astype('float64')"],
  ['<f16', 'holds another type, its type is "<f16"'],
  ['|f4', 'its type is "|f4"'],
  ['f4', 'its type is "f4"'],
  ['', 'its type is ""'],
  ['<toString', 'its type is "<toString"'],
];

for (const [descr, words] of TYPES)
  test(`the type ${descr} is refused with what to do`, () =>
    void assert.match(message(file(dict(descr, '(1,)'), '00')), words));

test('a number that no tensor holds is refused with its index', () => {
  const said = message(file(dict('<i8', '(1, 2)'), '0000000000000000 0100000000002000'));
  assert.match(said, 'x.npy holds 9007199254740993, and a tensor takes');
  assert.match(said, "at index [0, 1]; save x.astype('float64')");
  assert.match(message(file(dict('|b1', '(2, 3)', 'True'), '00 00 00 02 00 00')), 'holds 2, and');
  // Byte 3 in Fortran order is the element [1, 1].
  assert.match(message(file(dict('|b1', '(2, 3)', 'True'), '00 00 00 02 00 00')), 'at index [1, 1]');
});

/** Headers that are refused, and a part of what is said. */
const HEADERS: [string, string][] = [
  [
    "{'descr': '|u1', 'shape': (1,), }",
    'has descr, shape in its header, expected descr, fortran_order, shape',
  ],
  [
    `{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'x': 1}`,
    'has descr, fortran_order, shape, x in its header',
  ],
  [`{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}`, "it names 'descr' twice"],
  ["('descr',)", 'has no dict in its header'],
  [dict('|u1', '(1,)', '0'), 'has fortran_order that is neither True nor False'],
  [dict('|u1', '(1)'), 'has a shape that is no tuple of whole numbers ≥ 0'],
  [dict('|u1', '(-1,)'), 'has a shape that is no tuple'],
  [dict('|u1', '(True,)'), 'has a shape that is no tuple'],
  [dict('|u1', '(9007199254740993,)'), 'has a shape that is no tuple'],
  [dict('|u1', '(-0,)'), 'has a shape that is no tuple'],
  [dict('|u1', '(4294967296, 4294967296)'), 'which has more than 2^53 bytes'],
  [dict('<f8', '(1, 2251799813685248)'), 'which has more than 2^53 bytes'],
  [dict('|u1', '(1.5,)'), 'has a header that cannot be read: unexpected text at character'],
  [dict('|u1', '(1 2)'), 'has a header that cannot be read: expected ,'],
  [dict('|u1', '(1,,)'), 'unexpected ,'],
  [dict('|u1', "__import__('os')"), 'unexpected text at character'],
  [dict('|u1', '('), 'has a header that cannot be read'],
  [`{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} {}`, 'more follows it'],
  [`{'descr': '|u1', 'fortran_order': False, 'shape': (1,)`, 'expected ,'],
  ["{'descr': '|u1' 'fortran_order': False, 'shape': (1,)}", 'expected ,'],
  ["{1: '|u1'}", 'a name in it is no text'],
  ["{'descr' '|u1'}", 'expected :'],
  ['', 'it ends too early'],
  ['('.repeat(60_000), 'unexpected ('],
  [dict('|u1', '(2,)'), 'is cut off: shape [2] takes 2 bytes after the header, and 1 are there'],
  [dict('|u1', '(0,)'), 'is too long: shape [0] takes 0 bytes after the header, and 1 are there'],
];

for (const [header, words] of HEADERS)
  test(`refused: ${header.slice(0, 80).trim()}`, () => {
    const said = message(file(header, '01'));
    assert.match(said, 'readNpy: x.npy ');
    assert.ok(said.includes(words), said);
  });

test('a file is measured before it is read', () => {
  const whole = file(dict('|u1', '(1,)'), '01');
  const changed = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = whole.slice();
    copy.set(bytes, at);
    return copy;
  };
  assert.match(message(changed(6, 4, 0)), 'has version 4.0 of the format, expected 1.0, 2.0 or 3.0');
  assert.match(message(changed(6, 1, 1)), 'has version 1.1');
  assert.match(
    message(changed(6, 2, 0, 0xff, 0xff, 0xff, 0x7f)),
    'a header of 2147483647 bytes, and at most 65535',
  );
  assert.match(message(changed(8, 0xff, 0xff)), 'is cut off: its header ends at byte 65545');
  assert.match(message(whole.subarray(0, 9)), 'is cut off: 9 bytes, inside its header');
  assert.match(message(whole.subarray(0, 6)), 'has version undefined.undefined');
  assert.match(message(whole.subarray(0, 5)), 'is no .npy file: it does not begin with \\x93NUMPY');
  assert.match(message(new Uint8Array(0)), 'is empty, a file of 0 bytes');
});

test('what is no tensor and what are no bytes is refused', () => {
  assertThrows(() => writeNpy([1, 2] as never), 'writeNpy: expected a Tensor, got an array');
  assertThrows(() => readNpy(new ArrayBuffer(8) as never), 'pass new Uint8Array(buffer)');
});

test('every refusal is an error of the library', () =>
  property(
    fc.string({ unit: fc.constantFrom(...'{}()[],:\'"12L \n-x', 'descr', 'shape', 'True') }),
    (text) => {
      assert.instance(
        assertThrows(() => readNpy(file(text, ''))),
        TapegradError,
      );
    },
  ));
