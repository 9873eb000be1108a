/**
 * Reads the IDX format, in which MNIST is published: two zero bytes, a type code, the number of axes, the size of each
 * axis as a big-endian 32-bit integer, and then the numbers, row-major and big-endian.
 * @source Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits
 */
import { ArgumentError, formatShape } from '../base/errors.js';
import { isBytes, kindOf } from '../base/kind.js';
import { sizeOf } from '../base/shape.js';
import { needText } from '../base/words.js';

/** The numbers of an IDX file, in the array of their type. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** What an IDX file holds. */
export interface IdxArray {
  readonly shape: readonly number[];
  /** The elements, row-major. */
  readonly data: IdxData;
}

interface ElementType {
  readonly bytes: number;
  create(length: number): IdxData;
  read(view: DataView, offset: number): number;
}

const TYPES = new Map<number, ElementType>([
  [0x08, { bytes: 1, create: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) }],
  [0x09, { bytes: 1, create: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) }],
  [0x0b, { bytes: 2, create: (n) => new Int16Array(n), read: (view, at) => view.getInt16(at) }],
  [0x0c, { bytes: 4, create: (n) => new Int32Array(n), read: (view, at) => view.getInt32(at) }],
  [0x0d, { bytes: 4, create: (n) => new Float32Array(n), read: (view, at) => view.getFloat32(at) }],
  [0x0e, { bytes: 8, create: (n) => new Float64Array(n), read: (view, at) => view.getFloat64(at) }],
]);

/**
 * The array that the bytes of an IDX file hold. The bytes have to be unzipped.
 * @param what what errors call the file, such as its path
 * @throws ArgumentError if the first bytes, the type, the number of axes or the length is wrong
 */
export function parseIdx(bytes: Uint8Array, what = 'the file'): IdxArray {
  if (!isBytes(bytes))
    throw new ArgumentError(
      'parseIdx',
      `expected the bytes of ${what} as a Uint8Array, got ${kindOf(bytes)}`,
    );
  needText('parseIdx', 'the name of the file', what);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) throw bad(what, `has ${bytes.length} bytes, too few for an IDX header of at least 4`);
  if (view.getUint16(0) !== 0)
    throw bad(
      what,
      `is no IDX file: it starts with ${hex(bytes.subarray(0, 4))}, expected 00 00, a type and a number of axes`,
    );
  const type = TYPES.get(bytes[2]!);
  if (!type)
    throw bad(
      what,
      `has the unknown element type 0x${bytes[2]!.toString(16).padStart(2, '0')}; expected one of ${[...TYPES.keys()].map((code) => `0x${code.toString(16).padStart(2, '0')}`).join(', ')}`,
    );
  const rank = bytes[3]!;
  const start = 4 + 4 * rank;
  if (bytes.length < start)
    throw bad(
      what,
      `is cut off inside its header: ${bytes.length} bytes, ${start} expected for ${rank} axes`,
    );
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const length = sizeOf(shape);
  const expected = start + length * type.bytes;
  if (bytes.length !== expected)
    throw bad(
      what,
      `${bytes.length < expected ? 'is cut off' : 'is too long'}: shape ${formatShape(shape)} needs ${expected} bytes, the file has ${bytes.length}`,
    );
  if (type.bytes === 1 && bytes[2] === 0x08) return { shape, data: bytes.slice(start) };
  const data = type.create(length);
  for (let i = 0; i < length; i++) data[i] = type.read(view, start + i * type.bytes);
  return { shape, data };
}

function bad(what: string, problem: string): ArgumentError {
  return new ArgumentError('parseIdx', `${what} ${problem}. Download or unpack it again`);
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
