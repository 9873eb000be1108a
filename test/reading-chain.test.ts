/** The reading chain: every file that docs/README.md lists names its neighbours, and walking along them visits all. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { suite } from './support/suite.js';
import { readingChain, withNeighbours } from './tools/reading-chain.js';

const test = suite('reading chain');
const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const chain = readingChain();

test('every listed file exists, once, and its head names the previous and the next one', () => {
  assert.ok(chain.length > 30);
  assert.is(new Set(chain.map(({ file }) => file)).size, chain.length);
  for (const link of chain) {
    assert.ok(existsSync(join(root, link.file)), link.file);
    assert.is(
      withNeighbours(read(link.file), link),
      read(link.file),
      `${link.file}: run test/tools/reading-chain.ts`,
    );
  }
});

test('a reader who follows the heads from the contents meets every file in order', () => {
  const neighbours = (file: string): RegExpExecArray | string[] =>
    /\* Previous: (\S+) · Next: (\S+)\n \*\//.exec(read(file)) ?? [];
  const starts = chain.filter(({ previous }) => previous === 'docs/README.md');
  assert.is(starts.length, 2, 'the ladder, and the source');
  const met: string[] = [];
  for (const { file: start } of starts)
    for (let file = start, before = 'docs/README.md'; file.endsWith('.ts'); ) {
      const [, previous, next] = neighbours(file);
      assert.is(previous, before, file);
      met.push(file);
      [before, file] = [file, next!];
    }
  assert.equal(
    met,
    chain.map(({ file }) => file),
  );
});

test('the head of a file is written from the contents, and writing twice changes nothing', () => {
  const text = '/** One line. */\nimport x;\n';
  const link = { file: 'a.ts', previous: 'b.ts', next: 'c.ts' };
  assert.is(
    withNeighbours(text, link),
    '/**\n * One line.\n *\n * Previous: b.ts · Next: c.ts\n */\nimport x;\n',
  );
  assert.is(withNeighbours(withNeighbours(text, link), link), withNeighbours(text, link));
  assert.throws(() => withNeighbours('import x;', link), 'a.ts begins with no head comment');
  const contents =
    '## A\n\n1. [a](../src/a.ts) and\n   [b](../src/b.ts): text\n2. [c](c.md)\n\nBeside: [d](../src/d.ts)\n';
  assert.equal(readingChain(contents), [
    { file: 'src/a.ts', previous: 'docs/README.md', next: 'src/b.ts' },
    { file: 'src/b.ts', previous: 'src/a.ts', next: 'docs/c.md' },
  ]);
});
