/**
 * What a value is, for checks and messages. A value may come from another realm, such as a frame of a page or the sandbox of
 * a test runner, where `instanceof Map` is false of a Map. It may also come from another copy of the library.
 */
import { ArgumentError, formatShape } from './errors.js';

/**
 * The key under which the library marks what it makes. All copies of the library in a program use one key, and each copy
 * has marks of its own, so that a copy tells what it made from what another copy made.
 */
export const MARK: unique symbol = Symbol.for('tapegrad mark');

/** What a marked value is called in messages. */
export interface Mark {
  readonly what: 'Tensor' | 'Module';
}

export const TENSOR_MARK: Mark = { what: 'Tensor' };
export const MODULE_MARK: Mark = { what: 'Module' };

/** What messages say of a tensor. */
interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
}

const markOf = (value: unknown): Mark | undefined =>
  (value as { [MARK]?: Mark } | null | undefined)?.[MARK] ?? undefined;

export function isTensor(value: unknown): value is TensorLike {
  return markOf(value) === TENSOR_MARK;
}

/** What another copy of the library made is called; undefined for all other values. */
function foreignKind(value: unknown): string | undefined {
  const mark = markOf(value);
  return mark && mark !== TENSOR_MARK && mark !== MODULE_MARK ? mark.what : undefined;
}

/** Refuses what another copy of the library made: its tape is not the tape of this copy. */
export function refuseForeign(op: string, value: unknown): void {
  const what = foreignKind(value);
  if (what)
    throw new ArgumentError(
      op,
      `got a ${what} that another copy of tapegrad made. This program has loaded two copies, and they share no tape: let every import resolve to one (see npm ls tapegrad, and mind a second bundle or resetModules)`,
    );
}

/** `Map`, `Float32Array`, `Error`: the kind of a built-in object, whatever realm it comes from. `Object` for all others. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Whether a value is an object as `{ … }` makes it, of whatever realm, and neither of a class nor a function. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const parent: unknown = Object.getPrototypeOf(value);
  return parent === null || Object.getPrototypeOf(parent) === null;
}

export function isFloat32(value: unknown): value is Float32Array {
  if (value instanceof Float32Array) return true;
  return !(value instanceof Float64Array) && tagOf(value) === 'Float32Array';
}

export function isFloat64(value: unknown): value is Float64Array {
  if (value instanceof Float64Array) return true;
  return !(value instanceof Float32Array) && tagOf(value) === 'Float64Array';
}

export function isFloat(value: unknown): value is Float32Array | Float64Array {
  return isFloat32(value) || isFloat64(value);
}

export function isBytes(value: unknown): value is Uint8Array {
  return tagOf(value) === 'Uint8Array';
}

/** Whether a value is a typed array of plain numbers. Those of BigInt hold none, and a DataView is no list. */
export function isNumberArray(
  value: unknown,
): value is Float32Array | Float64Array | Int32Array | Uint8Array {
  return ArrayBuffer.isView(value) && !/^Big|^DataView/.test(tagOf(value));
}

/** Whether a value is an array of whatever values, or a typed array of plain numbers. */
export function isAnyArray(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || isNumberArray(value);
}

export function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

/** The message of an error; of anything else that was thrown, its text. */
export function messageOf(thrown: unknown): string {
  const { message } = (thrown ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : shown(thrown);
}

/** `[2, 3] (float32)`: what a tensor has to agree in with its gradient. */
export function formatKind({ shape, dtype }: TensorLike): string {
  return `${formatShape(shape)} (${dtype})`;
}

/** What a value is, for a message that says what was expected: `a Tensor of shape [2] (float32)`, `an array`, `a string`. */
export function kindOf(value: unknown): string {
  if (isTensor(value)) return `a Tensor of shape ${formatKind(value)}`;
  if (value === null || value === undefined) return String(value);
  const foreign = foreignKind(value);
  if (foreign) return `a ${foreign} of another copy of tapegrad`;
  if (isPromise(value)) return 'a promise';
  if (Array.isArray(value)) return 'an array';
  if (ArrayBuffer.isView(value)) return `${tagOf(value).startsWith('I') ? 'an' : 'a'} ${tagOf(value)}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A value as messages print it: numbers as they are, strings in quotes, so that '0' is told from 0, and all else by its kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value);
}

/** Refuses what is no tensor. */
export function needTensors(op: string, ...values: readonly unknown[]): void {
  for (const value of values)
    if (!isTensor(value)) {
      refuseForeign(op, value);
      throw new ArgumentError(op, `expected a Tensor, got ${kindOf(value)}; make one with tensor(…)`);
    }
}
