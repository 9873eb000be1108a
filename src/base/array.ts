/** Arrays of numbers with a shape, which every kernel takes and returns. They are contiguous and row-major. */
import { ArgumentError } from './errors.js';
import { isFloat, isFloat32, kindOf } from './kind.js';
import { checkFill, checkShape, type Shape } from './shape.js';
import { type Check, oneOf } from './words.js';

export type FloatArray = Float32Array | Float64Array;
export type Dtype = 'float32' | 'float64';

/** The most numbers that are counted for the classes of a dataset: 5,000 × 5,000, which fill 200 MB. */
export const MOST_COUNTS = 25_000_000;

export interface NDArray {
  readonly data: FloatArray;
  readonly shape: Shape;
}

/** A number, or arrays of numbers to any depth. */
export type NestedArray = number | NestedArray[];

/** The elements as nested arrays, one level for each axis; a number for a scalar. */
export function nested({ data, shape }: NDArray): NestedArray {
  const nest = (axis: number, start: number, size: number): NestedArray => {
    if (axis === shape.length) return data[start]!;
    const step = shape[axis] === 0 ? 0 : size / shape[axis]!;
    return Array.from({ length: shape[axis]! }, (_, i) => nest(axis + 1, start + i * step, step));
  };
  return nest(0, 0, data.length);
}

/** A whole number that almost surely differs for different words (FNV-1a over 32-bit words). */
export function fingerprint(words: ArrayLike<number>): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  return hash;
}

/** Refuses a name that is no dtype. */
export const needDtype: Check = oneOf(['float32', 'float64']);

/** @throws ArgumentError for a name that is no dtype */
export function checkDtype(op: string, dtype: Dtype): void {
  needDtype(op, 'dtype', dtype);
}

export function dtypeOf(data: FloatArray): Dtype {
  return isFloat32(data) ? 'float32' : 'float64';
}

/** A zero-filled array of the dtype. */
export function allocate(dtype: Dtype, size: number): FloatArray {
  return dtype === 'float32' ? new Float32Array(size) : new Float64Array(size);
}

/** A zero-filled array with the dtype of `data`. */
export function allocateLike(data: FloatArray, size: number = data.length): FloatArray {
  return isFloat32(data) ? new Float32Array(size) : new Float64Array(size);
}

/** The same numbers in an array of their own. `slice` would do it too, but fills the new array with zeros first. */
export const copied = (data: FloatArray): FloatArray =>
  isFloat32(data) ? new Float32Array(data) : new Float64Array(data);

/** Numbers in an array of the dtype, each rounded to it. */
export function rounded(values: ArrayLike<number>, dtype: Dtype): FloatArray {
  const data = allocate(dtype, values.length);
  data.set(values);
  return data;
}

/** Whether a number and its rounding to the dtype are finite. */
export function isHeldBy(dtype: Dtype, value: number): boolean {
  return Number.isFinite(dtype === 'float32' ? Math.fround(value) : value);
}

/** Refuses numbers and a shape that make no tensor. */
export function checkArray(op: string, data: unknown, shape: Shape): void {
  if (!isFloat(data))
    throw new ArgumentError(
      op,
      `its numbers are in a Float32Array or a Float64Array, got ${kindOf(data)}; tensor(…) makes one from other numbers`,
    );
  // This runs for the result of every op, so that what is right is found right in one short loop.
  let size = Array.isArray(shape) ? 1 : Number.NaN;
  for (let axis = 0; axis < shape?.length; axis++)
    size *= shape[axis]! >>> 0 === shape[axis] ? shape[axis]! : Number.NaN;
  if (size === data.length) return;
  checkShape(op, shape);
  checkFill(op, data.length, shape);
}

/** The largest number of the dtype below x. */
function nextBelow(x: number, dtype: Dtype): number {
  const value = allocate(dtype, 1);
  value[0] = x;
  if (value[0]! < x) return value[0]!;
  if (value[0] === 0) return dtype === 'float32' ? -(2 ** -149) : -Number.MIN_VALUE;
  // Positive floats are ordered as the integers of their bits are, negative ones the other way round.
  if (dtype === 'float32') new Int32Array(value.buffer)[0]! += value[0]! > 0 ? -1 : 1;
  else new BigInt64Array(value.buffer)[0]! += value[0]! > 0 ? -1n : 1n;
  return value[0]!;
}

/**
 * A number drawn from [low, high), so that it still lies there after it was rounded to the dtype: rounding to the nearest
 * may reach or pass a bound. Returned as it is if no number of the dtype lies there.
 */
export function roundedInside(drawn: number, low: number, high: number, dtype: Dtype): number {
  const rounded = dtype === 'float32' ? Math.fround(drawn) : drawn;
  if (rounded >= low && rounded < high) return drawn;
  const moved = rounded < low ? -nextBelow(-low, dtype) : nextBelow(high, dtype);
  return moved >= low && moved < high ? moved : drawn;
}
