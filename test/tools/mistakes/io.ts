/** Mistakes in files of tensors. */
import type { Planted } from '../planted.js';

export const FILES: readonly Planted[] = [
  {
    mistake: 'safetensors are read four bytes too late',
    file: 'io/safetensors.ts',
    right: 'bytes.subarray(start + begin, start + end)',
    wrong: 'bytes.subarray(start + begin + 4, start + end + 4)',
    test: 'io/safetensors.test.ts',
  },
  {
    mistake: 'bfloat16 is read as the lower half of a float32',
    file: 'io/elements.ts',
    right: 'word[0] = bits << 16;',
    wrong: 'word[0] = bits;',
    test: 'io/safetensors.test.ts',
  },
  {
    mistake: 'subnormal numbers of float16 get the hidden bit of the others',
    file: 'io/elements.ts',
    right: 'if (exponent === 0) return sign * fraction * 2 ** -24;',
    wrong: '',
    test: 'io/safetensors.test.ts',
  },
  {
    mistake: 'whole numbers beyond 2^53 are rounded without a word',
    file: 'io/elements.ts',
    right: 'if (value < from || value > to)',
    wrong: 'if (type.bytes === 1 && (value < from || value > to))',
    test: 'io/safetensors.test.ts',
  },
  {
    mistake: 'big-endian numbers are read as little-endian ones',
    file: 'io/npy.ts',
    right: "return { type, little: order === '<' };",
    wrong: 'return { type, little: true };',
    test: 'io/npy.test.ts',
  },
  {
    mistake: 'Fortran order is read as C order',
    file: 'io/npy.ts',
    right: 'return fortran ? transposed(data, stored) : new Tensor(data, shape);',
    wrong: 'return new Tensor(data, shape);',
    test: 'io/npy.test.ts',
  },
  {
    mistake: 'the length of the header of version 2.0 is read from two bytes (cnpy 77)',
    file: 'io/npy.ts',
    right: 'const from = major === 1 ? 10 : 12;',
    wrong: 'const from = 10;',
    test: 'io/npy.test.ts',
  },
  {
    mistake: 'the last of two tensors of one name is taken',
    file: 'io/safetensors-header.ts',
    right: 'if (twice !== undefined)',
    wrong: 'if (twice === null)',
    test: 'io/safetensors.test.ts',
  },
  {
    mistake: 'bytes that belong to no tensor are passed over',
    file: 'io/safetensors-header.ts',
    right: 'if (begin !== reached)',
    wrong: 'if (begin < reached)',
    test: 'io/safetensors.test.ts',
  },
  {
    mistake: 'tensors of float32 come first, and those of float64 are not aligned',
    file: 'io/safetensors.ts',
    right: "const ordered = [...wide, ...entries.filter(([, { dtype }]) => dtype === 'float32')];",
    wrong: "const ordered = [...entries.filter(([, { dtype }]) => dtype === 'float32'), ...wide];",
    test: 'io/safetensors.test.ts',
  },
  {
    mistake: 'the checksum of an entry of a zip file is not compared',
    file: 'io/unzip.ts',
    right: 'if (crc32(unpacked) !== entry.checksum)',
    wrong: 'if (crc32(unpacked) < 0)',
    test: 'io/npz.test.ts',
  },
  {
    mistake: 'a zip file is unpacked before its size is looked at',
    file: 'io/unzip.ts',
    right: 'if (total > most)',
    wrong: 'if (total > Infinity)',
    test: 'io/npz.test.ts',
  },
];
