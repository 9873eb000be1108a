/**
 * What a function changes that outlasts it: draws move a generator on, and writes change tensors such as running statistics.
 * Whoever runs the function a second time needs the state from before the first time.
 */
import type { FloatArray } from './array.js';

/** What can change: a generator, or a tensor. */
type Changeable =
  | { state(): string; restore(state: string): void }
  | { readonly data: FloatArray; version: number };

/** Brings a state back. */
type Restore = () => void;

/** What a function changed, each with the state from before. */
export type Changes = ReadonlyMap<Changeable, Restore>;

/** Is told of each change before it is made; null if nobody wants to know. */
let listener: ((thing: Changeable) => void) | null = null;

/** Says that something is about to change. */
export function noteChange(thing: Changeable): void {
  listener?.(thing);
}

/** Remembers the state that something is in. */
function stateOf(thing: Changeable): Restore {
  if (!('version' in thing)) {
    const state = thing.state();
    return () => thing.restore(state);
  }
  const { data, version } = thing;
  const numbers = data.slice();
  return () => {
    data.set(numbers);
    // Whoever saved these numbers finds them with the version that they had.
    thing.version = version;
  };
}

/** Runs `fn` and notes what it changes. If `fn` throws, all of it is brought back. */
export function noteChanges<T>(fn: () => T): { value: T; changes: Changes } {
  const changes = new Map<Changeable, Restore>();
  const outer = listener;
  listener = (thing) => {
    // What changes in here changes for a function around this one as well.
    outer?.(thing);
    if (!changes.has(thing)) changes.set(thing, stateOf(thing));
  };
  try {
    return { value: fn(), changes };
  } catch (error) {
    bringBack(changes.values());
    throw error;
  } finally {
    listener = outer;
  }
}

/** Runs `fn` in the state from before the changes. Afterwards all is as it was when this was called. */
export function inFormerState<T>(changes: Changes, fn: () => T): T {
  const present = [...changes.keys()].map(stateOf);
  const outer = listener;
  listener = null;
  try {
    bringBack(changes.values());
    const { value, changes: more } = noteChanges(fn);
    bringBack(more.values());
    return value;
  } finally {
    bringBack(present);
    listener = outer;
  }
}

function bringBack(states: Iterable<Restore>): void {
  for (const restore of states) restore();
}
