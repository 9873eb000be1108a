/** How the library refuses an argument: each refusal is worded here once. */
import { ArgumentError, formatShape } from './errors.js';
import { type Shape, sizeOf } from './shape.js';

/** Marks a tensor for this file, which does not know the class. */
export const TENSOR: unique symbol = Symbol('tapegrad tensor');

/** What messages say of a tensor. */
interface TensorLike {
  readonly [TENSOR]: true;
  readonly shape: Shape;
  readonly dtype: string;
}

function isTensor(value: unknown): value is TensorLike {
  return (value as TensorLike | null | undefined)?.[TENSOR] === true;
}

/** `[2, 3] (float32)`: what a tensor has to agree in with its gradient. */
export function formatKind({ shape, dtype }: { readonly shape: Shape; readonly dtype: string }): string {
  return `${formatShape(shape)} (${dtype})`;
}

/** What a value is, for a message that says what was expected: `a Tensor of shape [2] (float32)`, `an array`, `a string`. */
export function kindOf(value: unknown): string {
  if (isTensor(value)) return `a Tensor of shape ${formatKind(value)}`;
  if (value === null || value === undefined) return String(value);
  if (isPromise(value)) return 'a promise';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

/** Refuses what is no tensor. */
export function needTensors(op: string, ...values: readonly unknown[]): void {
  for (const value of values)
    if (!isTensor(value))
      throw new ArgumentError(op, `expected a Tensor, got ${kindOf(value)}; make one with tensor(…)`);
}

/** Refuses what is no flat array of as many numbers as the shape holds. A typed array would turn anything else into NaN. */
export function needNumbers(op: string, values: ArrayLike<unknown>, shape: Shape): void {
  if (!areNumbers(values))
    throw new ArgumentError(
      op,
      `expected a Tensor or a flat array of numbers, got ${String(values).slice(0, 60)}`,
    );
  if (values.length !== sizeOf(shape))
    throw new ArgumentError(
      op,
      `${values.length} values for a tensor of ${sizeOf(shape)} elements, shape ${formatShape(shape)}`,
    );
}

function areNumbers(values: ArrayLike<unknown>): boolean {
  if (values instanceof Float32Array || values instanceof Float64Array) return true;
  const flat = typeof values === 'object' && typeof values?.length === 'number';
  return flat && Array.from(values).every((value) => typeof value === 'number');
}

/** Refuses what is no function. */
export function needFunction(op: string, value: unknown, expected = 'a function to run'): void {
  if (typeof value !== 'function') throw new ArgumentError(op, `expected ${expected}, got ${kindOf(value)}`);
}

/** Refuses what is no generator of random numbers. `purpose` says what is drawn, and `pass` how to pass a generator. */
export function needGenerator(
  op: string,
  rng: unknown,
  purpose = 'to draw from',
  pass = '{ rng: random(seed) }',
): void {
  if (typeof (rng as { uniform?: unknown } | null | undefined)?.uniform !== 'function')
    throw new ArgumentError(op, `needs a generator ${purpose}; pass ${pass}`);
}

/** Refuses a value that is none of those known. */
export function needOneOf(op: string, what: string, value: unknown, known: readonly string[]): void {
  if (!known.includes(value as string))
    throw new ArgumentError(op, `unknown ${what} ${String(value)}; expected ${alternatives(known)}`);
}

/** `'a', 'b' or 'c'` */
function alternatives(known: readonly string[]): string {
  const quoted = known.map((one) => `'${one}'`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** Refuses options that nobody reads: a misspelt one would leave the default in force without a word. */
export function checkOptions(op: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options) || isTensor(options))
    throw new ArgumentError(op, `expected options { ${known.join(', ')} }, got ${kindOf(options)}`);
  for (const key in options)
    if (!known.includes(key))
      throw new ArgumentError(op, `knows no option ${key}; expected ${known.join(', ')}`);
}

/** Refuses a promise from a function that has to have done its work when it returns. */
export function refusePromise(op: string, value: unknown, advice: string): void {
  if (isPromise(value)) throw new ArgumentError(op, `the function returned a promise; ${advice}`);
}
