/** What the book says about the size of the library on a page is what a bundler makes of it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.js';
import { measure, type Size, tableIn } from '../tools/sizes.js';

const test = suite('sizes');
const PAGE = fileURLToPath(new URL('../../docs/in-the-browser.md', import.meta.url));

/** Off by more than a tenth, and by more than rounding to whole kB. */
const isOff = (said: number, bytes: number): boolean =>
  Math.abs(said - bytes / 1000) > Math.max(1, bytes / 10_000);

let measured: Promise<Size[]> | null = null;
const sizes = (): Promise<Size[]> => (measured ??= measure());

test('the table of sizes has every entry point, and its numbers are right to a tenth', async () => {
  const table = tableIn(readFileSync(PAGE, 'utf8'));
  const found = await sizes();
  assert.equal(
    table.map(([what]) => what),
    found.map(({ what }) => what),
  );
  const off = found.filter(({ bytes, gzip }, i) => isOff(table[i]![1], bytes) || isOff(table[i]![2], gzip));
  assert.equal(off, [], 'npx tsx test/tools/sizes.ts writes the table anew');
  assert.ok(isOff(20, 23_000) && isOff(5, 6_100) && !isOff(20, 21_900) && !isOff(5, 5_900));
});

test('tensor and grad from tapegrad/core take at most 24 kB compressed', async () => {
  const [core] = await sizes();
  assert.match(core!.what, /tapegrad\/core/);
  assert.ok(core!.gzip > 5_000 && core!.gzip <= 24_000, `${core!.gzip} bytes`);
});
