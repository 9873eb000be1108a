/**
 * The files that programs write. The place is looked at before the work, so that a wrong path, a folder without
 * permission and a full disk are found before hours are spent. The file is written beside its place and moved there when
 * it is whole, so that a failure leaves the older file as it was, and nobody ever reads half of one.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { lstat, mkdir, open, readlink, rename, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from './program.js';

/** A place that a file can be written to. */
export interface Output {
  /** The path of the file, which no symbolic link hides. */
  readonly path: string;
  /** Writes the file, whole or not at all. @throws UsageError if that fails */
  write(content: string | Uint8Array): Promise<void>;
}

export interface OutputOptions {
  /** What the file is called if `given` is a folder. */
  name?: string;
  /** What the user wrote before the path, for messages. Default: nothing. */
  flag?: string;
  /** The bytes that the file may need. Whether there is room for them is tried. Default 64 KiB. */
  room?: number;
}

/**
 * Looks at the place that the user gave, makes its folder, and tries to write there. A symbolic link is followed: the file
 * it leads to is written, and the link stays. In a folder the file gets its usual name.
 * @throws UsageError if nothing can be written there, or for a device, a pipe or a socket, which a file must not replace
 */
export async function outputAt(given: string, options: OutputOptions = {}): Promise<Output> {
  const { flag, room = 65_536 } = options;
  const said = flag ? `${flag} ${given}` : given;
  try {
    const path = await placeOf(given, options);
    await tryToWrite(path, room);
    return { path, write: (content) => writeBeside(path, content).catch((error) => refuse(said, error)) };
  } catch (error) {
    return refuse(said, error);
  }
}

/** Writes one file at once, with all the care of {@link outputAt}. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const output = await outputAt(path, { room: content.length });
  await output.write(content);
}

function refuse(said: string, error: unknown): never {
  throw new UsageError(`${said}: ${sentence(error as NodeJS.ErrnoException)}`);
}

const WORDS: Record<string, string> = {
  EACCES: 'nothing may be written there',
  EPERM: 'nothing may be written there',
  EROFS: 'nothing can be written there, the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  EFBIG: 'the file would be larger than your limit',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a part of the path is a file, not a folder',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
};

function sentence({ code, message }: NodeJS.ErrnoException): string {
  return code && WORDS[code] ? `${WORDS[code]} (${message})` : message;
}

/** The path of the file: behind all links, in a folder under its usual name. */
async function placeOf(given: string, { name }: OutputOptions): Promise<string> {
  if (given === '') throw new Error('the path is empty');
  const path = await behindLinks(resolve(given));
  const there = await statOrNull(path);
  if (there?.isDirectory() || (!there && /[\\/]$/.test(given))) {
    if (name === undefined) throw new Error('is a folder; name a file in it');
    return placeOf(join(path, name), {});
  }
  if (there && !there.isFile()) throw new Error(`is ${kindOf(there)}; name a regular file or a folder`);
  return path;
}

function kindOf(there: Awaited<ReturnType<typeof stat>>): string {
  if (there.isFIFO()) return 'a pipe';
  return there.isSocket() ? 'a socket' : 'a device';
}

/** How many links may lead to one another. */
const MOST_LINKS = 40;

/** Where a symbolic link leads, even if there is no file yet. Links in the names of folders are followed by the system. */
async function behindLinks(path: string): Promise<string> {
  let at = path;
  for (let links = 0; links <= MOST_LINKS; links++) {
    const there = await lstat(at).catch(absentOrThrow);
    if (!there?.isSymbolicLink()) return at;
    at = resolve(dirname(at), await readlink(at));
  }
  throw Object.assign(new Error(path), { code: 'ELOOP' });
}

const statOrNull = (path: string) => stat(path).catch(absentOrThrow);

function absentOrThrow(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

/** Opens the file if there is one, without changing it, and writes so many bytes to a file beside it. */
async function tryToWrite(path: string, room: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  if (await statOrNull(path)) await (await open(path, 'a')).close();
  await beside(path, (probe) => writeNew(probe, new Uint8Array(room), 0o600));
}

/** Writes to another name first. The new file keeps the permissions of the one that it replaces. */
async function writeBeside(path: string, content: string | Uint8Array): Promise<void> {
  const there = await statOrNull(path);
  if (there && !there.isFile())
    throw new Error(`is ${there.isDirectory() ? 'a folder' : kindOf(there)} by now`);
  await beside(path, async (unfinished) => {
    await writeNew(unfinished, content, there ? there.mode & 0o777 : 0o666);
    await rename(unfinished, path);
  });
}

/** Lends a name that no other program uses, in the same folder, so that moving the file only renames it. */
async function beside(path: string, write: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = join(dirname(path), `.${basename(path).slice(0, 40)}.${randomUUID()}.tmp`);
  const remove = (): void => rmSync(unfinished, { force: true });
  // A program that is stopped while it writes leaves nothing behind.
  process.on('exit', remove);
  try {
    await write(unfinished);
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** Writes a file that must not exist yet. The bytes are on the disk when the promise resolves. */
async function writeNew(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
