/** Ten thousand damaged files, read in a process with little memory and little time. hostile/main.ts is what it runs. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import * as assert from 'uvu/assert';
import { moduleFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';

const test = suite('hostile files');

interface Printed {
  readonly tally: Record<string, { refused: number; read: number }>;
  /** Of the processor, however many others it serves. */
  readonly seconds: number;
  readonly kilobytes: number;
}

test('each of 10,000 damaged files is refused in words of the library, or read rightly', async () => {
  const program = join(moduleFolder('hostile'), 'main.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('hostile/main.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=100', program], {
    timeout: 120_000,
  });
  const { tally, seconds, kilobytes } = JSON.parse(stdout) as Printed;
  console.log(stdout.trim());
  let total = 0;
  for (const [format, { refused, read }] of Object.entries(tally)) {
    assert.ok(refused > 500 && read > 100, `${format}: ${refused} refused, ${read} read`);
    total += refused + read;
  }
  assert.is(total, 10_000);
  assert.ok(seconds < 20, `${seconds} s`);
  assert.ok(kilobytes < 500_000, `${kilobytes} kB of memory`);
});
