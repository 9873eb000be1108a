/** How a call is written down: its arguments, each with its kind. */
import type { Kind } from './kinds.js';

/** An argument: its value, its kind and, for an object of options, the kind of each option. */
export interface Argument {
  readonly value: unknown;
  readonly kind: Kind;
  readonly options?: Readonly<Record<string, Kind>>;
}

/** A call: its arguments, made anew each time, and what takes further arguments says so. */
export interface Call {
  readonly args: () => readonly Argument[];
  /** Whether any number of arguments is taken. */
  readonly variadic?: true;
}

export const arg =
  (kind: Kind) =>
  (value: unknown): Argument => ({ value, kind });
export const strict = arg('strict');
export const optional = arg('optional');
export const elementwise = arg('elementwise');
export const anyTensor = arg('anyTensor');
export const shown = arg('shown');
export const operand = arg('operand');
export const text = arg('text');

/** Options, which may be left out, as each of them may. */
export const options = (
  value: object,
  kinds: Readonly<Record<string, Kind>> = {},
  kind: Kind = 'optional',
): Argument => ({
  value,
  kind,
  options: Object.fromEntries(Object.keys(value).map((key) => [key, kinds[key] ?? 'optional'])),
});
/** Options of which some have to be given. */
export const settings = (value: object, kinds: Readonly<Record<string, Kind>> = {}): Argument =>
  options(value, kinds, 'strict');

export const call = (...args: (() => Argument)[]): Call => ({ args: () => args.map((make) => make()) });
export const variadic = (...args: (() => Argument)[]): Call => ({ ...call(...args), variadic: true });
