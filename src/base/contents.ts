/** What objects hold, for a search through the fields of a model. */
import { tagOf } from './kind.js';

/**
 * What an object holds, by name. The built-in objects that are searched are arrays, Maps and Sets, and of all others those
 * that a program makes: objects of classes, and plain ones. A typed array, a date or an element of a page is none.
 */
export function contentsOf(value: object): [string, unknown][] {
  switch (tagOf(value)) {
    case 'Map':
      return [...(value as Map<unknown, unknown>)].map(([key, inner]) => [String(key), inner]);
    case 'Set':
      return [...(value as Set<unknown>)].map((inner, i) => [String(i), inner]);
    case 'Array':
    case 'Object':
      return Object.entries(value);
    default:
      return [];
  }
}
