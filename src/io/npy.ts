/**
 * One array of NumPy in a .npy file: six bytes that tell the format, a version, the length of the header, the header, which
 * is a Python dict with the type, the order and the shape, and the numbers.
 * @source https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import type { FloatArray } from '../base/array.js';
import { ArgumentError, formatShape } from '../base/errors.js';
import { type Shape, unravel } from '../base/shape.js';
import { needTensors } from '../base/words.js';
import { permute, Tensor } from '../core.js';
import { damaged, needBytes, quoted } from './arguments.js';
import { bytesOf, decode, ELEMENTS, type ElementType, encode, isWholeNumbers } from './elements.js';
import { isDict, type Literal, parseLiteral } from './python-literal.js';
import { refuseOther } from './recognise.js';

/** What a header says. */
interface Header {
  readonly type: ElementType;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: number[];
  /** Where the numbers begin. */
  readonly start: number;
}

/** `\x93NUMPY` */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** The longest header that is read, in bytes. That of an array of numbers takes about 120. */
const LONGEST_HEADER = 65_535;

/** The types that a tensor can hold exactly, without the mark of the byte order. */
const READ: Readonly<Record<string, ElementType>> = {
  f8: ELEMENTS.float64,
  f4: ELEMENTS.float32,
  f2: ELEMENTS.float16,
  i1: ELEMENTS.int8,
  u1: ELEMENTS.uint8,
  b1: ELEMENTS.bool,
  i2: ELEMENTS.int16,
  u2: ELEMENTS.uint16,
  i4: ELEMENTS.int32,
  u4: ELEMENTS.uint32,
  i8: ELEMENTS.int64,
  u8: ELEMENTS.uint64,
};

/** What to do with other types, by the letter of their kind. */
const INSTEAD: Readonly<Record<string, [called: string, advice: string]>> = {
  O: [
    'Python objects',
    "make it numbers first: numpy.save('new.npy', numpy.array(x.tolist(), dtype='float32'))",
  ],
  U: ['text', 'save numbers in its place, such as those of numpy.unique(x, return_inverse=True)[1]'],
  S: ['text', 'save numbers in its place, such as those of numpy.unique(x, return_inverse=True)[1]'],
  c: ['complex numbers', "save both parts: numpy.savez('new.npz', real=x.real, imag=x.imag)"],
  M: ['dates', "save numbers in their place: numpy.save('new.npy', x.astype('int64'))"],
  m: ['spans of time', "save numbers in their place: numpy.save('new.npy', x.astype('int64'))"],
};

/**
 * The array of a .npy file. Every number is kept exactly: `f8`, `i4`, `u4`, `i8` and `u8` become float64, `f4`, `f2`, `i1`,
 * `u1`, `i2`, `u2` and `b1` float32, in either byte order, and in C or in Fortran order.
 * @param what what errors call the file, such as its path
 * @throws ArgumentError for another format, for a file that is damaged, a type that no tensor holds, such as text, and a
 * number of 64 bits beyond ±2⁵³
 */
export function readNpy(bytes: Uint8Array, what = 'the file'): Tensor {
  needBytes('readNpy', bytes, what);
  return parseNpy('readNpy', bytes, what);
}

/** {@link readNpy} under the name of the reader that was called. */
export function parseNpy(op: string, bytes: Uint8Array, what: string): Tensor {
  const { type, little, fortran, shape, start } = readHeader(op, bytes, what);
  const needed = bytesOf(shape, type.bytes);
  const found = bytes.length - start;
  if (found !== needed)
    throw damaged(
      op,
      what,
      `${found < needed! ? 'is cut off' : 'is too long'}: shape ${formatShape(shape)} takes ${needed} bytes after the header, and ${found} are there`,
    );
  // In Fortran order the first index runs fastest: in the file lies the transpose of the array.
  const stored = fortran ? [...shape].reverse() : shape;
  const refuse = (problem: string, at: number): ArgumentError => {
    const index = unravel(at, stored);
    const where = formatShape(fortran ? index.reverse() : index);
    return new ArgumentError(op, `${what} ${problem}, at index ${where}; save x.astype('float64')`);
  };
  const data = decode(bytes.subarray(start), type, little, refuse);
  return fortran ? transposed(data, stored) : new Tensor(data, shape);
}

function transposed(data: FloatArray, shape: Shape): Tensor {
  const axes = shape.map((_, axis) => shape.length - 1 - axis);
  return permute(new Tensor(data, shape), axes);
}

function readHeader(op: string, bytes: Uint8Array, what: string): Header {
  refuseOther(op, bytes, what, 'npy');
  if (!MAGIC.every((byte, i) => bytes[i] === byte))
    throw damaged(op, what, 'is no .npy file: it does not begin with \\x93NUMPY');
  const [major, minor] = [bytes[6], bytes[7]];
  if (!(major === 1 || major === 2 || major === 3) || minor !== 0)
    throw damaged(op, what, `has version ${major}.${minor} of the format, expected 1.0, 2.0 or 3.0`);
  const from = major === 1 ? 10 : 12;
  if (bytes.length < from) throw damaged(op, what, `is cut off: ${bytes.length} bytes, inside its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER)
    throw damaged(op, what, `has a header of ${length} bytes, and at most ${LONGEST_HEADER} are read`);
  const start = from + length;
  if (start > bytes.length)
    throw damaged(op, what, `is cut off: its header ends at byte ${start}, and there are ${bytes.length}`);
  try {
    const encoding = major === 3 ? 'utf-8' : 'latin1';
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(from, start));
    return { ...meaning(op, what, parseLiteral(text)), start };
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    throw damaged(op, what, `has a header that cannot be read: ${(error as Error).message}`);
  }
}

/** What the dict of a header says, once it is found possible. */
function meaning(op: string, what: string, header: Literal): Omit<Header, 'start'> {
  const dict = isDict(header) ? header : new Map<string, Literal>();
  const keys = isDict(header) ? [...dict.keys()].sort().join(', ') : 'no dict';
  if (keys !== 'descr, fortran_order, shape')
    throw damaged(op, what, `has ${keys} in its header, expected descr, fortran_order, shape`);
  const fortran = dict.get('fortran_order');
  if (typeof fortran !== 'boolean')
    throw damaged(op, what, `has fortran_order that is neither True nor False`);
  const shape = dict.get('shape');
  if (!isWholeNumbers(shape)) throw damaged(op, what, 'has a shape that is no tuple of whole numbers ≥ 0');
  const kind = typeOf(op, what, dict.get('descr')!);
  if (bytesOf(shape, kind.type.bytes) === null)
    throw damaged(op, what, `has shape ${formatShape(shape)}, which has more than 2^53 bytes`);
  return { ...kind, fortran, shape };
}

/** How numbers of a type such as `<f4` are read. @throws ArgumentError for a type that no tensor holds */
function typeOf(op: string, what: string, descr: Literal): { type: ElementType; little: boolean } {
  if (typeof descr !== 'string')
    throw new ArgumentError(
      op,
      `${what} holds an array with named fields, expected numbers of one type; save each field: numpy.savez('new.npz', **{n: x[n] for n in x.dtype.names})`,
    );
  const [order, name] = [descr[0]!, descr.slice(1)];
  const type = Object.hasOwn(READ, name) ? READ[name]! : undefined;
  if (type && (order === '<' || order === '>' || (order === '|' && type.bytes === 1)))
    return { type, little: order === '<' };
  const [called, advice] = INSTEAD[name[0] ?? ''] ?? ['another type', "save x.astype('float64')"];
  throw new ArgumentError(
    op,
    `${what} holds ${called}, its type is ${quoted(descr)}; expected <f4, >f8 or another number of at most 64 bits. In Python ${advice}`,
  );
}

/**
 * The bytes of a .npy file, which `numpy.load` reads: version 1.0, type `<f4` or `<f8` after the dtype, in C order.
 * @throws ArgumentError for what is no tensor
 */
export function writeNpy(tensor: Tensor): Uint8Array {
  needTensors('writeNpy', tensor);
  const { data, dtype, shape } = tensor;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${dtype === 'float32' ? '<f4' : '<f8'}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Spaces and a line feed fill the header, so that the numbers begin at a multiple of 64.
  const start = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const file = new Uint8Array(start + data.byteLength).fill(0x20, 0, start);
  file.set([...MAGIC, 1, 0]);
  new DataView(file.buffer).setUint16(8, start - 10, true);
  file.set(new TextEncoder().encode(dict), 10);
  file[start - 1] = 0x0a;
  file.set(encode(data), start);
  return file;
}
