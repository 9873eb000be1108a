/**
 * The matrix of tools, without running it: what the page says of it is what the program does. `npm run toolchains` runs
 * the tools themselves.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { blocksOf, fileName, stepsOf } from './support/markdown.js';
import { suite } from './support/suite.js';
import { nameOf, type Row } from './toolchains/rows/row.js';
import { GROUPS } from './toolchains/rows.js';
import { PAGE, withTables } from './toolchains/table.js';

const test = suite('toolchains');
const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const rows: readonly Row[] = GROUPS.flatMap((group) => group.rows);
const page = read('docs/in-your-tests.md');

/** The files of the fixtures for runners, as `jest/unit.js`. */
const fixtures = readdirSync(join(root, 'test/toolchains/fixtures/runners'), {
  recursive: true,
  encoding: 'utf8',
});

/** The blocks of the page that are files, and the fixtures with the same name and the same text. */
const shown = stepsOf(blocksOf(page))
  .filter(fileName)
  .map((block) => ({
    name: fileName(block),
    fixtures: fixtures.filter(
      (file) =>
        file.endsWith(`/${fileName(block)}`) &&
        read(`test/toolchains/fixtures/runners/${file}`) === `${block.code}\n`,
    ),
  }));

test('every test file that the page on runners shows is a fixture of the matrix, byte by byte', () => {
  assert.ok(shown.length >= 9, `${shown.length} files`);
  for (const { name, fixtures: same } of shown) assert.ok(same.length > 0, `${name} is not in the fixtures`);
});

test('every command that the page on runners gives is the command of a row', () => {
  const commands = [...page.matchAll(/^.*(?:With|started with).*?`(\w[^`]+)`/gm)].map(
    ([, command]) => command!,
  );
  assert.ok(commands.length >= 8, `${commands.join(', ')}`);
  for (const command of commands)
    assert.ok(
      rows.some((row) => row.command === command.replace(/\bnpx /, '')),
      `no row runs ${command}`,
    );
});

test('the tables of the page have the rows of the matrix', () => {
  assert.is(new Set(rows.map(nameOf)).size, rows.length, 'two rows have one name');
  assert.is(read(PAGE), withTables(read(PAGE), []), 'run npm run toolchains -- --write');
});

test('a row whose version or command has changed is noticed', () => {
  const other = read(PAGE).replace(/\| esbuild \| [\d.]+ \|/, '| esbuild | 0.1.0 |');
  assert.is.not(other, read(PAGE));
  assert.match(withTables(other, []), '**not tried** |');
});

test('every entry point is used by the programs for bundlers and for compilers', () => {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, unknown> };
  const entries = Object.keys(exports)
    .filter((path) => !/\.(json|min\.js)$/.test(path)) // package.json, and the one file for pages, need no bundler
    .map((path) => path.replace('.', 'tapegrad'));
  for (const file of ['bundlers/page.js', 'types/consumer.ts']) {
    const text = read(`test/toolchains/fixtures/${file}`);
    for (const entry of entries) assert.ok(text.includes(`from '${entry}'`), `${file} does without ${entry}`);
  }
});

test('the tools come from the npm registry, in exact versions, and the project does not install them', () => {
  const { dependencies, optionalDependencies } = JSON.parse(read('test/toolchains/package.json'));
  const versions = Object.values({ ...dependencies, ...optionalDependencies }) as string[];
  assert.ok(versions.length > 20);
  for (const version of versions) assert.match(version, /^(npm:[\w@/-]+@)?\d+\.\d+\.\d+$/);
  // Without addresses npm asks the registry that the reader has set.
  assert.not.match(read('test/toolchains/package-lock.json'), '"resolved"');
});
