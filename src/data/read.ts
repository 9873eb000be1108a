/** Reads files. Node's modules are loaded when a function runs, so that the entry point loads in a browser too. */
import { ArgumentError } from '../base/errors.js';
import { needText } from '../base/words.js';
import { type IdxArray, parseIdx } from './idx.js';

/**
 * The bytes of a file. If the first two bytes are those of gzip, whatever the name, the bytes are unzipped.
 * @throws ArgumentError if the file cannot be read, or is damaged gzip
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  needText('readBytes', 'the path', path);
  const { readFile } = await import('node:fs/promises');
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as { code?: string }).code;
    const problem =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EISDIR'
          ? 'is a folder, not a file'
          : `cannot be read (${code})`;
    throw new ArgumentError('readBytes', `${path} ${problem}`);
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const { gunzipSync } = await import('node:zlib');
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new ArgumentError(
      'readBytes',
      `${path} is damaged gzip (${(error as Error).message}). Download it again`,
    );
  }
}

/**
 * The array in an IDX file, gzipped or not.
 * @throws ArgumentError that names the path and what is wrong with the file
 */
export async function readIdx(path: string): Promise<IdxArray> {
  needText('readIdx', 'the path', path);
  return parseIdx(await readBytes(path), path);
}
