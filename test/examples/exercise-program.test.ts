/** `npm run exercise` as a reader uses it. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { answersTo } from '../../examples/exercises/answers.js';
import { judge } from '../../examples/exercises/judge.js';
import { allNames, folderOf } from '../../examples/exercises/shelf.js';
import { suite } from '../support/suite.js';
import { type Outcome, runExample, runIn } from './program.js';

const test = suite('npm run exercise');
const NAME = 'nan';
const COPY = join('out', 'exercises', `${NAME}.ts`);
const solution = readFileSync(join(folderOf(NAME), 'solution.ts'), 'utf8');
const start = readFileSync(join(folderOf(NAME), 'start.ts'), 'utf8');

/** A reader with a folder: runs the program there, and writes files, by default the answer to the exercise. */
async function reader(
  story: (
    run: (...flags: string[]) => Outcome,
    write: (text: string, name?: string) => string,
  ) => void | Promise<void>,
): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'exercise-')));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const write = (text: string, name = COPY): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  try {
    await story((...flags) => runIn(folder, 'exercises', ...flags), write);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('an exercise is copied, examined and answered with one hint, the copy stays, and the list marks it', () =>
  reader((run, write) => {
    const first = run(NAME);
    assert.is(first.status, 1, first.output);
    assert.is(first.files.get(COPY), start);
    assert.match(first.output, `Your copy lies in ${COPY}`);
    assert.match(first.output, /✗ div: the value at \[1\] is NaN \(\S*nan\.ts:/);
    assert.is(first.output.match(/^Hint: /gm)?.length, 1);

    const mine = `${solution}// my own remark\nconsole.log('hello from my file');\n`;
    write(mine);
    const second = run(NAME);
    assert.is(second.status, 0, second.output);
    assert.match(second.output, '✓ Solved.');
    assert.match(second.output, 'hello from my file');
    assert.not.match(second.output, 'Hint');
    assert.is(second.files.get(COPY), mine);

    write(readFileSync(join(folderOf('backprop'), 'start.ts'), 'utf8'), COPY.replace(NAME, 'backprop'));
    write(solution.replaceAll('safe.sin()', 'x.sin()'), COPY.replace(NAME, 'custom-op'));
    const list = run().output;
    assert.equal(
      [...list.matchAll(/^[✓✗–] (\S+) /gm)].map(([, name]) => name),
      allNames(),
    );
    assert.match(list, `✓ ${NAME} `);
    assert.match(list, '✗ custom-op ');
    assert.match(list, '– backprop ');
    assert.match(list, /^1 of \d+ solved/m);
    assert.not.match(list, 'hello from my file');
  }));

/** A name of the test's choosing, a text, and what is said about it. */
type Trouble = readonly [what: string, text: string, answer: RegExp];

/** Troubles that the exercise meets in its own process. */
const ERRORS: readonly Trouble[] = [
  [
    'outside of functions',
    '\nconst a = undefinedThing;\nexport const sinc = a;\n',
    /^Your file cannot be loaded\. ReferenceError in line 2 of your file: undefinedThing is not defined$/,
  ],
  [
    'a slip of the pen',
    'export const sinc = (;\n',
    /^Your file cannot be loaded\. .*:1:21: .*Unexpected ";"/s,
  ],
  [
    'another name',
    'export const sink = 1;\n',
    /^Your file does not export "sinc"\. The check looks for these names: sinc\.$/,
  ],
  ['no function', 'export const sinc = 1;\n', /^TypeError: sinc is not a function$/],
  [
    'inside',
    'export const sinc = (x) => {\n  return x.sine();\n};\n',
    /^TypeError in line 2 of your file: x\.sine is not a function$/,
  ],
  [
    'a thrown string',
    "export const sinc = () => {\n  throw 'ouch';\n};\n",
    /^Your file threw something that is no Error: ouch$/,
  ],
];

/** Troubles that end the process or keep it from ending. */
const ENDS: readonly Trouble[] = [
  // The loop sleeps, as one that computes would keep a core from the other tests.
  [
    'a loop',
    'export const sinc = 1;\nfor (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);\n',
    /^Your file did not come to an end within 2 seconds/,
  ],
  ['exit', 'process.exit(0);\n', /^Your file ended the program before the check was over/],
  [
    'an endless await',
    'await new Promise(() => {});\n',
    /^Your file (ended the program|did not come to an end)/,
  ],
];

test('a file with an error is answered in a sentence that names the line', () =>
  reader(async (_, write) => {
    for (const [i, [what, text, answer]] of ERRORS.entries())
      assert.match((await judge(NAME, write(text, `error-${i}.ts`))) ?? 'nothing', answer, what);
  }));

test('a file that never ends, or ends the program, is answered, and the files after it are examined', () =>
  reader(async (_, write) => {
    // The exercise goes by the name of the file, so each trouble is an answer to another exercise.
    const names = allNames().filter((name) => name !== NAME);
    const files = ENDS.map(([, text], i) => ({ name: names[i]!, path: write(text, `end-${i}.ts`) }));
    const last = { name: NAME, path: write(solution, `${NAME}.ts`) };
    const answers = await answersTo([...files, last], { limit: 2, loud: false });
    for (const [i, [what, , answer]] of ENDS.entries())
      assert.match(answers.get(names[i]!) ?? 'nothing', answer, what);
    assert.is(answers.get(NAME), null);
  }));

test('a command line that makes no sense is answered, and --help tells what makes sense', () => {
  for (const [flags, code, answer] of [
    [['nonsense'], 1, /^exercise: there is no exercise called nonsense; npm run exercise lists them all/],
    [['--limit', '0'], 2, /^exercise: .*--limit.* '0' is invalid\. Expected a number above 0/],
    [['--lmit', '1'], 2, /^exercise: unknown option '--lmit'/],
  ] as const) {
    const { status, output, files } = runExample('exercises', ...flags);
    assert.is(status, code);
    assert.match(output, answer);
    assert.not.match(output, /\n {4}at /);
    assert.is(files.size, 0);
  }
  const help = runExample('exercises', '--help');
  assert.is(help.status, 0);
  assert.match(help.output, 'With a name it copies the exercise');
});
