/**
 * Files on a disk. {@link writeFile} is the one function of the library that writes to a disk. Both functions return when the
 * work is done, without a promise, so that a callback of a training loop can save in the middle of it.
 *
 * Previous: src/io/checkpoint.ts · Next: src/check/numeric/differences.ts
 */
import { ArgumentError } from '../base/errors.js';
import { fileSystem, pathProblem } from '../base/files.js';
import { isBytes, kindOf } from '../base/kind.js';
import { needText } from '../base/words.js';

/** What is used of `node:fs`. */
interface Files {
  readFileSync(path: string): Uint8Array;
  openSync(path: string, flags: 'r' | 'w', mode?: number): number;
  writeSync(file: number, bytes: Uint8Array, offset: number): number;
  fsyncSync(file: number): void;
  closeSync(file: number): void;
  renameSync(from: string, to: string): void;
  rmSync(path: string, options: { force: boolean }): void;
  realpathSync(path: string): string;
  statSync(path: string): { readonly mode: number };
}

/**
 * Writes bytes to a file, wholly or not at all: they go to a new file beside it, which takes the name of the old one when all
 * is on the disk. A program that is killed while it saves leaves the older file as it was, and beside it an unfinished one,
 * `model.safetensors.1234.part` with the number of the process, which may be deleted.
 * @throws ArgumentError where there is no file system, or if the file cannot be written; the older file stays then
 * @example writeFile('run.safetensors', saveCheckpoint({ model, optimizer, step }));
 */
export function writeFile(path: string, bytes: Uint8Array): void {
  const op = 'writeFile';
  needText(op, 'the path', path);
  if (!isBytes(bytes))
    throw new ArgumentError(
      op,
      `expected bytes, a Uint8Array, got ${kindOf(bytes)}; saveSafetensors, writeNpy and saveCheckpoint make some`,
    );
  const files = fileSystem(op, 'node:fs', 'offer the bytes as a download, new Blob([bytes])') as Files;
  const target = behindLinks(files, path);
  const part = partOf(target);
  try {
    writeThrough(files, part, bytes, modeOf(files, target));
    files.renameSync(part, target);
  } catch (error) {
    try {
      files.rmSync(part, { force: true });
    } catch {} // There is none, or it cannot be removed either.
    throw new ArgumentError(op, `${path} ${writingProblem(error)}`);
  }
  syncFolder(files, target);
}

/** The name of the new file: that of the old one, cut where it would be too long, with the number of the process. */
function partOf(target: string): string {
  const [folder, name] = [folderOf(target), target.replace(/^.*[/\\]/s, '')];
  const { pid = 0 } = (globalThis as { process?: { pid?: number } }).process ?? {};
  return `${folder}${name.slice(0, 200)}.${pid}.part`;
}

/** The folder of a file with the stroke at its end; '' if the path has none. */
const folderOf = (path: string): string => path.replace(/[^/\\]*$/, '');

/** Who may read the older file may read the new one, and nobody else. */
function modeOf(files: Files, path: string): number {
  try {
    return files.statSync(path).mode & 0o777;
  } catch {
    return 0o666;
  }
}

/** The file that a symbolic link leads to. A rename would put a file in the place of the link. */
function behindLinks(files: Files, path: string): string {
  try {
    return files.realpathSync(path);
  } catch {
    return path;
  }
}

/** Writes a new file and waits until it is on the disk. */
function writeThrough(files: Files, path: string, bytes: Uint8Array, mode: number): void {
  const file = files.openSync(path, 'w', mode);
  try {
    for (let at = 0; at < bytes.length; ) at += files.writeSync(file, bytes, at);
    files.fsyncSync(file);
  } finally {
    files.closeSync(file);
  }
}

function writingProblem(error: unknown): string {
  const { code } = error as { code?: string };
  return code === 'ENOENT'
    ? 'lies in a folder that does not exist; make it first'
    : pathProblem(error, 'written');
}

/** Waits until the new name is on the disk, too. Windows has no such call, and does it by itself. */
function syncFolder(files: Files, path: string): void {
  try {
    const folder = files.openSync(folderOf(path) || '.', 'r');
    try {
      files.fsyncSync(folder);
    } finally {
      files.closeSync(folder);
    }
  } catch {}
}

/**
 * The bytes of a file.
 * @throws ArgumentError where there is no file system, or if the file cannot be read
 * @example model.loadStateDict(loadSafetensors(readFile('model.safetensors')));
 */
export function readFile(path: string): Uint8Array {
  needText('readFile', 'the path', path);
  const files = fileSystem('readFile', 'node:fs', 'fetch the bytes, or take them from a file input') as Files;
  try {
    const bytes = files.readFileSync(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    throw new ArgumentError('readFile', `${path} ${pathProblem(error, 'read')}`);
  }
}
