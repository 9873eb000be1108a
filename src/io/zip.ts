/**
 * Writes zip files in memory. Packing (DEFLATE) is the work of fflate, which the build puts beside this file.
 * @source PKWARE, APPNOTE.TXT: .ZIP File Format Specification, 6.3.10
 */
import { deflateSync } from 'fflate';
import { crc32 } from '../base/crc32.js';
import { ArgumentError } from '../base/errors.js';
import { quoted } from './arguments.js';

const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 1 << 11;
/** 1 January 1980, the first day that a zip file knows, so that equal entries give equal bytes. */
const DATE = (1 << 5) | 1;

/** A zip file with the entries, in their order. */
export function writeZip(
  op: string,
  entries: readonly (readonly [string, Uint8Array])[],
  compress: boolean,
): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, bytes] of entries) {
    const packed = compress ? deflateSync(bytes) : bytes;
    const label = new TextEncoder().encode(name);
    if (label.length > 0xffff)
      throw new ArgumentError(op, `the name ${quoted(name)} has more than 65,535 bytes; take a shorter one`);
    const common = [
      ...u16(VERSION, FLAGS, compress ? 8 : 0, 0, DATE),
      ...u32(crc32(bytes), packed.length, bytes.length),
      ...u16(label.length, 0),
    ];
    const local = [Uint8Array.of(...u32(0x04034b50), ...common), label, packed];
    parts.push(...local);
    // No comment, on the first disk, without attributes, and where the entry begins.
    const rest = [...u16(0, 0, 0), ...u32(0, at)];
    directory.push(Uint8Array.of(...u32(0x02014b50), ...u16(VERSION), ...common, ...rest), label);
    at += lengthOf(local);
  }
  const [count, size] = [entries.length, lengthOf(directory)];
  if (count >= 0xffff || at + size >= 0xffffffff)
    throw new ArgumentError(op, 'a zip file takes less than 4 GB and 65,535 arrays; write several files');
  const end = [...u32(0x06054b50), ...u16(0, 0, count, count), ...u32(size, at), ...u16(0)];
  return joined([...parts, ...directory, Uint8Array.from(end)]);
}

/** Whole numbers in two bytes each, the less significant one first. */
const u16 = (...values: number[]): number[] => values.flatMap((value) => [value & 0xff, value >>> 8]);

/** Whole numbers in four bytes each. */
const u32 = (...values: number[]): number[] => values.flatMap((value) => u16(value & 0xffff, value >>> 16));

const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, { length }) => sum + length, 0);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
