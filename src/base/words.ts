/** How the library refuses an argument: each refusal is worded here once. */
import { ArgumentError, formatShape } from './errors.js';
import { isAnyArray, isFloat, isPromise, isTensor, kindOf, refuseForeign, shown } from './kind.js';
import { type Shape, sizeOf } from './shape.js';

export { formatKind, isPromise, kindOf, needTensors } from './kind.js';

/** Refuses what is no flat array of as many numbers as the shape holds. A typed array would turn anything else into NaN. */
export function needNumbers(op: string, values: ArrayLike<unknown>, shape: Shape): void {
  if (!areNumbers(values))
    throw new ArgumentError(op, `expected a Tensor or a flat array of numbers, got ${listed(values)}`);
  if (values.length !== sizeOf(shape))
    throw new ArgumentError(
      op,
      `${values.length} values for a tensor of ${sizeOf(shape)} elements, shape ${formatShape(shape)}`,
    );
}

function areNumbers(values: ArrayLike<unknown>): boolean {
  if (isFloat(values)) return true;
  const flat = typeof values === 'object' && typeof values?.length === 'number';
  return flat && Array.from(values).every((value) => typeof value === 'number');
}

/** The elements of a list as text, cut where there are many; anything else by its kind. */
function listed(values: unknown): string {
  if (!Array.isArray(values) && !ArrayBuffer.isView(values)) return shown(values);
  return Array.from(values as unknown as ArrayLike<unknown>, String)
    .join()
    .slice(0, 60);
}

/** Refuses what is no function. */
export function needFunction(op: string, value: unknown, expected = 'a function to run'): void {
  if (typeof value !== 'function') throw new ArgumentError(op, `expected ${expected}, got ${kindOf(value)}`);
}

/** The numbers that an argument may be: by default all but NaN. */
export interface Limits {
  readonly least?: number;
  /** In the place of `least`: the number that it lies above. */
  readonly above?: number;
  readonly most?: number;
  /** In the place of `most`: the number that it lies below. */
  readonly below?: number;
  readonly finite?: boolean;
  readonly whole?: boolean;
}

/** Refuses what is no number within the limits, also what only compares like a number, such as `'2'`, `null` and `[2]`. */
export function needNumber(op: string, what: string, value: unknown, limits: Limits = {}): void {
  const { least = -Infinity, above = -Infinity, most = Infinity, below = Infinity, finite, whole } = limits;
  const within =
    typeof value === 'number' &&
    value >= least &&
    value <= most &&
    (value > above || above === -Infinity) &&
    (value < below || below === Infinity) &&
    (!finite || Number.isFinite(value)) &&
    (!whole || Number.isInteger(value));
  if (!within) throw new ArgumentError(op, `${what} ${described(limits)}, got ${shown(value)}`);
}

/** `is a whole number ≥ 1`, `lies in [0, 1)` */
function described({ least, above, most, below, finite, whole }: Limits): string {
  const low = least ?? above;
  const high = most ?? below;
  if (low !== undefined && high !== undefined && !whole)
    return `lies in ${above === undefined ? '[' : '('}${low}, ${high}${below === undefined ? ']' : ')'}`;
  const kind = `is a ${whole ? 'whole ' : finite ? 'finite ' : ''}number`;
  if (low === undefined) return kind;
  return high === undefined
    ? `${kind} ${above === undefined ? '≥' : '>'} ${low}`
    : `${kind} from ${low} to ${high}`;
}

/** Refuses what is neither true nor false. */
export function needFlag(op: string, what: string, value: unknown): void {
  if (typeof value !== 'boolean')
    throw new ArgumentError(op, `${what} is true or false, got ${shown(value)}`);
}

/** Refuses what is no text. */
export function needText(op: string, what: string, value: unknown): void {
  if (typeof value !== 'string') throw new ArgumentError(op, `${what} is a string, got ${shown(value)}`);
}

/** Refuses what is no list. */
export function needList(op: string, value: unknown, expected: string): void {
  if (!Array.isArray(value)) throw new ArgumentError(op, `expected ${expected}, got ${shown(value)}`);
}

/** Refuses what is neither an array nor a typed array. The elements are checked where they are read. */
export function needAnyArray(op: string, value: unknown, expected: string): void {
  if (!isAnyArray(value)) throw new ArgumentError(op, `expected ${expected}, got ${kindOf(value)}`);
}

/** What is said of arguments that nobody reads. */
export function tooMany(op: string, most: number): ArgumentError {
  return new ArgumentError(op, `takes ${most || 'no'} argument${most === 1 ? '' : 's'} and got more`);
}

/** Refuses what is no model, such as its parameters. */
export function needModel(op: string, value: unknown): void {
  refuseForeign(op, value);
  const { namedModules, forward } = (value ?? {}) as { namedModules?: unknown; forward?: unknown };
  if (typeof namedModules !== 'function' || typeof forward !== 'function')
    throw new ArgumentError(
      op,
      `expected a model, got ${kindOf(value)}; pass the Module itself, not its parameters or its forward`,
    );
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
    throw new ArgumentError(op, `unknown ${what} ${printed(value)}; expected ${alternatives(known)}`);
}

const printed = (value: unknown): string => (typeof value === 'string' ? value : shown(value));

/** `'a', 'b' or 'c'` */
function alternatives(known: readonly string[]): string {
  const quoted = known.map((one) => `'${one}'`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** A check of the value of one argument, whose name is `what`. */
export type Check = (op: string, what: string, value: unknown) => void;

/** {@link needNumber} with limits, as a check of an option. */
export function numberIn(limits: Limits): Check {
  return (op, what, value) => needNumber(op, what, value, limits);
}

/** {@link needOneOf}, as a check of an option. */
export function oneOf(known: readonly string[]): Check {
  return (op, what, value) => needOneOf(op, what, value, known);
}

/**
 * Refuses options that nobody reads, since a misspelt one would leave the default in force without a word, and values that
 * are none for their option. An option that is undefined counts as left out.
 * @param known the names of the options, or a check for each; null for one that is checked elsewhere
 */
export function checkOptions(
  op: string,
  options: object,
  known: readonly string[] | Readonly<Record<string, Check | null>>,
): void {
  const names = Array.isArray(known) ? (known as readonly string[]) : Object.keys(known);
  if (typeof options !== 'object' || options === null || Array.isArray(options) || isTensor(options))
    throw new ArgumentError(op, `expected options { ${names.join(', ')} }, got ${kindOf(options)}`);
  for (const key in options) {
    if (!names.includes(key))
      throw new ArgumentError(op, `knows no option ${key}; expected ${names.join(', ')}`);
    const value = (options as Record<string, unknown>)[key];
    if (value !== undefined) (known as Readonly<Record<string, Check | null>>)[key]?.(op, key, value);
  }
}

/** Options that were checked. */
export function checked<Options extends object>(
  op: string,
  options: Options,
  known: Readonly<Record<keyof Options, Check | null>>,
): Options {
  checkOptions(op, options, known);
  return options;
}

/** Refuses a promise from a function that has to have done its work when it returns. */
export function refusePromise(op: string, value: unknown, advice: string): void {
  if (isPromise(value)) throw new ArgumentError(op, `the function returned a promise; ${advice}`);
}
