/** Reads files, in Node, Deno and Bun. The entry point loads in a page too, where these functions refuse. */
import { ArgumentError } from '../base/errors.js';
import { fileSystem, pathProblem } from '../base/files.js';
import { needText } from '../base/words.js';
import { type IdxArray, parseIdx } from './idx.js';

/** What is used of `node:fs/promises`. */
interface Files {
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
  access(path: string): Promise<void>;
}

/** @throws ArgumentError where there is no file system */
function files(op: string): Files {
  return fileSystem(op, 'node:fs/promises', 'fetch the bytes, and pass them to parseIdx') as Files;
}

/**
 * The bytes of a file. If the first two bytes are those of gzip, whatever the name, the bytes are unzipped.
 * @throws ArgumentError if the file cannot be read, or is damaged gzip
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  needText('readBytes', 'the path', path);
  const { readFile } = files('readBytes');
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new ArgumentError('readBytes', `${path} ${pathProblem(error, 'read')}`);
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await unzip(bytes);
  } catch (error) {
    throw new ArgumentError(
      'readBytes',
      `${path} is damaged gzip (${(error as Error).message}). Download it again`,
    );
  }
}

async function unzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unzipped).arrayBuffer());
}

/** Whether there is a file at this path. @throws ArgumentError where there is no file system */
export function exists(op: string, path: string): Promise<boolean> {
  return files(op)
    .access(path)
    .then(
      () => true,
      () => false,
    );
}

/**
 * The array in an IDX file, gzipped or not.
 * @throws ArgumentError that names the path and what is wrong with the file
 */
export async function readIdx(path: string): Promise<IdxArray> {
  needText('readIdx', 'the path', path);
  return parseIdx(await readBytes(path), path);
}
