/** What the book says about the size of the library on a page is what a bundler makes of it. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';
import { buildModules } from '../tools/build.js';
import { measure, type Size, tableIn } from '../tools/sizes.js';

const test = suite('sizes');
const root = fileURLToPath(new URL('../..', import.meta.url));
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

test('a page with a linear layer carries no convolution, no pooling and no attention', async () => {
  const folder = temporaryFolder('linear');
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  await buildModules(join(folder, 'dist'));
  const used = async (program: string): Promise<string> => {
    const alias = {
      tapegrad: join(folder, 'dist/index.js'),
      'tapegrad/nn': join(folder, 'dist/nn/index.js'),
    };
    const options = { bundle: true, format: 'esm', write: false, alias } as const;
    const { outputFiles } = await build({ ...options, stdin: { contents: program, resolveDir: root } });
    return outputFiles[0]!.text;
  };
  const layer = `import { random, tensor } from 'tapegrad'; import * as nn from 'tapegrad/nn';`;
  const linear = await used(
    `${layer} console.log(new nn.Linear(2, 1, { rng: random(0) }).forward(tensor([1, 2])));`,
  );
  const other = await used(`${layer} console.log(nn.Conv2d, nn.MaxPool2d, nn.MultiheadAttention);`);
  for (const op of ['conv2d', 'maxPool2d', 'scaledDotProductAttention', 'standardise', 'unfold']) {
    const named = new RegExp(`name: "${op}"|"${op}"`);
    assert.not.match(linear, named, `a page with Linear carries ${op}`);
  }
  assert.match(other, /name: "conv2d"/);
  assert.match(other, /name: "maxPool2d"/);
});
