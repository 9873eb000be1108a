/** The compiled kernels in the source tree. */
import { readFileSync } from 'node:fs';
import { suite } from '../support/suite.js';
import { compileKernels } from '../tools/build-kernels.js';

const test = suite('embedded kernels');

test('the bytes are what the assembly compiles to', async () => {
  const bytes = readFileSync(new URL('../../src/kernels/simd/bytes.ts', import.meta.url), 'utf8');
  if ((await compileKernels()) !== bytes)
    throw new Error('src/kernels/simd/bytes.ts is out of date; run npm run kernels');
});
