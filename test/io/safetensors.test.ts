/** Tensors as .safetensors: files made by hand, round trips, and what is refused with which words. */
import * as assert from 'uvu/assert';
import { ArgumentError, random, TapegradError, type Tensor, tensor, zeros } from '../../src/index.js';
import { inspectSafetensors, loadSafetensors, saveSafetensors } from '../../src/io/index.js';
import { Linear, Sequential } from '../../src/nn/index.js';
import { assertThrows } from '../support/close.js';
import { fc, property } from '../support/property.js';
import { suite } from '../support/suite.js';
import { bitsOf, contentsOf, namedTensors } from '../support/tensors.js';

const test = suite('safetensors');

/** Bytes written in hexadecimal, with spaces for the eye. */
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

/** A file of a header, as a text, and of data. The length is written out byte by byte. */
function file(header: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(header, 'utf8');
  const length = [text.length & 0xff, (text.length >> 8) & 0xff, text.length >> 16, 0, 0, 0, 0, 0];
  return new Uint8Array(Buffer.concat([Buffer.from(length), text, data]));
}

/** The numbers of the one tensor of a file, named `x`. */
const read = (dtype: string, shape: number[], data: string): Tensor => {
  const bytes = hex(data);
  const header = `{"x":{"dtype":"${dtype}","shape":[${shape}],"data_offsets":[0,${bytes.length}]}}`;
  return loadSafetensors(file(header, bytes)).x!;
};

/** What is said where a call is refused. */
function message(run: () => unknown): string {
  const error = assertThrows(run);
  assert.instance(error, ArgumentError);
  return error.message;
}

test('a file made byte by byte is read: one float32 of shape [2]', () => {
  // 3b = 59 bytes of header, then 1.5 and −2.
  const bytes = hex(
    '3b 00 00 00 00 00 00 00' +
      Buffer.from('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}     ').toString('hex') +
      '00 00 c0 3f  00 00 00 c0',
  );
  const { w } = loadSafetensors(bytes);
  assert.equal(w!.toArray(), [1.5, -2]);
  assert.is(w!.dtype, 'float32');
  assert.is(w!.name, 'w');
});

test('what is saved has these bytes', () => {
  const header =
    '{"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}';
  assert.is(header.length, 107);
  const expected = Buffer.concat([
    hex('70 00 00 00 00 00 00 00'),
    Buffer.from(`${header}     `),
    hex('00 00 00 00 00 00 f0 3f'), // 1
    hex('00 00 80 bf'), // −1
  ]);
  const tensors = { b: tensor([-1]), a: tensor(1, { dtype: 'float64' }) };
  assert.is(Buffer.compare(saveSafetensors(tensors), expected), 0);
});

test('F64 becomes float64 and keeps every bit', () => {
  const x = read('F64', [3], '9a9999999999b93f 0000000000000080 0100000000000000');
  assert.is(x.dtype, 'float64');
  assert.ok(Object.is(x.data[1], -0));
  assert.equal([...x.data], [0.1, -0, 5e-324]);
});

test('F16 becomes float32 exactly: numbers, subnormal ones, both zeros, infinities, NaN', () => {
  // From the table of binary16 values in IEEE 754: 0x0001 = 2^-24, 0x03ff = 1023·2^-24, 0x0400 = 2^-14, 0x7bff = 65504.
  const x = read('F16', [10], '0100 ff03 0004 ff7b 0080 007c 00fc 007e 00c0 5535');
  const values = [
    2 ** -24,
    1023 * 2 ** -24,
    2 ** -14,
    65504,
    -0,
    Infinity,
    -Infinity,
    NaN,
    -2,
    0.333251953125,
  ];
  assert.is(x.dtype, 'float32');
  for (const [i, value] of values.entries()) assert.ok(Object.is(x.data[i], value), `${i}: ${x.data[i]}`);
});

test('BF16 becomes float32 exactly: numbers, subnormal ones, both zeros, infinities, NaN', () => {
  // The upper halves of 1, −2, 3.140625, 2^-133, −0, ∞, −∞, NaN and the largest one.
  const x = read('BF16', [9], '803f 00c0 4940 0100 0080 807f 80ff c07f 7f7f');
  const values = [1, -2, 3.140625, 2 ** -133, -0, Infinity, -Infinity, NaN, 3.3895313892515355e38];
  assert.is(x.dtype, 'float32');
  for (const [i, value] of values.entries()) assert.ok(Object.is(x.data[i], value), `${i}: ${x.data[i]}`);
});

test('short whole numbers and booleans become float32, long ones float64', () => {
  const rows: [string, string, number[], string][] = [
    ['I8', '80 ff 7f', [-128, -1, 127], 'float32'],
    ['U8', '00 80 ff', [0, 128, 255], 'float32'],
    ['BOOL', '00 01 01', [0, 1, 1], 'float32'],
    ['I16', '0080 ffff ff7f', [-32768, -1, 32767], 'float32'],
    ['U16', '0000 0080 ffff', [0, 32768, 65535], 'float32'],
    ['I32', '00000080 ffffffff ffffff7f', [-2147483648, -1, 2147483647], 'float64'],
    ['U32', '00000000 00000080 ffffffff', [0, 2147483648, 4294967295], 'float64'],
    [
      'I64',
      '000000000000e0ff ffffffffffffffff 0000000000002000',
      [-9007199254740992, -1, 9007199254740992],
      'float64',
    ],
    ['U64', '0000000000000000 0000000001000000 0000000000002000', [0, 2 ** 32, 2 ** 53], 'float64'],
  ];
  for (const [dtype, data, values, as] of rows) {
    const x = read(dtype, [3], data);
    assert.equal([...x.data], values, dtype);
    assert.is(x.dtype, as);
  }
});

test('a whole number beyond 2^53 is refused with its name, value and position', () => {
  const said = message(() => read('I64', [2, 1], '0000000000000000 0100000000002000'));
  assert.match(said, 'loadSafetensors: the file: tensor "x" (I64) holds 9007199254740993');
  assert.match(said, 'at index [1, 0]');
  assert.match(said, 'store it as F64');
  assert.match(
    message(() => read('I64', [1], 'ffffffffffffdfff')),
    'holds -9007199254740993',
  );
  assert.match(
    message(() => read('U64', [1], 'ffffffffffffffff')),
    'holds 18446744073709551615',
  );
  assert.match(
    message(() => read('BOOL', [1, 3], '00 01 02')),
    'holds 2, and a tensor takes 0 to 1',
  );
});

test('a dtype that no tensor holds is refused by its name, and shown by inspectSafetensors', () => {
  const bytes = file('{"w":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}', hex('00 38'));
  const said = message(() => loadSafetensors(bytes, 'm.safetensors'));
  assert.match(
    said,
    'm.safetensors: tensor "w" has the dtype "F8_E4M3", expected one of F64, F32, F16, BF16',
  );
  assert.match(said, 'v.float()');
  assert.equal(inspectSafetensors(bytes).tensors, { w: { dtype: 'F8_E4M3', shape: [2] } });
  const unknown = file('{"w":{"dtype":"toString","shape":[2],"data_offsets":[0,3]}}', hex('00 38 00'));
  assert.match(
    message(() => loadSafetensors(unknown)),
    'has the dtype "toString"',
  );
});

test('a state dict comes back into a model, bit for bit', () => {
  const made = (seed: number): Sequential =>
    new Sequential(new Linear(3, 4, { rng: random(seed) }), new Linear(4, 2, { rng: random(seed + 1) }));
  const [model, other] = [made(1), made(5)];
  other.loadStateDict(loadSafetensors(saveSafetensors(model.stateDict())));
  assert.equal(other.stateDict(), model.stateDict());
});

test('metadata come back, and inspectSafetensors needs the header only', () => {
  const metadata = { format: 'pt', epoch: '3', __proto__: null } as unknown as Record<string, string>;
  const bytes = saveSafetensors({ w: zeros([2, 3]) }, { metadata });
  assert.equal(inspectSafetensors(bytes.subarray(0, bytes.length - 24)), {
    metadata: { epoch: '3', format: 'pt' },
    tensors: { w: { dtype: 'F32', shape: [2, 3] } },
  });
  assert.equal(Object.keys(loadSafetensors(bytes)), ['w']);
  assert.equal(inspectSafetensors(saveSafetensors({})), { metadata: {}, tensors: {} });
});

test('a tensor named __proto__ is one like any other', () => {
  const bytes = file('{"__proto__":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}', hex('0000803f'));
  const tensors = loadSafetensors(bytes);
  assert.ok(Object.hasOwn(tensors, '__proto__'));
  assert.is(Object.getPrototypeOf(tensors), Object.prototype);
  assert.is(Object.entries(tensors)[0]![1].item(), 1);
  assert.equal(loadSafetensors(saveSafetensors(tensors)), tensors);
  const odd = inspectSafetensors(file('{"__metadata__":{"__proto__":"x"}}'));
  assert.is(Object.getPrototypeOf(odd.metadata), Object.prototype);
  assert.equal(Object.entries(odd.metadata), [['__proto__', 'x']]);
});

test('whatever is saved comes back, bit for bit, and each tensor is aligned to its elements', () =>
  property(namedTensors, (saved) => {
    const bytes = saveSafetensors(saved);
    assert.equal(contentsOf(loadSafetensors(bytes)), contentsOf(saved));
    const [length] = new BigUint64Array(bytes.slice(0, 8).buffer);
    assert.is(length! % 8n, 0n);
    const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + Number(length))).toString('utf8')) as object;
    for (const { dtype, data_offsets: at } of Object.values(header))
      assert.is(at[0] % (dtype === 'F64' ? 8 : 4), 0);
  }));

test('a NaN keeps its bits', () => {
  const x = read('F32', [1], '0100a0ff');
  assert.is(bitsOf(x), '0100a0ff');
  assert.is(Buffer.from(saveSafetensors({ x }).slice(-4)).toString('hex'), '0100a0ff');
});

test('the order in which tensors are listed does not change the bytes', () => {
  const [a, b] = [tensor([1, 2]), tensor([3], { dtype: 'float64' })];
  const metadata = { x: '1', y: '2' };
  assert.equal(
    saveSafetensors({ a, b, c: a }, { metadata }),
    saveSafetensors({ c: a, b, a }, { metadata: { y: '2', x: '1' } }),
  );
});

test('bytes that lie anywhere in a buffer are read, and not kept', () => {
  const bytes = saveSafetensors({ w: tensor([1, 2, 3]) });
  const inside = new Uint8Array(bytes.length + 3).fill(7);
  inside.set(bytes, 3);
  const { w } = loadSafetensors(inside.subarray(3));
  inside.fill(0);
  assert.equal(w!.toArray(), [1, 2, 3]);
});

const F32 = (more: string): string => `{"dtype":"F32",${more}}`;

/** Headers with data of 8 bytes that are refused, and a part of what is said. */
const REFUSED: [string, string][] = [
  [
    `{"a":${F32('"shape":[2],"data_offsets":[0,8]')},"a":${F32('"shape":[0],"data_offsets":[8,8]')}}`,
    'names "a" twice',
  ],
  [
    `{"a":${F32('"shape":[2],"data_offsets":[0,8]')},"\\u0061":${F32('"shape":[0],"data_offsets":[8,8]')}}`,
    'names "a" twice',
  ],
  [`{"a":${F32('"dtype":"F32","shape":[2],"data_offsets":[0,8]')}}`, 'names "dtype" twice'],
  ['{"__metadata__":{"k":"1","k":"1"}}', 'names "k" twice'],
  ['{"__metadata__":{"k":1}}', 'has 1 in __metadata__ under "k", expected a string'],
  ['{"__metadata__":[]}', '__metadata__ that is an array, expected an object of strings'],
  ['{"a":7}', 'tensor "a" as 7, expected an object'],
  ['{"a":[]}', 'tensor "a" as an array'],
  ['{"a":{"shape":[2],"data_offsets":[0,8]}}', 'with the dtype undefined'],
  [`{"a":${F32('"data_offsets":[0,8]')}}`, 'with the shape undefined, expected whole numbers ≥ 0'],
  [`{"a":${F32('"shape":[-2],"data_offsets":[0,8]')}}`, 'with the shape [-2]'],
  [`{"a":${F32('"shape":[1.5],"data_offsets":[0,8]')}}`, 'with the shape [1.5]'],
  [`{"a":${F32('"shape":["2"],"data_offsets":[0,8]')}}`, 'with the shape ["2"]'],
  [`{"a":${F32('"shape":[9007199254740993],"data_offsets":[0,8]')}}`, 'with the shape'],
  [`{"a":${F32('"shape":[4294967296,4294967296],"data_offsets":[0,8]')}}`, 'more than 2^53 bytes'],
  [`{"a":${F32('"shape":[1152921504606846976],"data_offsets":[0,8]')}}`, 'with the shape'],
  [
    `{"a":${F32('"shape":[3],"data_offsets":[0,8]')}}`,
    'with 8 bytes, data_offsets [0,8]; F32 of shape [3] takes 12',
  ],
  [`{"a":${F32('"shape":[2],"data_offsets":[0]')}}`, 'with data_offsets [0], expected two'],
  [`{"a":${F32('"shape":[2],"data_offsets":[8,0]')}}`, 'whose begin lies behind the end'],
  [
    `{"a":${F32('"shape":[2],"data_offsets":[-8,0]')}}`,
    'with data_offsets [-8,0], expected two whole numbers',
  ],
  [`{"a":${F32('"shape":[2],"data_offsets":[0.5,8.5]')}}`, 'with data_offsets [0.5,8.5]'],
  [`{"a":${F32('"shape":[2],"data_offsets":[4,12]')}}`, 'at 4 of its data, expected 0'],
  [
    `{"a":${F32('"shape":[1],"data_offsets":[0,4]')},"b":${F32('"shape":[0],"data_offsets":[8,8]')}}`,
    'the 4 bytes between them belong to none',
  ],
  [
    `{"a":${F32('"shape":[2],"data_offsets":[0,8]')},"b":${F32('"shape":[1],"data_offsets":[4,8]')}}`,
    'tensor "b" at 4 of its data, expected 8, where the tensor before it ends: the two overlap',
  ],
  [
    `{"a":${F32('"shape":[1],"data_offsets":[0,4]')}}`,
    'is too long: its tensors take 4 bytes after the header, and 8 are there',
  ],
  [
    `{"a":${F32('"shape":[3],"data_offsets":[0,12]')}}`,
    'is cut off: its tensors take 12 bytes after the header, and 8 are there',
  ],
  ['{}', 'is too long'],
  ['{"a":', 'has a header that is no JSON'],
  ['[]', 'byte 8 begins the header, and is no {'],
  [' {}', 'byte 8 begins the header, and is no {'],
];

for (const [header, words] of REFUSED)
  test(`refused: ${header}`, () => {
    const said = message(() => loadSafetensors(file(header, new Uint8Array(8)), 'bad.safetensors'));
    assert.match(said, 'loadSafetensors: bad.safetensors ');
    assert.ok(said.includes(words), said);
    assert.match(said, 'Download it again, or have its program write it anew');
  });

test('an empty tensor may have long axes too, and many tensors may be empty', () => {
  const bytes = file(
    `{"a":${F32('"shape":[0,4294967296],"data_offsets":[0,0]')},"b":${F32('"shape":[2],"data_offsets":[0,8]')}}`,
    new Uint8Array(8),
  );
  assert.equal(loadSafetensors(bytes).a!.shape, [0, 4294967296]);
});

test('a header is measured before it is read', () => {
  const start = (length: bigint, rest = ''): Uint8Array => {
    const bytes = new Uint8Array(8 + rest.length);
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    bytes.set(Buffer.from(rest), 8);
    return bytes;
  };
  const of = (bytes: Uint8Array): string => message(() => loadSafetensors(bytes));
  assert.match(of(start(2n ** 63n - 1n, '{}')), 'a header of 9223372036854776000 bytes');
  assert.match(of(start(2n ** 53n, '{}')), 'a header of 9007199254740992 bytes, and at most 100000000');
  assert.match(of(start(100_000_001n, '{}')), 'at most 100000000 are allowed');
  assert.match(of(start(100_000_000n, '{}')), 'is cut off: its header has 100000000 bytes, and 2 are there');
  assert.match(of(start(3n, '{}')), 'is cut off: its header has 3 bytes, and 2 are there');
  assert.match(of(start(0n, '')), 'byte 8 begins the header');
  assert.match(of(start(0n, '{}')), 'byte 8 begins the header');
  assert.match(of(new Uint8Array(7)), 'has 7 bytes, and a .safetensors file begins with 8');
  assert.match(of(new Uint8Array(0)), 'is empty, a file of 0 bytes');
  assert.match(of(file('{"\u0000ÿ":1}').fill(0xff, 10, 11)), 'no UTF-8');
});

test('long metadata is read, with every kind of character in it', () => {
  const long = '"\\{}[]:,'.repeat(200_000);
  const bytes = saveSafetensors({ [long]: zeros([1]) }, { metadata: { long, other: '\\' } });
  assert.is(inspectSafetensors(bytes).metadata.long, long);
  assert.equal(Object.keys(loadSafetensors(bytes)), [long]);
});

test('names and metadata that no file can hold are refused', () => {
  const x = zeros([1]);
  const of = (tensors: unknown, metadata?: unknown): string =>
    message(() => saveSafetensors(tensors as never, { metadata: metadata as never }));
  assert.match(of({ 'a\ud800': x }), 'has half of a UTF-16 pair');
  assert.match(of({ __metadata__: x }), '__metadata__ names the metadata');
  assert.match(of({ x }, { a: 1 }), 'metadata "a" is a string, got 1; pass String(value)');
  assert.match(of({ x }, { a: '\udc00' }), 'half of a UTF-16 pair');
  assert.match(of({ x }, []), 'metadata is an object of strings, got an array');
  assert.match(of({ x: 1 }), '"x" is a number, expected a Tensor; of a model pass model.stateDict()');
  assert.match(of(new Linear(1, 1, { rng: random(1) })), 'pass model.stateDict()');
  assert.match(of(x), 'expected an object of tensors by name, such as model.stateDict(), got a Tensor');
  assert.match(of({ x }, { long: 'x'.repeat(100_000_000) }), 'put large values into tensors');
});

test('bytes in another form are refused with the way to pass them', () => {
  const { buffer } = saveSafetensors({ x: zeros([1]) });
  assert.match(
    message(() => loadSafetensors(buffer as never)),
    'pass new Uint8Array(buffer)',
  );
  assert.match(
    message(() => inspectSafetensors('x' as never)),
    'inspectSafetensors: expected the bytes',
  );
  assert.match(
    message(() => loadSafetensors(new Uint8Array(buffer), 3 as never)),
    'the name of the file',
  );
});

test('every refusal is an error of the library', () =>
  property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    try {
      loadSafetensors(bytes);
    } catch (error) {
      assert.instance(error, TapegradError);
    }
  }));

test('a shape of lists that lie in each other 200,000 deep is refused in our words', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const header = `{"a":{"dtype":"F32","shape":${deep},"data_offsets":[0,0]}}`;
  assert.match(
    message(() => loadSafetensors(file(header))),
    'loadSafetensors: ',
  );
});
