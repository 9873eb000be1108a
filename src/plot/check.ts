/** Checks of the numbers that charts are given. */
import { ArgumentError } from '../base/errors.js';
import { kindOf, needNumber } from '../base/words.js';

/** Numbers in a row: an array, a typed array, or a tensor's data. */
export type Numbers = ArrayLike<number>;

/** Refuses what is no list, and a list without entries. */
export function needSome(op: string, what: string, list: ArrayLike<unknown>): void {
  if (typeof list === 'string' || typeof list?.length !== 'number')
    throw new ArgumentError(op, `expected an array of ${what}, got ${kindOf(list)}`);
  if (list.length === 0) throw new ArgumentError(op, `got no ${what}; there is nothing to draw`);
}

/** Refuses a list with entries that are no objects, and what is no list. */
export function needObjects(op: string, what: string, list: ArrayLike<unknown>): void {
  needSome(op, what, list);
  for (let i = 0; i < list.length; i++)
    if (typeof list[i] !== 'object' || list[i] === null)
      throw new ArgumentError(op, `entry ${i} of the ${what} is ${kindOf(list[i])}; expected an object`);
}

/** Refuses what is no object. `expected` says which, with its fields. */
export function needObject(op: string, expected: string, value: unknown): void {
  if (typeof value !== 'object' || value === null)
    throw new ArgumentError(op, `expected ${expected}, got ${kindOf(value)}`);
}

/** Refuses a list that has not as many entries as expected. */
export function needLength(op: string, what: string, length: number, expected: number, of: string): void {
  if (length !== expected)
    throw new ArgumentError(op, `${what} has ${length} entries, expected ${expected}: one for each ${of}`);
}

/** Refuses a list in which an entry is NaN or infinite, and names the first. */
export function needFinite(op: string, what: string, values: Numbers): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new ArgumentError(
        op,
        `${what} is ${values[i]} at position ${i}, and has no place in the picture; leave it out or draw what led to it`,
      );
}

/** The smallest and the largest finite entry. @throws ArgumentError if there is none */
export function finiteRange(op: string, what: string, values: Numbers): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) throw new ArgumentError(op, `${what} holds no finite number`);
  return [low, high];
}

/** Refuses what is no whole number ≥ 1. */
export function needCount(op: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new ArgumentError(op, `${name} is a whole number ≥ 1, got ${value}`);
}

/** Refuses a list in which an entry is no number from 0 to 1. */
export function needShares(op: string, what: string, values: Numbers): void {
  needSome(op, `values in ${what}`, values);
  for (let i = 0; i < values.length; i++)
    needNumber(op, `${what}, entry ${i},`, values[i], { least: 0, most: 1 });
}
