/**
 * Tensors as .safetensors, the format in which most models are published. A file is the length of its header in 8 bytes,
 * the header, which is JSON with the dtype, the shape and the place of each tensor, and the numbers, little-endian.
 * @source https://huggingface.co/docs/safetensors
 *
 * Previous: src/io/safetensors-header.ts · Next: src/io/checkpoint.ts
 */
import { ArgumentError } from '../base/errors.js';
import { kindOf, shown } from '../base/kind.js';
import { unravel } from '../base/shape.js';
import { checkOptions } from '../base/words.js';
import { Tensor } from '../core.js';
import type { StateDict } from '../nn/index.js';
import { damaged, namedTensors, needBytes, needUnicode, quoted } from './arguments.js';
import { decode, ELEMENTS, type ElementType, encode } from './elements.js';
import { type HeaderEntry, LONGEST_HEADER, METADATA, readHeader } from './safetensors-header.js';

/** Options of {@link saveSafetensors}. */
export interface SafetensorsOptions {
  /** Texts that the file keeps beside the tensors, such as `{ format: 'pt' }`. */
  metadata?: Readonly<Record<string, string>>;
}

/** What {@link inspectSafetensors} finds in a header. */
export interface SafetensorsContents {
  readonly metadata: Record<string, string>;
  /** By name, in the order of the file. The dtypes are those of the format, such as `BF16`. */
  readonly tensors: Record<string, { dtype: string; shape: number[] }>;
}

/** The dtypes of the format that a tensor can hold exactly. */
const READ: Readonly<Record<string, ElementType>> = {
  F64: ELEMENTS.float64,
  F32: ELEMENTS.float32,
  F16: ELEMENTS.float16,
  BF16: ELEMENTS.bfloat16,
  I8: ELEMENTS.int8,
  U8: ELEMENTS.uint8,
  BOOL: ELEMENTS.bool,
  I16: ELEMENTS.int16,
  U16: ELEMENTS.uint16,
  I32: ELEMENTS.int32,
  U32: ELEMENTS.uint32,
  I64: ELEMENTS.int64,
  U64: ELEMENTS.uint64,
};

/**
 * The bytes of a .safetensors file with the tensors, as F32 or F64 after their dtype. Equal tensors give equal bytes, in
 * whatever order they are listed: those of float64 come first, so that each begins at a multiple of its element size.
 * @throws ArgumentError for what is no tensor, and for a name or text that is no Unicode
 * @example writeFile('model.safetensors', saveSafetensors(model.stateDict()));
 */
export function saveSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  options: SafetensorsOptions = {},
): Uint8Array {
  const op = 'saveSafetensors';
  checkOptions(op, options, { metadata: null });
  const entries = namedTensors(op, tensors);
  if (entries.some(([name]) => name === METADATA))
    throw new ArgumentError(
      op,
      `${METADATA} names the metadata in a file, expected another name for a tensor`,
    );
  const wide = entries.filter(([, { dtype }]) => dtype === 'float64');
  const ordered = [...wide, ...entries.filter(([, { dtype }]) => dtype === 'float32')];
  const { header, length } = headerOf(op, ordered, options.metadata);
  const file = new Uint8Array(8 + header.length + length);
  new DataView(file.buffer).setUint32(0, header.length, true);
  file.set(header, 8);
  let at = 8 + header.length;
  for (const [, { data }] of ordered) {
    file.set(encode(data), at);
    at += data.byteLength;
  }
  return file;
}

/** The header as bytes, filled with spaces to a multiple of 8, and how many bytes the data take. */
function headerOf(
  op: string,
  tensors: readonly [string, Tensor][],
  metadata: unknown,
): { header: Uint8Array; length: number } {
  const parts: [string, object][] = metadata === undefined ? [] : [[METADATA, texts(op, metadata)]];
  let length = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    const offsets = [length, length + data.byteLength];
    parts.push([name, { dtype: dtype === 'float32' ? 'F32' : 'F64', shape, data_offsets: offsets }]);
    length += data.byteLength;
  }
  // Object.fromEntries makes a name such as __proto__ a property like any other.
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(parts)));
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8).fill(0x20);
  padded.set(bytes);
  if (padded.length > LONGEST_HEADER)
    throw new ArgumentError(
      op,
      `names and metadata take ${padded.length} bytes, and readers take at most ${LONGEST_HEADER}; put large values into tensors`,
    );
  return { header: padded, length };
}

/** The metadata, sorted by key, once all of them are found to be texts. */
function texts(op: string, metadata: unknown): object {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    throw new ArgumentError(op, `metadata is an object of strings, got ${kindOf(metadata)}`);
  const entries = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, value] of entries) {
    if (typeof value !== 'string')
      throw new ArgumentError(
        op,
        `metadata ${quoted(key)} is a string, got ${shown(value)}; pass String(value)`,
      );
    needUnicode(op, key);
    needUnicode(op, value);
  }
  return Object.fromEntries(entries);
}

/**
 * The tensors of a .safetensors file, by name: `model.loadStateDict(loadSafetensors(bytes))`. Every number is kept exactly:
 * F64, I32, U32, I64 and U64 become float64, all other dtypes float32. The tensors share no memory with `bytes`.
 * @param what what errors call the file, such as its path
 * @throws ArgumentError for another format, for a file that is damaged, a dtype that no tensor holds, such as F8_E4M3, and
 * a number of 64 bits beyond ±2⁵³
 */
export function loadSafetensors(bytes: Uint8Array, what = 'the file'): StateDict {
  const op = 'loadSafetensors';
  needBytes(op, bytes, what);
  const { entries, start } = readHeader(op, bytes, what);
  const length = entries.at(-1)?.end ?? 0;
  const found = bytes.length - start;
  if (found !== length)
    throw damaged(
      op,
      what,
      `${found < length ? 'is cut off' : 'is too long'}: its tensors take ${length} bytes after the header, and ${found} are there`,
    );
  // All are known to be readable before the first one is read.
  const types = entries.map((entry) => typeOf(op, what, entry));
  return Object.fromEntries(
    entries.map((entry, i) => {
      const { name, shape, begin, end } = entry;
      const refuse = (problem: string, at: number): ArgumentError =>
        new ArgumentError(
          op,
          `${what}: tensor ${quoted(name)} (${entry.dtype}) ${problem}, at index [${unravel(at, shape).join(', ')}]; store it as F64 or F32`,
        );
      const data = decode(bytes.subarray(start + begin, start + end), types[i]!, true, refuse);
      return [name, new Tensor(data, shape).named(name)];
    }),
  );
}

/** How the numbers of a tensor are read. @throws ArgumentError for a dtype that no tensor holds */
function typeOf(op: string, what: string, { name, dtype }: HeaderEntry): ElementType {
  if (Object.hasOwn(READ, dtype)) return READ[dtype]!;
  throw new ArgumentError(
    op,
    `${what}: tensor ${quoted(name)} has the dtype ${quoted(dtype)}, expected one of ${Object.keys(READ).join(', ')}. Convert the file in Python: save_file({k: v.float() for k, v in load_file('model.safetensors').items()}, 'float32.safetensors')`,
  );
}

/**
 * What a .safetensors file holds, from its header alone: dtypes, shapes and metadata. Of a large file its first part is
 * enough, if that has the whole header.
 * @param what what errors call the file, such as its path
 * @throws ArgumentError for another format, and for a header that is damaged
 */
export function inspectSafetensors(bytes: Uint8Array, what = 'the file'): SafetensorsContents {
  const op = 'inspectSafetensors';
  needBytes(op, bytes, what);
  const { metadata, entries } = readHeader(op, bytes, what);
  const tensors = Object.fromEntries(entries.map(({ name, dtype, shape }) => [name, { dtype, shape }]));
  return { metadata, tensors };
}
