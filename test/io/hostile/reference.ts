/**
 * Readers that share no code with the library and take right files only: what was not refused has to be what they find.
 * They throw where a file is not as its format demands.
 */
import { inflateRawSync } from 'node:zlib';

/** A tensor as a reader finds it. */
export interface Found {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

type Read = (bytes: Buffer, at: number) => number | bigint;

function demand(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`the file is wrong: ${what}`);
}

/** From the definition of binary16, by way of text: (−1)^s · 2^(e − 15) · 1.f */
function half(bits: number): number {
  const text = bits.toString(2).padStart(16, '0');
  const [sign, exponent, fraction] = [
    text[0] === '1' ? -1 : 1,
    Number.parseInt(text.slice(1, 6), 2),
    text.slice(6),
  ];
  if (exponent === 31) return fraction.includes('1') ? Number.NaN : sign / 0;
  return (
    (sign * Number.parseInt((exponent === 0 ? '0' : '1') + fraction, 2) * 2 ** Math.max(exponent, 1)) /
    2 ** 25
  );
}

const little: Record<string, Read> = {
  f8: (bytes, at) => bytes.readDoubleLE(at),
  f4: (bytes, at) => bytes.readFloatLE(at),
  f2: (bytes, at) => half(bytes.readUInt16LE(at)),
  i8: (bytes, at) => bytes.readBigInt64LE(at),
  u8: (bytes, at) => bytes.readBigUInt64LE(at),
  i4: (bytes, at) => bytes.readInt32LE(at),
  u4: (bytes, at) => bytes.readUInt32LE(at),
  i2: (bytes, at) => bytes.readInt16LE(at),
  u2: (bytes, at) => bytes.readUInt16LE(at),
  i1: (bytes, at) => bytes.readInt8(at),
  u1: (bytes, at) => bytes.readUInt8(at),
  b1: (bytes, at) => bytes.readUInt8(at),
  bf: (bytes, at) => Buffer.from([0, 0, bytes[at]!, bytes[at + 1]!]).readFloatLE(),
};

/** The numbers of a type, and of which byte order. */
function numbers(bytes: Buffer, type: string, big: boolean, count: number): number[] {
  const size = type === 'bf' ? 2 : Number(type[1]);
  const read = little[type];
  demand(read !== undefined, `type ${type}`);
  demand(bytes.length === size * count, `${bytes.length} bytes for ${count} of ${type}`);
  return Array.from({ length: count }, (_, i) => {
    const one = Buffer.from(bytes.subarray(i * size, i * size + size));
    const value = read(big ? one.reverse() : one, 0);
    demand((BigInt(2 ** 53) >= value && value >= -BigInt(2 ** 53)) || typeof value === 'number', 'too large');
    demand(type !== 'b1' || value === 0 || value === 1, 'no boolean');
    return Number(value);
  });
}

const countOf = (shape: readonly number[]): number => shape.reduce((product, axis) => product * axis, 1);

const TYPES: Record<string, string> = {
  ...{ F64: 'f8', F32: 'f4', F16: 'f2', BF16: 'bf', I64: 'i8', U64: 'u8', I32: 'i4', U32: 'u4' },
  ...{ I16: 'i2', U16: 'u2', I8: 'i1', U8: 'u1', BOOL: 'b1' },
};

export function readSafetensors(file: Uint8Array): Found[] {
  const bytes = Buffer.from(file);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, start).toString('utf8')) as Record<string, Header>;
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  entries.sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  );
  let reached = 0;
  const found = entries.map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      demand(begin === reached, `${name} begins at ${begin}`);
      reached = end;
      const values = numbers(
        bytes.subarray(start + begin, start + end),
        TYPES[dtype]!,
        false,
        countOf(shape),
      );
      return { name, shape, values };
    },
  );
  demand(start + reached === bytes.length, 'the length');
  return found;
}

interface Header {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export function readNpy(file: Uint8Array, name = ''): Found[] {
  const bytes = Buffer.from(file);
  const long = bytes[6] !== 1;
  const start = long ? 12 + bytes.readUInt32LE(8) : 10 + bytes.readUInt16LE(8);
  const header = bytes.subarray(long ? 12 : 10, start).toString('latin1');
  const part = (key: string, value: string): string => {
    const match = new RegExp(`['"]${key}['"]\\s*:\\s*${value}`).exec(header);
    demand(match !== null, `${key} in ${header}`);
    return match[1]!;
  };
  const type = part('descr', `['"]([<>|]\\w\\d)['"]`);
  const shape = [...part('shape', '[([]([^)\\]]*)[)\\]]').matchAll(/\d+/g)].map(Number);
  const stored = numbers(bytes.subarray(start), type.slice(1), type[0] === '>', countOf(shape));
  if (part('fortran_order', '(\\w+)') === 'False') return [{ name, shape, values: stored }];
  // Element [i, j, …] lies at i + j·n₀ + k·n₀·n₁ + …
  const values = stored.map((_, position) => {
    let [rest, at, stride] = [position, 0, stored.length];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      stride /= shape[axis]!;
      at += (rest % shape[axis]!) * stride;
      rest = Math.floor(rest / shape[axis]!);
    }
    return stored[at]!;
  });
  return [{ name, shape, values }];
}

export function readNpz(file: Uint8Array): Found[] {
  const bytes = Buffer.from(file);
  let end = bytes.length - 22;
  while (bytes.readUInt32LE(end) !== 0x06054b50 || end + 22 + bytes.readUInt16LE(end + 20) !== bytes.length)
    end--;
  const found: Found[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < bytes.readUInt16LE(end + 10); i++) {
    const name = bytes.subarray(at + 46, at + 46 + bytes.readUInt16LE(at + 28)).toString('utf8');
    const local = bytes.readUInt32LE(at + 42);
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(from, from + bytes.readUInt32LE(at + 20));
    const inside = bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed;
    demand(inside.length === bytes.readUInt32LE(at + 24), 'the size');
    found.push(...readNpy(inside, name.replace(/\.npy$/, '')));
    at += 46 + [28, 30, 32].reduce((sum, offset) => sum + bytes.readUInt16LE(at + offset), 0);
  }
  return found;
}
