/** Arrays of numbers as JSON, and back without loss. */
import { allocate, checkDtype, type Dtype, dtypeOf, type NDArray } from './array.js';
import { ArgumentError } from './errors.js';
import { shown } from './kind.js';
import { checkFill, checkShape } from './shape.js';

/** What `JSON.stringify` writes of a tensor. Numbers that JSON has not are words: NaN, Infinity, -Infinity and -0. */
export interface SavedTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The elements, row-major. */
  readonly data: readonly (number | string)[];
}

const WORDS: readonly string[] = ['NaN', 'Infinity', '-Infinity', '-0'];

export function saveArray({ data, shape }: NDArray): SavedTensor {
  const written = (value: number): number | string =>
    Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
  return { dtype: dtypeOf(data), shape: [...shape], data: Array.from(data, written) };
}

/** Whether a value has the parts of a saved tensor. */
export function isSaved(value: unknown): value is SavedTensor {
  const { dtype, shape, data } = (value ?? {}) as Partial<SavedTensor>;
  return dtype !== undefined && Array.isArray(shape) && Array.isArray(data);
}

/** The numbers that {@link saveArray} saved. @throws ArgumentError or ShapeError where they were changed */
export function restoreArray(op: string, { dtype, shape, data }: SavedTensor, what = ''): NDArray {
  checkDtype(op, dtype);
  checkShape(op, shape);
  checkFill(op, data.length, shape);
  const values = allocate(dtype, data.length);
  for (let i = 0; i < values.length; i++) {
    const value = data[i];
    if (typeof value !== 'number' && !WORDS.includes(value!))
      throw new ArgumentError(op, `found ${shown(value)} among the saved numbers${what && ` of ${what}`}`);
    values[i] = Number(value);
  }
  return { data: values, shape };
}
