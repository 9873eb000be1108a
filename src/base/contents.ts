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

/**
 * The parts of an object with their paths, such as `layers.0.weight`, in the order of the fields. Each is listed once, under its
 * first path.
 * @param isPart says what counts as a part; what is none is searched all the same
 * @param contents what an object holds, by name
 */
export function search<Part>(
  root: object,
  isPart: (value: unknown) => value is Part,
  contents: (value: object, path: string) => readonly [string, unknown][],
): [string, Part][] {
  const found: [string, Part][] = [];
  const seen = new Set<unknown>([root]);
  // A list of what is left to visit, the next one last. Objects may lie in each other deeper than calls can.
  const todo = [...contents(root, '')].reverse();
  for (let entry = todo.pop(); entry; entry = todo.pop()) {
    const [path, value] = entry;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (isPart(value)) found.push([path, value]);
    for (const [key, inner] of [...contents(value, path)].reverse())
      todo.push([path === '' ? key : `${path}.${key}`, inner]);
  }
  return found;
}
