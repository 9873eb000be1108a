/**
 * The numbers of a file: how many bytes each type takes, how they are read, and which dtype of a tensor holds every value
 * exactly. The formats name the types differently, `BF16`, `<f4`, and share this table.
 */
import { allocate, type Dtype, type FloatArray } from '../base/array.js';
import type { Shape } from '../base/shape.js';

/** A type of numbers in files. */
export interface ElementType {
  readonly bytes: number;
  /** The dtype of the tensor that the numbers are read into. */
  readonly dtype: Dtype;
  readonly read: (view: DataView, at: number, little: boolean) => number | bigint;
  /** The values that a tensor takes, where it does not take all. */
  readonly from?: number;
  readonly to?: number;
}

/** A float64 holds every whole number up to here, and no longer every one beyond. */
const EXACT = 2 ** 53;

export const ELEMENTS = {
  float64: { bytes: 8, dtype: 'float64', read: (view, at, little) => view.getFloat64(at, little) },
  float32: { bytes: 4, dtype: 'float32', read: (view, at, little) => view.getFloat32(at, little) },
  float16: {
    bytes: 2,
    dtype: 'float32',
    read: (view, at, little) => halfPrecision(view.getUint16(at, little)),
  },
  bfloat16: {
    bytes: 2,
    dtype: 'float32',
    read: (view, at, little) => brainFloat(view.getUint16(at, little)),
  },
  int8: { bytes: 1, dtype: 'float32', read: (view, at) => view.getInt8(at) },
  uint8: { bytes: 1, dtype: 'float32', read: (view, at) => view.getUint8(at) },
  bool: { bytes: 1, dtype: 'float32', read: (view, at) => view.getUint8(at), from: 0, to: 1 },
  int16: { bytes: 2, dtype: 'float32', read: (view, at, little) => view.getInt16(at, little) },
  uint16: { bytes: 2, dtype: 'float32', read: (view, at, little) => view.getUint16(at, little) },
  int32: { bytes: 4, dtype: 'float64', read: (view, at, little) => view.getInt32(at, little) },
  uint32: { bytes: 4, dtype: 'float64', read: (view, at, little) => view.getUint32(at, little) },
  int64: {
    bytes: 8,
    dtype: 'float64',
    read: (view, at, little) => view.getBigInt64(at, little),
    from: -EXACT,
    to: EXACT,
  },
  uint64: {
    bytes: 8,
    dtype: 'float64',
    read: (view, at, little) => view.getBigUint64(at, little),
    from: 0,
    to: EXACT,
  },
} satisfies Record<string, ElementType>;

/**
 * How many bytes the elements of a shape take; null for more than 2⁵³. An axis of length 0 is passed over in this
 * comparison, since the sizes of the others are multiplied elsewhere too.
 */
export function bytesOf(shape: Shape, each: number): number | null {
  const most = shape.reduce((product, axis) => product * (axis || 1), each);
  return most > EXACT ? null : shape.includes(0) ? 0 : most;
}

/** Whether a value is a list of whole numbers ≥ 0 that no rounding has changed. */
export function isWholeNumbers(value: unknown): value is number[] {
  return (
    Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0 && !Object.is(one, -0))
  );
}

/** Half precision (IEEE 754 binary16): a sign, 5 bits of exponent, 10 of fraction. */
function halfPrecision(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  // The same number as a float32, whose exponents begin 112 lower and whose fraction has 13 bits more.
  word[0] = ((exponent + 112) << 23) | (fraction << 13);
  return sign * wordAsFloat[0]!;
}

const word = new Uint32Array(1);
const wordAsFloat = new Float32Array(word.buffer);

/** A bfloat16 is the upper half of a float32. */
function brainFloat(bits: number): number {
  word[0] = bits << 16;
  return wordAsFloat[0]!;
}

const HOST_IS_LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * The numbers that bytes hold, in an array of their own.
 * @param refuse makes the error for a value that the tensor cannot hold, from a text and the position of the value
 */
export function decode(
  bytes: Uint8Array,
  type: ElementType,
  little: boolean,
  refuse: (problem: string, position: number) => Error,
): FloatArray {
  const count = bytes.length / type.bytes;
  const data = allocate(type.dtype, count);
  if (type === ELEMENTS.float32 || type === ELEMENTS.float64) {
    // Copied as bytes, so that every bit of a NaN is kept.
    const copy = new Uint8Array(data.buffer);
    copy.set(bytes);
    if (little !== HOST_IS_LITTLE) reverseEach(copy, type.bytes);
    return data;
  }
  const { read, from = -Infinity, to = Infinity } = type;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) {
    const value = read(view, i * type.bytes, little);
    if (value < from || value > to)
      throw refuse(`holds ${value}, and a tensor takes ${from} to ${to} of this type`, i);
    data[i] = Number(value);
  }
  return data;
}

/** The bytes of numbers, in the order of little-endian machines. */
export function encode(data: FloatArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (HOST_IS_LITTLE) return bytes;
  const reversed = bytes.slice();
  reverseEach(reversed, data.BYTES_PER_ELEMENT);
  return reversed;
}

/** Turns the bytes of each number round. */
function reverseEach(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
