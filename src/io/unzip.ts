/**
 * Reads zip files in memory. Each entry has a record in front of its bytes and another one in the directory at the end of
 * the file, which is what counts. Unpacking (DEFLATE) is the work of fflate, which the build puts beside this file.
 * @source PKWARE, APPNOTE.TXT: .ZIP File Format Specification, 6.3.10
 */
import { Inflate } from 'fflate';
import { crc32 } from '../base/crc32.js';
import { ArgumentError } from '../base/errors.js';
import { damaged, quoted } from './arguments.js';

/** An entry that is not unpacked yet. */
export interface Packed {
  readonly name: string;
  readonly deflated: boolean;
  readonly checksum: number;
  /** How many bytes it says that it unpacks to. */
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** A file with what errors say of it, and its numbers of two and four bytes. */
interface Source {
  readonly op: string;
  readonly what: string;
  readonly file: Uint8Array;
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
}

/** What the directory says of an entry. */
interface Listed {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly method: number;
  readonly checksum: number;
  readonly packed: number;
  readonly size: number;
  /** Where the record lies that stands in front of the bytes. */
  readonly local: number;
  /** Where the next entry of the directory begins. */
  readonly next: number;
}

const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const [LOCAL_SIZE, CENTRAL_SIZE, END_SIZE] = [30, 46, 22];
const [STORED, DEFLATED] = [0, 8];

/** DEFLATE makes at most 258 bytes out of two bits. */
const MOST_PER_BYTE = 1032;

/**
 * The entries of a zip file, in the order of its directory. Folders are left out.
 * @param most how many bytes all entries together may unpack to, which is checked before one is unpacked
 */
export function openZip(op: string, file: Uint8Array, what: string, most: number): Packed[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const source: Source = {
    ...{ op, what, file },
    u16: (at) => view.getUint16(at, true),
    u32: (at) => view.getUint32(at, true),
  };
  const { count, start, end } = directoryOf(source);
  const entries = new Map<string, Packed>();
  let total = 0;
  let at = start;
  for (let i = 0; i < count; i++) {
    const listed = listedAt(source, at, end);
    if (entries.has(listed.name))
      throw damaged(op, what, `holds ${quoted(listed.name)} twice, expected each name once`);
    entries.set(listed.name, packedOf(source, listed, start));
    total += listed.size;
    at = listed.next;
  }
  if (at !== end)
    throw damaged(op, what, `has ${end - at} bytes in its zip directory that belong to no entry`);
  if (total > most)
    throw new ArgumentError(
      op,
      `${what} unpacks to ${total} bytes, and at most ${most} are allowed; if you trust the file, pass a larger maxBytes`,
    );
  return [...entries.values()].filter(({ name, size }) => !(name.endsWith('/') && size === 0));
}

/** Where the directory lies. The record at the end of the file says it, and only a comment may follow this record. */
function directoryOf({ op, what, file, u16, u32 }: Source): { count: number; start: number; end: number } {
  const first = Math.max(0, file.length - END_SIZE - 0xffff);
  for (let at = file.length - END_SIZE; at >= first; at--) {
    if (u32(at) !== END || at + END_SIZE + u16(at + 20) !== file.length) continue;
    const [count, size, start] = [u16(at + 10), u32(at + 12), u32(at + 16)];
    if (count === 0xffff || start === 0xffffffff)
      throw new ArgumentError(
        op,
        `${what} is a zip file of more than 4 GB; save its arrays to several files`,
      );
    if (start + size !== at || u16(at + 8) !== count)
      throw damaged(op, what, 'has no zip directory where its last bytes say');
    return { count, start, end: at };
  }
  throw damaged(op, what, 'is cut off: a zip file ends with its directory, and there is none');
}

/** The entry at a position of the directory, which ends at `end`. */
function listedAt({ op, what, file, u16, u32 }: Source, at: number, end: number): Listed {
  if (at + CENTRAL_SIZE > end || u32(at) !== CENTRAL)
    throw damaged(op, what, 'has fewer entries in its zip directory than it states');
  const from = at + CENTRAL_SIZE;
  const next = from + u16(at + 28) + u16(at + 30) + u16(at + 32);
  if (next > end) throw damaged(op, what, 'is cut off inside its zip directory');
  const nameBytes = file.subarray(from, from + u16(at + 28));
  const name = decoded(op, what, nameBytes);
  if (u16(at + 8) & 1)
    throw new ArgumentError(op, `${what} is encrypted; unpack it with its password, and pack it without one`);
  const [checksum, packed, size] = [u32(at + 16), u32(at + 20), u32(at + 24)];
  return { name, nameBytes, method: u16(at + 10), checksum, packed, size, local: u32(at + 42), next };
}

function decoded(op: string, what: string, name: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch {
    throw damaged(op, what, 'has an entry whose name is no UTF-8');
  }
}

/** The bytes of an entry, which lie in front of the directory, at `limit`. */
function packedOf(
  { op, what, file, u16, u32 }: Source,
  { name, nameBytes, method, checksum, packed, size, local }: Listed,
  limit: number,
): Packed {
  const refuse = (problem: string): ArgumentError =>
    damaged(op, what, `has entry ${quoted(name)} ${problem}`);
  if (method !== STORED && method !== DEFLATED)
    throw new ArgumentError(
      op,
      `${what} has entry ${quoted(name)} packed by method ${method}, expected 0 or 8, which numpy.savez and numpy.savez_compressed write`,
    );
  if (local + LOCAL_SIZE + nameBytes.length > limit || u32(local) !== LOCAL)
    throw refuse(`at byte ${local}, where no entry begins`);
  const sameName = nameBytes.every((byte, i) => byte === file[local + LOCAL_SIZE + i]);
  if (u16(local + 26) !== nameBytes.length || !sameName)
    throw refuse('under another name than in the zip directory');
  const from = local + LOCAL_SIZE + nameBytes.length + u16(local + 28);
  if (from + packed > limit) throw refuse(`of ${packed} bytes, which reach into the zip directory`);
  if (method === STORED ? size !== packed : size > packed * MOST_PER_BYTE)
    throw refuse(`of ${packed} bytes, which cannot unpack to ${size}`);
  return { name, deflated: method === DEFLATED, checksum, size, bytes: file.subarray(from, from + packed) };
}

/** The bytes of an entry. @throws ArgumentError for more or fewer than it says, and for others than were packed */
export function unpack(op: string, what: string, entry: Packed): Uint8Array {
  const refuse = (problem: string): ArgumentError =>
    damaged(op, what, `has entry ${quoted(entry.name)} ${problem}`);
  const unpacked = entry.deflated ? inflated(entry, refuse) : entry.bytes;
  if (crc32(unpacked) !== entry.checksum) throw refuse('with other bytes than its checksum tells');
  return unpacked;
}

/** A piece of this length grows to at most 17 MB, so that little is unpacked of an entry that states a wrong size. */
const PIECE = 16_384;

function inflated({ bytes, size }: Packed, refuse: (problem: string) => ArgumentError): Uint8Array {
  const unpacked = new Uint8Array(size);
  let length = 0;
  const inflate = new Inflate((chunk) => {
    if (length + chunk.length > size) throw refuse(`that unpacks to more than the ${size} bytes it states`);
    unpacked.set(chunk, length);
    length += chunk.length;
  });
  try {
    for (let at = 0; at === 0 || at < bytes.length; at += PIECE)
      inflate.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    throw refuse(`that cannot be unpacked (${(error as Error).message})`);
  }
  if (length !== size) throw refuse(`that unpacks to ${length} bytes, and states ${size}`);
  return unpacked;
}
