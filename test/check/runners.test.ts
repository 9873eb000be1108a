/** assertGradients under another runner, and in none at all: what it throws is an ordinary Error with the report in it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { assertGradients, demand, GradientError, gradcheck } from '../../src/check/index.js';
import { type Tensor, tensor } from '../../src/index.js';
import { compilePrograms, readersFolder, runProgram } from '../support/reader.js';
import { suite } from '../support/suite.js';

const test = suite('assertGradients in any runner');
const wrong = (x: Tensor): Tensor => x.mul(x.detach());

const folder = readersFolder('runners');
let samples = 0;

/** The output of a program that is run like a test file. */
async function run(source: string, ...flags: string[]): Promise<{ status: number; output: string }> {
  const file = join(folder, `runner-${samples++}`, 'sample.test.ts');
  mkdirSync(dirname(file));
  writeFileSync(
    file,
    `import { assertGradients } from 'tapegrad/check';\nimport { tensor } from 'tapegrad';\n${source}`,
  );
  await compilePrograms(folder, [file]);
  const { status, stdout, stderr } = await runProgram(file, ...flags);
  return { status, output: stdout + stderr };
}

test('a right gradient returns the report, a wrong one throws an Error that carries it', () => {
  assert.ok(assertGradients((x) => x.square(), tensor([1, 2])).ok);
  try {
    assertGradients(wrong, tensor([1, 2]));
    assert.unreachable();
  } catch (error) {
    assert.instance(error, GradientError);
    assert.instance(error, Error);
    const { name, message, report, stack } = error as GradientError;
    assert.is(name, 'GradientError');
    assert.is(message, String(report));
    assert.ok(stack!.includes('runners.test.ts'), 'the stack leads to the test');
  }
});

test('demand throws for a report that is no good, and passes a good one on', () => {
  const good = gradcheck((x) => x.square(), tensor([1]));
  assert.is(demand(good), good);
  assert.throws(
    () => demand(gradcheck(wrong, tensor([1]))),
    (error: Error) => error instanceof GradientError,
  );
});

test('node:test: one test passes, one fails with the report, the process exits 1', async () => {
  const { status, output } = await run(
    `import test from 'node:test';
test('right', () => void assertGradients((x) => x.square(), tensor([1, 2])));
test('wrong', () => void assertGradients((x) => x.mul(x.detach()), tensor([1, 2])));`,
    '--test-reporter=tap',
  );
  assert.is(status, 1, output);
  assert.match(output, /^ok 1 - right/m);
  assert.match(output, /^not ok 2 - wrong/m);
  assert.match(output, 'has a wrong gradient in a');
  assert.match(output, /detach\(\) at sample\.test\.ts:5:\d+/);
});

const WRONG = 'assertGradients(function loss(x) { return x.mul(x.detach()); }, tensor([1, 2]));';
const times = (text: string, what: string): number => text.split(what).length - 1;

for (const [runner, source, flags] of [
  ['uvu', `import { test } from 'uvu';\ntest('wrong', () => { ${WRONG} });\ntest.run();`, []],
  ['node:test', `import test from 'node:test';\ntest('wrong', () => { ${WRONG} });`, ['--test-reporter=dot']],
  ['no runner at all', WRONG, []],
] as [string, string, string[]][])
  test(`${runner} prints the report once, and a stack that begins in the test`, async () => {
    const { status, output } = await run(source, ...flags);
    assert.is(status, 1, output);
    for (const line of [
      'gradcheck failed: loss has a wrong gradient in a',
      'a [2]: wrong',
      'The one op on the tape passes',
    ])
      assert.is(times(output, line), 1, output);
    const frames = output.split('\n').filter((line) => /^\s*at /.test(line));
    assert.match(frames[0]!, /sample\.test\.ts:\d+:\d+/);
    assert.not.match(output, /GradcheckReport|analytic/);
  });

test('node --test prints the report once for each time that it prints the error', async () => {
  const source = `import test from 'node:test';\ntest('wrong', () => { ${WRONG} });`;
  const { output } = await run(source, '--test', '--test-reporter=spec');
  const prints = times(output, 'gradcheck failed: loss has a wrong gradient');
  assert.ok(prints > 0, output);
  assert.is(times(output, 'The one op on the tape passes'), prints, output);
});

test('runners with globals, like mocha, jest and vitest, need no more than a function that throws', async () => {
  const { status, output } = await run(`
const results: string[] = [];
const it = (title: string, body: () => void) => {
  try { body(); results.push('pass ' + title); } catch (error) { results.push('fail ' + title + ': ' + (error as Error).message.split('\\n')[0]); }
};
it('right', () => { assertGradients((x) => x.exp(), tensor([1])); });
it('wrong', () => { assertGradients((x) => x.mul(x.detach()), tensor([1])); });
console.log(results.join('\\n'));`);
  assert.is(status, 0, output);
  assert.match(output, 'pass right');
  assert.match(output, 'fail wrong: gradcheck failed: the function has a wrong gradient in a');
});
