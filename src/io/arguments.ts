/** What the readers and writers of this entry point check of their arguments, and how they refuse a file. */
import { ArgumentError } from '../base/errors.js';
import { isBytes, isTensor, kindOf, refuseForeign, tagOf } from '../base/kind.js';
import { needText } from '../base/words.js';
import { Tensor } from '../core.js';

/** Refuses what are no bytes, or a file that is called by no text. */
export function needBytes(op: string, bytes: unknown, what: unknown): void {
  needText(op, 'the name of the file', what);
  if (!isBytes(bytes))
    throw new ArgumentError(
      op,
      `expected the bytes of ${what} as a Uint8Array, got ${kindOf(bytes)}; for an ArrayBuffer pass new Uint8Array(buffer)`,
    );
}

/** The tensors of an object with their names, sorted by name. The order decides the bytes, which are equal for equal tensors. */
export function namedTensors(op: string, tensors: unknown): [string, Tensor][] {
  refuseForeign(op, tensors);
  if (typeof tensors !== 'object' || tensors === null || tagOf(tensors) !== 'Object' || isTensor(tensors))
    throw new ArgumentError(
      op,
      `expected an object of tensors by name, such as model.stateDict(), got ${kindOf(tensors)}`,
    );
  const entries = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of entries) {
    refuseForeign(op, value);
    if (!(value instanceof Tensor))
      throw new ArgumentError(
        op,
        `${quoted(name)} is ${kindOf(value)}, expected a Tensor; of a model pass model.stateDict()`,
      );
    needUnicode(op, name);
  }
  return entries as [string, Tensor][];
}

/** Refuses a text with half of a pair of UTF-16 units: it has no bytes in UTF-8, and would not come back. */
export function needUnicode(op: string, text: string): void {
  if (/\p{Cs}/u.test(text))
    throw new ArgumentError(
      op,
      `${quoted(text)} has half of a UTF-16 pair, which no file can hold; expected Unicode text`,
    );
}

/** The name of a tensor as messages print it, on one line and not too long. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}

/** An error about a file that is not as its format demands. */
export function damaged(op: string, what: string, problem: string): ArgumentError {
  return new ArgumentError(op, `${what} ${problem}. Download it again, or have its program write it anew`);
}
