/** Every program tells how it is used, and refuses what it does not know before it does anything. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../support/folder.js';
import { suite } from '../support/suite.js';

const test = suite('command lines');
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Two that take no flags, and what other tools import. */
const OTHERS = ['build.ts', 'ci.ts', 'compiled.ts', 'entry-points.ts'];

/** All programs: those of the examples, the measurements, and what `test/tools` runs when it is started itself. */
const PROGRAMS = [
  ...readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
    .map(({ name }) => `examples/${name}/main.ts`),
  'test/bench/main.ts',
  'test/bench/peers/main.ts',
  ...readdirSync(join(ROOT, 'test/tools'))
    .filter((name) => name.endsWith('.ts') && !OTHERS.includes(name))
    .map((name) => `test/tools/${name}`),
];

interface Ended {
  readonly code: unknown;
  readonly output: string;
}

/**
 * Runs a program in this process, which is much quicker than one process for each: its main file is loaded anew, what
 * it imports is not.
 */
async function start(program: string, flag: string): Promise<Ended> {
  const { argv } = process;
  const path = join(ROOT, program);
  const streams = [process.stdout, process.stderr] as const;
  const writes = streams.map(({ write }) => write);
  let output = '';
  process.argv = [argv[0]!, path, flag];
  for (const stream of streams)
    stream.write = ((text: string) => {
      output += text;
      return true;
    }) as typeof stream.write;
  try {
    await import(`${pathToFileURL(path).href}?${flag}`);
  } finally {
    for (const [i, stream] of streams.entries()) stream.write = writes[i]!;
    process.argv = argv;
  }
  const code = process.exitCode ?? 0;
  process.exitCode = 0;
  return { code, output };
}

const folder = temporaryFolder('command-lines');
process.chdir(folder);

test('--help prints the usage, exits with 0 and does nothing', async () => {
  assert.ok(PROGRAMS.length > 12, 'the programs are found');
  for (const program of PROGRAMS) {
    const { code, output } = await start(program, '--help');
    assert.is(code, 0, `${program}: ${output}`);
    assert.match(output, /^Usage: /m, program);
    assert.match(output, '--help', program);
    assert.not.match(output, /\n {4}at /, program);
  }
  assert.equal(readdirSync(folder), []);
});

test('a flag that does not exist is named, with the usage and exit code 2, and nothing is done', async () => {
  for (const program of PROGRAMS) {
    const { code, output } = await start(program, '--unheard-of');
    assert.is(code, 2, `${program}: ${output}`);
    assert.match(output, '--unheard-of', program);
    assert.match(output, /^Usage: /m, program);
    assert.not.match(output, /\n {4}at /, program);
  }
  assert.equal(readdirSync(folder), []);
});

test('every scenario of the measurements is explained', () => {
  const help = readFileSync(join(ROOT, 'test/bench/main.ts'), 'utf8');
  const scenarios = readFileSync(join(ROOT, 'test/bench/scenarios.ts'), 'utf8');
  const table = scenarios.slice(scenarios.indexOf('export const scenarios'));
  const names = [...table.matchAll(/^ {2}(\w+)[,:]/gm)].map(([, name]) => name!);
  assert.ok(names.includes('threads') && names.includes('size'));
  for (const name of names) assert.match(help, new RegExp(`^ {2}${name} +\\w`, 'm'), name);
});
