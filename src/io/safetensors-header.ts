/**
 * The header of a .safetensors file: how long it is, and that what it says of the tensors is possible. Nothing is allocated
 * and no number is read before all of it has been checked.
 *
 * Previous: src/train/loop.ts · Next: src/io/safetensors.ts
 */
import type { ArgumentError } from '../base/errors.js';
import { kindOf, shown } from '../base/kind.js';
import { damaged, quoted } from './arguments.js';
import { bytesOf, isWholeNumbers } from './elements.js';
import { repeatedName } from './json.js';
import { refuseOther } from './recognise.js';

/** What a header says of a tensor. Its bytes lie at [begin, end) of the data, which follow the header. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: Record<string, string>;
  /** In the order of their bytes. */
  readonly entries: readonly HeaderEntry[];
  /** Where the data begin. */
  readonly start: number;
}

/** The longest header that the reference implementation reads, in bytes. */
export const LONGEST_HEADER = 100_000_000;

/** The name in the header that stands for no tensor. */
export const METADATA = '__metadata__';

/** Bytes of an element, of every dtype that safetensors has in whole bytes. */
const BYTES: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E5M2: 1, F8_E4M3: 1, F8_E8M0: 1 },
  ...{ I16: 2, U16: 2, F16: 2, BF16: 2, I32: 4, U32: 4, F32: 4, I64: 8, U64: 8, F64: 8, C64: 8 },
};

/**
 * The header of a file, whose data need not be there.
 * @throws ArgumentError for another file, and for a header that is not as the format demands
 */
export function readHeader(op: string, bytes: Uint8Array, what: string): Header {
  const text = headerText(op, bytes, what);
  const header = parsed(op, text, what);
  const named = Object.entries(header).filter(([name]) => name !== METADATA);
  const entries = named.map(([name, given]) => entryOf(op, what, name, given));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkOrder(op, what, entries);
  const start = 8 + lengthOf(bytes);
  return { metadata: metadataOf(op, what, header[METADATA]), entries, start };
}

/** The number in the first eight bytes, little-endian. Beyond 2⁵³ the last digits are lost, but such a number is refused. */
function lengthOf(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
}

function headerText(op: string, bytes: Uint8Array, what: string): string {
  refuseOther(op, bytes, what, 'safetensors');
  if (bytes.length < 8)
    throw damaged(op, what, `has ${bytes.length} bytes, and a .safetensors file begins with 8 for a length`);
  const length = lengthOf(bytes);
  if (length > LONGEST_HEADER)
    throw damaged(
      op,
      what,
      `is no .safetensors file: its first 8 bytes tell of a header of ${length} bytes, and at most ${LONGEST_HEADER} are allowed`,
    );
  if (length > bytes.length - 8)
    throw damaged(
      op,
      what,
      `is cut off: its header has ${length} bytes, and ${bytes.length - 8} are there after the first 8`,
    );
  if (bytes[8] !== 0x7b || length === 0)
    throw damaged(op, what, `is no .safetensors file: byte 8 begins the header, and is no {`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, 8 + length));
  } catch {
    throw damaged(op, what, 'has a header that is no UTF-8');
  }
}

function parsed(op: string, text: string, what: string): Record<string, unknown> {
  let header: Record<string, unknown>;
  try {
    header = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw damaged(op, what, `has a header that is no JSON (${(error as Error).message})`);
  }
  const twice = repeatedName(text);
  if (twice !== undefined)
    throw damaged(
      op,
      what,
      `names ${quoted(twice)} twice in one object of its header, expected each name once`,
    );
  return header;
}

function metadataOf(op: string, what: string, metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  if (!isObject(metadata))
    throw damaged(op, what, `has ${METADATA} that is ${shown(metadata)}, expected an object of strings`);
  for (const [key, value] of Object.entries(metadata))
    if (typeof value !== 'string')
      throw damaged(op, what, `has ${shown(value)} in ${METADATA} under ${quoted(key)}, expected a string`);
  return metadata as Record<string, string>;
}

/** What the header says of a tensor, once it is found possible. */
function entryOf(op: string, what: string, name: string, given: unknown): HeaderEntry {
  const refuse = (problem: string): ArgumentError =>
    damaged(op, what, `has tensor ${quoted(name)} ${problem}`);
  if (!isObject(given)) throw refuse(`as ${shown(given)}, expected an object { dtype, shape, data_offsets }`);
  const { dtype, shape, data_offsets: offsets } = given;
  if (typeof dtype !== 'string') throw refuse(`with the dtype ${shown(dtype)}, expected text such as 'F32'`);
  if (!isWholeNumbers(shape)) throw refuse(`with the shape ${listed(shape)}, expected whole numbers ≥ 0`);
  if (!isWholeNumbers(offsets) || offsets.length !== 2)
    throw refuse(`with data_offsets ${listed(offsets)}, expected two whole numbers ≥ 0`);
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw refuse(`with data_offsets ${listed(offsets)}, whose begin lies behind the end`);
  const each = Object.hasOwn(BYTES, dtype) ? BYTES[dtype] : undefined;
  const needed = bytesOf(shape, each ?? 1);
  if (needed === null) throw refuse(`with the shape ${listed(shape)}, which has more than 2^53 bytes`);
  if (each !== undefined && needed !== end - begin)
    throw refuse(
      `with ${end - begin} bytes, data_offsets ${listed(offsets)}; ${dtype} of shape ${listed(shape)} takes ${needed}`,
    );
  return { name, dtype, shape, begin, end };
}

/** Refuses data with holes or overlaps: each tensor begins where the one before it ends, and the first one at 0. */
function checkOrder(op: string, what: string, entries: readonly HeaderEntry[]): void {
  let reached = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== reached)
      throw damaged(
        op,
        what,
        `has tensor ${quoted(name)} at ${begin} of its data, expected ${reached}, where the tensor before it ends: ${begin > reached ? `the ${begin - reached} bytes between them belong to none` : `the two overlap`}`,
      );
    reached = end;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value of the header as messages print it. Lists may lie in each other deeper than JSON.stringify can go. */
function listed(value: unknown): string {
  const one = (part: unknown): string =>
    typeof part === 'object' && part !== null ? kindOf(part) : (JSON.stringify(part) ?? kindOf(part));
  return Array.isArray(value) ? `[${value.slice(0, 10).map(one).join(',')}]` : one(value).slice(0, 60);
}
