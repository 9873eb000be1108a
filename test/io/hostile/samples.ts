/** Small right files in each format, whose parts can be put together anew with a change in them. */
import { type Tensor, tensor } from '../../../src/index.js';
import { saveSafetensors, writeNpz } from '../../../src/io/index.js';
import { writeZip } from '../../../src/io/zip.js';

const NUMBERS = Buffer.from(
  '0000c03f000000c00000000001000000ff7f00007bffe0ff0000803e9a9999999999b93f',
  'hex',
);

/** A .safetensors file of a header and data, with the right length in front. */
export function safetensors(header: string, data: Uint8Array): Uint8Array {
  const text = Buffer.from(header, 'utf8');
  const length = Buffer.alloc(8);
  length.writeUInt32LE(text.length);
  return new Uint8Array(Buffer.concat([length, text, data]));
}

/** The header and the data of a .safetensors file. */
export function partsOf(file: Uint8Array): { header: string; data: Uint8Array } {
  const length = Buffer.from(file).readUInt32LE();
  return {
    header: Buffer.from(file.subarray(8, 8 + length)).toString('utf8'),
    data: file.subarray(8 + length),
  };
}

/** A .npy file of version 1.0. */
export function npy(descr: string, fortran: string, shape: string, data: Uint8Array): Uint8Array {
  const text = `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`.padEnd(117);
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length + 1);
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  return new Uint8Array(Buffer.concat([magic, length, Buffer.from(`${text}\n`, 'latin1'), data]));
}

const named: Record<string, Tensor> = Object.fromEntries([
  ['weight', tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] })],
  ['bias', tensor([0.1, -0, 1e-310, 7], { dtype: 'float64' })],
  ['__proto__', tensor(1.5)],
  ['empty', tensor([], { shape: [0, 2] })],
]);

const OFFSETS: [dtype: string, count: number, bytes: number][] = [
  ['F16', 3, 2],
  ['BF16', 3, 2],
  ['I64', 1, 8],
  ['I32', 2, 4],
  ['U8', 2, 1],
];

/** A file with dtypes that saveSafetensors does not write. */
function otherDtypes(): Uint8Array {
  let at = 0;
  const header = OFFSETS.map(([dtype, count, bytes]) => {
    const entry = { dtype, shape: [count], data_offsets: [at, at + count * bytes] };
    at += count * bytes;
    return [`t.${dtype}`, entry];
  });
  const data = Uint8Array.from({ length: at }, (_, i) =>
    i >= 12 && i < 20 ? Number(i < 14) : (i * 37) % 128,
  );
  return safetensors(JSON.stringify(Object.fromEntries(header)), data);
}

export const SAFETENSORS: readonly Uint8Array[] = [
  saveSafetensors(named, { metadata: { format: 'pt' } }),
  otherDtypes(),
];

export const NPY: readonly Uint8Array[] = [
  npy("'<f4'", 'False', '(3, 3)', NUMBERS),
  npy("'>f4'", 'True', '(3, 3)', NUMBERS),
  npy("'<f2'", 'True', '(2, 3, 3)', NUMBERS),
  npy("'|u1'", 'False', '(36,)', NUMBERS),
  npy("'>i2'", 'False', '(18,)', NUMBERS),
  npy("'<i8'", 'True', '(2, 1)', new Uint8Array(16).fill(1, 0, 2).fill(255, 8)),
];

export const NPZ: readonly Uint8Array[] = [
  writeNpz(named),
  writeNpz(named, { compress: true }),
  writeZip(
    'npz',
    [
      ['a.npy', NPY[1]!],
      ['b.npy', NPY[2]!],
    ],
    true,
  ),
];
