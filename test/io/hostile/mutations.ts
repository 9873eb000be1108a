/** Ways to damage a file: blindly, byte by byte, and with knowledge of the format, so that lengths and checksums stay right. */
import fc from 'fast-check';
import { writeZip } from '../../../src/io/zip.js';
import { NPY, NPZ, npy, partsOf, SAFETENSORS, safetensors } from './samples.js';

/** A damaged file. */
export interface Damaged {
  readonly format: 'safetensors' | 'npy' | 'npz';
  readonly bytes: Uint8Array;
  /** Whether every reader has to refuse the file. */
  readonly wrong: boolean;
  /** What was done to it. */
  readonly how: string;
}

type Change = (bytes: Uint8Array) => Uint8Array;

/** Numbers that lengths and offsets must not be. */
const LENGTHS = [
  0n,
  1n,
  7n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
];

/** A place in a file: anywhere, or close to its beginning or its end, where lengths stand. */
const place = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }).map((part) => (size: number) => Math.floor(part * (size - 1))),
  fc.nat({ max: 64 }).map((at) => (size: number) => Math.min(at, size - 1)),
  fc.nat({ max: 64 }).map((back) => (size: number) => Math.max(0, size - 1 - back)),
);

const spliced = (bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array =>
  new Uint8Array([...bytes.subarray(0, at), ...added, ...bytes.subarray(at + removed)]);

const flip = fc.tuple(place, fc.nat({ max: 7 })).map(
  ([at, bit]): Change =>
    (bytes) => {
      const copy = bytes.slice();
      copy[at(copy.length)]! ^= 1 << bit;
      return copy;
    },
);

const overwrite = fc.tuple(place, fc.constantFrom(...LENGTHS), fc.constantFrom(1, 2, 4, 8)).map(
  ([at, length, width]): Change =>
    (bytes) => {
      const number = new Uint8Array(new BigUint64Array([length]).buffer).subarray(0, width);
      return spliced(bytes, at(bytes.length), width, number).slice(0, bytes.length);
    },
);

const truncate = place.map(
  (at): Change =>
    (bytes) =>
      bytes.slice(0, at(bytes.length)),
);

const insert = fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 9 })).map(
  ([at, added]): Change =>
    (bytes) =>
      spliced(bytes, at(bytes.length), 0, added),
);

const swap = fc.tuple(place, place, fc.integer({ min: 1, max: 16 })).map(
  ([p, q, length]): Change =>
    (bytes) => {
      const copy = bytes.slice();
      const [a, b] = [p(copy.length), q(copy.length)];
      copy.set(bytes.subarray(a, a + length).subarray(0, Math.max(0, copy.length - b)), b);
      copy.set(bytes.subarray(b, b + length).subarray(0, Math.max(0, copy.length - a)), a);
      return copy;
    },
);

const blind = fc.oneof(flip, overwrite, truncate, insert, swap);

/** Any value in the place of a part of a header, as JSON. */
const odd = fc.constantFrom(
  ...[
    'null',
    '-1',
    '0.5',
    '"x"',
    '[]',
    '{}',
    '[2]',
    '[3,2]',
    '[2,3,1]',
    '[9007199254740992]',
    '[1e400]',
    '[-1,-6]',
  ],
  ...[
    '[0,8]',
    '[8,0]',
    '[0,9007199254740992]',
    '[4,28]',
    '"F32"',
    '"F64"',
    '"I32"',
    '"F8_E4M3"',
    '"BF16"',
    'true',
  ],
);

/** Changes of the JSON of a .safetensors file. With `wrong`, the file has to be refused afterwards. */
const headerEdit = fc.oneof(
  fc
    .tuple(fc.nat(), fc.constantFrom('dtype', 'shape', 'data_offsets', '__proto__'), odd)
    .map(([which, key, value]) => ({
      how: `${key} = ${value}`,
      wrong: false,
      edit: (header: string): string => {
        const entries = [...header.matchAll(/"(dtype|shape|data_offsets)":("[^"]*"|\[[^\]]*\])/g)];
        const found = entries[which % entries.length]!;
        const end = found.index + found[0].length;
        return `${header.slice(0, found.index)}"${key}":${value}${header.slice(end)}`;
      },
    })),
  fc.nat().map((which) => ({
    how: 'a name twice',
    wrong: true,
    edit: (header: string): string => {
      const entries = [...header.matchAll(/"[^"]*":\{"dtype"[^}]*\}/g)];
      return header.replace('{', `{${entries[which % entries.length]![0]},`);
    },
  })),
  fc.constantFrom('"__proto__":{"__proto__":1}', '"__metadata__":7', '"x":null').map((text) => ({
    how: text,
    wrong: true,
    edit: (header: string): string => header.replace('{', `{${text},`),
  })),
);

const editedSafetensors = fc
  .tuple(fc.constantFrom(...SAFETENSORS), headerEdit)
  .map(([file, { how, wrong, edit }]) => {
    const { header, data } = partsOf(file);
    return { format: 'safetensors' as const, bytes: safetensors(edit(header), data), wrong, how };
  });

/** A hole is made: all data begin later. */
const shifted = fc
  .tuple(fc.constantFrom(...SAFETENSORS), fc.integer({ min: 1, max: 16 }))
  .map(([file, by]) => {
    const { header, data } = partsOf(file);
    const moved = header.replaceAll(
      /\[(\d+),(\d+)\]\}/g,
      (_, begin, end) => `[${Number(begin) + by},${Number(end) + by}]}`,
    );
    const longer = new Uint8Array([...new Uint8Array(by), ...data]);
    return {
      format: 'safetensors' as const,
      bytes: safetensors(moved, longer),
      wrong: true,
      how: `a hole of ${by}`,
    };
  });

const descr = fc.constantFrom(
  ...[
    "'<f4'",
    "'>f4'",
    "'<f8'",
    "'>f2'",
    "'|b1'",
    "'<u2'",
    "'>i4'",
    "'<u8'",
    "'|O'",
    "'<c8'",
    "'<U9'",
    "[('a', '<f4')]",
  ],
  ...['4', 'None', "''", "'<f'", "'|V4'"],
);
const shape = fc.constantFrom(
  ...[
    '()',
    '(9,)',
    '(3, 3)',
    '(36,)',
    '(6, 3)',
    '(2, 9)',
    '(0,)',
    '(0, 9007199254740992)',
    '(9)',
    '(-9,)',
    '(9.0,)',
  ],
  ...[
    '(4294967296, 4294967296)',
    '(9007199254740993,)',
    '(1, 1, 1, 1, 1, 9)',
    '((9,),)',
    '(18L,)',
    '[9]',
    '{}',
    '(4,)',
  ],
);
const fortran = fc.constantFrom('True', 'False', '0', 'None', "'False'");

const editedArray = fc
  .tuple(fc.constantFrom(...NPY), descr, fortran, shape)
  .map(([file, d, f, s]) => ({ how: `${d} ${f} ${s}`, bytes: npy(d, f, s, file.subarray(128)) }));

/** Headers that fit the 36 bytes of most samples. */
const fittingArray = fc
  .tuple(
    fc.constantFrom(...NPY.slice(0, 5)),
    fc.constantFrom(
      ["'<f4'", '(9,)'],
      ["'>f4'", '(3, 3)'],
      ["'<f2'", '(9, 2)'],
      ["'>u2'", '(2, 3, 3)'],
      ["'|i1'", '(36, 1)'],
    ),
    fc.constantFrom('True', 'False'),
  )
  .map(([file, [d, s], f]) => ({ how: `${d} ${f} ${s}`, bytes: npy(d!, f, s!, file.subarray(128)) }));

const anyArray = fc.oneof(editedArray, fittingArray);

const editedNpy = anyArray.map(({ how, bytes }) => ({ format: 'npy' as const, bytes, wrong: false, how }));

/** An array with another header inside a zip file whose checksums are right. */
const editedNpz = fc.tuple(anyArray, fc.boolean(), fc.boolean()).map(([{ how, bytes }, packed, twice]) => {
  const names = ['first.npy', twice ? 'first.npy' : 'second.npy'];
  const zip = writeZip(
    'npz',
    names.map((name, i) => [name, i === 0 ? bytes : NPY[0]!]),
    packed,
  );
  return { format: 'npz' as const, bytes: zip, wrong: twice, how };
});

const blindly = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...SAFETENSORS).map((bytes) => ({ format: 'safetensors' as const, bytes })),
      fc.constantFrom(...NPY).map((bytes) => ({ format: 'npy' as const, bytes })),
      fc.constantFrom(...NPZ).map((bytes) => ({ format: 'npz' as const, bytes })),
    ),
    fc.array(blind, { minLength: 1, maxLength: 3 }),
  )
  .map(([{ format, bytes }, changes]) => ({
    ...{ format, wrong: false, how: 'blindly' },
    bytes: changes.reduce((file, change) => (file.length > 0 ? change(file) : file), bytes),
  }));

/** Numbers are changed and nothing else. */
const changedNumbers = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...SAFETENSORS).map((bytes) => ({ format: 'safetensors' as const, bytes })),
      fc.constantFrom(...NPY).map((bytes) => ({ format: 'npy' as const, bytes })),
    ),
    fc.nat({ max: 15 }),
    fc.nat({ max: 255 }),
  )
  .map(([{ format, bytes }, back, byte]) => ({
    ...{ format, wrong: false, how: `byte −${back} = ${byte}` },
    bytes: spliced(bytes, bytes.length - 1 - back, 1, Uint8Array.of(byte)),
  }));

export const damaged: fc.Arbitrary<Damaged> = fc.oneof(
  { weight: 6, arbitrary: blindly },
  { weight: 2, arbitrary: editedSafetensors },
  { weight: 1, arbitrary: shifted },
  { weight: 2, arbitrary: changedNumbers },
  { weight: 2, arbitrary: editedNpy },
  { weight: 2, arbitrary: editedNpz },
);
