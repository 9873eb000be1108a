/** The tests' own machinery: whatever goes wrong in a test file, its process and the runner exit with an error. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import * as assert from 'uvu/assert';
import { moduleFolder } from './support/folder.js';
import { suite } from './support/suite.js';
import { STEPS } from './tools/ci.js';

const test = suite('runner');
const root = fileURLToPath(new URL('..', import.meta.url));

interface Ended {
  code: number | null;
  output: string;
}

const folder = moduleFolder('runner');
// Compiled once, so that the many small processes below start at once.
const SUITE = join(folder, 'support/suite.js');
const CI = join(folder, 'tools/ci.js');
buildSync({
  absWorkingDir: root,
  entryPoints: ['suite', 'folder']
    .map((name) => `test/support/${name}.ts`)
    .concat(['run', 'ci', 'compiled', 'entry-points'].map((name) => `test/tools/${name}.ts`)),
  outbase: 'test',
  outdir: folder,
});
const LEAD = `import { needing, suite } from '${pathToFileURL(SUITE).href}';\nconst test = suite('sample');\n`;

/** Runs a program, and waits for its end. CI is not in its environment unless `ci` says so. */
function run(args: readonly string[], ci?: string): Promise<Ended> {
  const { CI: _, ...env } = process.env;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: ci === undefined ? env : { ...env, CI: ci },
    });
    let output = '';
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('close', (code) => resolve({ code, output }));
  });
}

let samples = 0;

/** Runs a text as a test file. */
function sample(body: string, ci?: string): Promise<Ended> {
  const file = join(folder, `sample-${samples++}.js`);
  writeFileSync(file, LEAD + body);
  return run([file], ci);
}

/** Runs the runner in a project whose tests are these files. */
async function runner(files: Record<string, string>, ...words: string[]): Promise<Ended> {
  const project = join(folder, `project-${samples++}`);
  for (const part of ['support', 'tools'])
    cpSync(join(folder, part), join(project, 'test', part), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{"type":"module","exports":{}}');
  for (const [name, text] of Object.entries(files)) {
    const place = join(project, 'test', name);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
  return run([join(project, 'test/tools/run.js'), ...words]);
}

test('a file whose tests pass exits with 0 and counts them', async () => {
  const { code, output } = await sample("test('a', () => {}); test('b', async () => { await null; });");
  assert.is(code, 0, output);
  assert.match(output, /^2 passed, 0 failed$/m);
});

const FAILURES: [what: string, body: string, says: string][] = [
  ['without a test', '', 'no test was registered'],
  ['whose test throws', "test('a', () => { throw new Error('broken'); });", 'broken'],
  ['whose test throws a string', "test('a', () => { throw 'text'; });", 'no Error: text'],
  ['whose test throws undefined', "test('a', () => { throw undefined; });", 'no Error: undefined'],
  ['whose test rejects', "test('a', async () => { await Promise.reject('later'); });", 'no Error: later'],
  ['whose test never finishes', "test('a', () => new Promise(() => {}));", '1 of 1 tests never finished'],
  ['that ends before its tests', "test('a', () => process.exit(0));", '1 of 1 tests never finished'],
  ['with an error nobody waits for', "test('a', () => void Promise.reject(new Error('lost')));", 'lost'],
  ['with two tests of one name', "test('a', () => {}); test('a', () => {});", 'two tests called "a"'],
  [
    'that registers a test too late',
    "test('a', () => test('b', () => {}));",
    'after suite "sample" had started',
  ],
  ['that does not parse', 'test(;', 'SyntaxError'],
];
for (const [what, body, says] of FAILURES)
  test(`a file ${what} exits with an error`, async () => {
    const { code, output } = await sample(body);
    assert.is.not(code, 0, output);
    assert.match(output, says);
  });

const PASSES = `${LEAD}test('a', () => {});`;
const FAILS = `${LEAD}test('a', () => { throw new Error('broken'); });`;

test('the runner adds up all files, in folders too, and exits with 0 if all passed', async () => {
  const files = { 'a.test.ts': PASSES, 'room/b.test.ts': PASSES, 'room/helper.ts': FAILS };
  const { code, output } = await runner(files);
  assert.is(code, 0, output);
  assert.match(output, /2 passed, 0 failed\n$/);
});

test('the runner exits with an error if one file failed, and shows what the file said', async () => {
  const { code, output } = await runner({ 'a.test.ts': PASSES, 'b.test.ts': FAILS });
  assert.is(code, 1, output);
  assert.match(output, 'broken');
  assert.match(output, /1 passed, 1 failed\n$/);
});

test('the runner counts a file that runs no test at all as a failure', async () => {
  const { code, output } = await runner({ 'a.test.ts': 'export {};' });
  assert.is(code, 1, output);
  assert.match(output, /0 passed, 1 failed\n$/);
});

test('the runner runs the files that a word picks, and fails when no file matches', async () => {
  const files = { 'a.test.ts': PASSES, 'b.test.ts': FAILS };
  const picked = await runner(files, 'a.test');
  assert.is(picked.code, 0, picked.output);
  const none = await runner(files, 'nothing-of-this-name');
  assert.is(none.code, 1, none.output);
  assert.match(none.output, 'no test file matches');
});

const NEEDS = `needing(test, false, 'a printer')('it prints', () => {}); needing(test, true, '')('b', () => {});`;

test('a test whose machine lacks what it needs is skipped, and the runner shows that', async () => {
  const { code, output } = await runner({ 'a.test.ts': LEAD + NEEDS });
  assert.is(code, 0, output);
  assert.match(output, /^skipped: it prints: needs a printer$/m);
  assert.match(output, /1 passed, 0 failed\n$/);
  const nothing = await sample("needing(test, false, 'a printer')('it prints', () => {});");
  assert.is.not(nothing.code, 0, nothing.output);
});

test('with CI in the environment no test is skipped: it fails', async () => {
  const { code, output } = await sample(NEEDS, '1');
  assert.is(code, 1, output);
  assert.match(output, 'this test needs a printer');
  assert.match(output, /^1 passed, 1 failed$/m);
});

/** Runs programs that are given as texts, as the steps of `npm run ci`. */
function steps(...programs: string[]): Promise<Ended> {
  const all = programs.map((program) => [process.execPath, '-e', program]);
  const text = `import { runSteps } from ${JSON.stringify(pathToFileURL(CI).href)};
    process.exitCode = await runSteps(${JSON.stringify(all)});`;
  return run(['--input-type=module', '-e', text]);
}

test('the steps of ci run in order, with CI=1, and the last line of the last one ends the output', async () => {
  const { code, output } = await steps("console.log('CI is', process.env.CI)", "console.log('one\\ntwo')");
  assert.is(code, 0, output);
  assert.match(output, /\[1\/2\] [\s\S]*^CI is 1\n\[1\/2\] .*: ok, [\d.]+ s, \d+ s so far$/m);
  assert.match(output, /^one\n\[2\/2\] .*: ok, .*\ntwo\n$/m);
});

test('the first step of ci that fails ends the run with its exit code', async () => {
  const { code, output } = await steps('process.exit(3)', "console.log('second')");
  assert.is(code, 3, output);
  assert.match(output, /\[1\/2\] .*: FAILED, [\d.]+ s, \d+ s so far\n$/);
  assert.not.match(output, '[2/2]');
});

test('.ci/run does nothing but set the machine up and call npm run ci, whose last step is npm test', () => {
  const script = readFileSync(join(root, '.ci/run'), 'utf8');
  assert.equal(script.match(/^npm .*/gm), ['npm ci', 'npm run --silent ci']);
  assert.ok(script.endsWith('\nnpm run --silent ci\n'));
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const [command, first, , script] of STEPS)
    assert.ok(command === 'npm' && (first === 'test' || script! in scripts), `${command} ${first} ${script}`);
  assert.equal(STEPS.at(-1), ['npm', 'test']);
});

test('every program in examples/ has a test file of its own name, which starts it', () => {
  const programs = readdirSync(join(root, 'examples')).filter((name) =>
    existsSync(join(root, 'examples', name, 'main.ts')),
  );
  assert.ok(programs.length > 4);
  for (const name of programs) {
    const files = readdirSync(join(root, 'test/examples')).filter((file) => file.endsWith('.test.ts'));
    const starts = new RegExp(
      `runExample\\(\\s*'${name}'|runIn\\(\\w+, '${name}'|examples/${name}/main\\.ts`,
    );
    assert.ok(files.includes(`${name}.test.ts`), name);
    assert.ok(
      files.some((file) => starts.test(readFileSync(join(root, 'test/examples', file), 'utf8'))),
      `no test starts examples/${name}`,
    );
  }
});
