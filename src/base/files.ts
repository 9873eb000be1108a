/** The file system, where there is one, and what its refusals mean. */
import { ArgumentError } from './errors.js';
import { nodeModule } from './host.js';

/** One of Node's modules for files. @throws ArgumentError where there is no file system; `instead` says what a page does */
export function fileSystem(op: string, name: 'node:fs' | 'node:fs/promises', instead: string): unknown {
  const found = nodeModule(name);
  if (!found)
    throw new ArgumentError(
      op,
      `found no file system; it needs Node from 20.16 on, Deno or Bun. In a page ${instead}`,
    );
  return found;
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder, not a file',
};

/** What is wrong with a path, from the error that the file system gave: `does not exist`. */
export function pathProblem(error: unknown, doing: string): string {
  const { code, message } = error as { code?: string; message: string };
  return PROBLEMS[code ?? ''] ?? `cannot be ${doing} (${code ?? message})`;
}
