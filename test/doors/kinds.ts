/**
 * What an argument may be besides what it is meant to be. Every value of {@link WRONG} is passed in the place of every
 * argument of every public function. A call that is not refused has to stand here, under the kind of the argument, with
 * what has to come out.
 */
import { runInNewContext } from 'node:vm';
import { Tensor, zeros } from '../../src/index.js';

/** The values that are tried, by name. */
export const WRONG = {
  undefined: () => undefined,
  null: () => null,
  'a string': () => 'seven',
  NaN: () => Number.NaN,
  'an array': () => ['seven'],
  'a tensor of another shape': () => zeros([7, 5, 3]),
  "another realm's array": () => runInNewContext('new Float32Array([0.5, 0.25])') as Float32Array,
} as const;

export type Wrong = keyof typeof WRONG;

/** What came of a call. */
export interface Outcome {
  readonly given: unknown;
  readonly result: unknown;
  /** For undefined: the result if the argument, and those after it, are left out. */
  readonly without: unknown;
}

/** Which wrong values a kind of argument takes, and what has to come out. */
export type Accepts = Partial<Record<Wrong, (outcome: Outcome) => boolean>>;

/** Text that is equal for equal results. */
export function textOf(value: unknown): string {
  return typeof value === 'function'
    ? 'a function'
    : (JSON.stringify(value, (_, part: unknown) =>
        typeof part === 'function' ? 'a function' : Object.is(part, Number.NaN) ? 'NaN' : part,
      ) ?? String(value));
}

export const asLeftOut = ({ result, without }: Outcome): boolean => textOf(result) === textOf(without);
export const isTensor = ({ result }: Outcome): boolean => result instanceof Tensor;
const allNaN = ({ result }: Outcome): boolean =>
  result instanceof Tensor &&
  result.size > 0 &&
  result.data.every((value) => Number.isNaN(value) || value === 0);
const ofThatShape = ({ result, given }: Outcome): boolean =>
  result instanceof Tensor && String(result.shape) === String((given as Tensor).shape);
/** Any result. */
export const fine = (): boolean => true;

export const KINDS = {
  /** Nothing but what it is meant to be. */
  strict: {},
  /** May be left out, which undefined does too. */
  optional: { undefined: asLeftOut },
  /** A tensor of any shape; the result has that shape. */
  elementwise: { 'a tensor of another shape': ofThatShape },
  /** A tensor of any shape, for a result of another one. */
  anyTensor: { 'a tensor of another shape': isTensor },
  /** A tensor of any shape, and the result is none. */
  shown: { 'a tensor of another shape': fine },
  /** A tensor or a number, which stands for a tensor without axes: NaN makes NaN, or 0 in a comparison. */
  operand: { NaN: allNaN },
  /** Any number, NaN too, as the value of elements. */
  value: { NaN: isTensor },
  /** The same, where undefined means the default. */
  optionalValue: { NaN: isTensor, undefined: asLeftOut },
  /** Numbers from which a tensor is made. */
  data: {
    NaN: allNaN,
    'a tensor of another shape': ofThatShape,
    "another realm's array": ({ result }) => (result as Tensor).toArray().toString() === '0.5,0.25',
  },
  /** Any text. */
  text: { 'a string': fine },
  /** Text, or undefined for the default. */
  optionalText: { 'a string': fine, undefined: asLeftOut },
  /** A list of numbers, of any realm. */
  numbers: { "another realm's array": fine },
  optionalNumbers: { "another realm's array": fine, undefined: asLeftOut },
  /** null stands for nothing. */
  nullable: { null: fine },
  optionalNullable: { null: asLeftOut, undefined: asLeftOut },
  /** A seed is a number or a string. */
  seed: { 'a string': fine },
  /** Passed on as it is. */
  anything: {
    undefined: fine,
    null: fine,
    'a string': fine,
    NaN: fine,
    'an array': fine,
    'a tensor of another shape': fine,
    "another realm's array": fine,
  },
} satisfies Record<string, Accepts>;

export type Kind = keyof typeof KINDS;
