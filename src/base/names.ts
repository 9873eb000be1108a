/** Other names for saved values. */
import { ArgumentError } from './errors.js';
import { isTensor, kindOf, tagOf } from './kind.js';
import { type Check, needText } from './words.js';

/** Another name for what is saved under a name; null leaves it out. */
export type NameMap = Readonly<Record<string, string | null>> | ((name: string) => string | null);

/** Refuses what is no map of names. */
export const needNameMap: Check = (op, what, names) => {
  if (typeof names !== 'function' && (tagOf(names) !== 'Object' || isTensor(names)))
    throw new ArgumentError(op, `${what} is ${kindOf(names)}; expected a record or a function of a name`);
};

/** The name that a map gives to a name; null where it leaves it out. A name that a record does not list stays what it is. */
export function otherName(op: string, name: string, names: NameMap = {}): string | null {
  const listed = typeof names === 'function' || Object.hasOwn(names, name);
  const other = typeof names === 'function' ? names(name) : listed ? names[name]! : name;
  if (other !== null) needText(op, `the other name of ${name}`, other);
  return other;
}

/** What is saved, under the names that a map gives. @throws ArgumentError if two get one name */
export function renamed<T>(
  op: string,
  saved: Readonly<Record<string, T>>,
  names: NameMap,
): Readonly<Record<string, T>> {
  const others = new Map<string, T>();
  for (const [name, value] of Object.entries(saved)) {
    const other = otherName(op, name, names);
    if (other === null) continue;
    if (others.has(other))
      throw new ArgumentError(op, `the map of names gives ${other} to ${name} and to another one`);
    others.set(other, value);
  }
  return Object.fromEntries(others);
}
