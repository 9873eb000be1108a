/** Products and functions with fused multiply-adds, in an engine that has them, and without. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from '../support/suite.js';

const test = suite('fused multiply-adds');

/** Older engines have relaxed SIMD behind a flag; the others ignore it. */
const FLAG = `data:text/javascript,import { setFlagsFromString } from 'node:v8'; setFlagsFromString('--experimental-wasm-relaxed-simd');`;

function run(args: readonly string[], kernels?: string): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import', FLAG, '--import', 'tsx', ...args],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, ...(kernels ? { TAPEGRAD_KERNELS: kernels } : {}) },
      encoding: 'utf8',
      timeout: 120_000,
    },
  );
  if (status !== 0) throw new Error(`ended with ${status}\n${stdout}\n${stderr}`);
  return stdout.trim();
}

/** x² − y with y = x² rounded, as an inner product: what is left is the rounding that a fused multiply-add does not make. */
const RESIDUAL = `
  import { tensor, zeros } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
  const x = 1 + 2 ** -12;
  const [a, b] = [new Float32Array(64 * 64), new Float32Array(64 * 64)];
  a[0] = -1; b[0] = 1 + 2 ** -11;
  a[1] = x; b[64] = x;
  const y = tensor(a, { shape: [64, 64] }).matmul(tensor(b, { shape: [64, 64] }));
  console.log(y.data[0] === 2 ** -24 ? 'fused' : y.data[0] === 0 ? 'rounded twice' : y.data[0]);`;

test('are used where the engine has them', () => {
  const result = run(['--input-type=module', '-e', RESIDUAL]);
  if (result !== 'fused') throw new Error(result);
});

test('are left out when the same bits are wanted everywhere', () => {
  const result = run(['--input-type=module', '-e', RESIDUAL], 'simd');
  if (result !== 'rounded twice') throw new Error(result);
});

test('functions keep their promises without', () => {
  if (!/^\d+ passed, 0 failed$/m.test(run(['test/kernels/elementwise.test.ts'], 'simd')))
    throw new Error('the tests did not pass');
});

for (const file of ['elementwise', 'matmul', 'threads'])
  test(`keep all promises of ${file}.test.ts`, () => {
    if (!/^\d+ passed, 0 failed$/m.test(run([`test/kernels/${file}.test.ts`])))
      throw new Error('the tests did not pass');
  });
