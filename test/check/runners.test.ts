/** assertGradients under another runner, and in none at all: what it throws is an ordinary Error with the report in it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { assertGradients, demand, GradientError, gradcheck } from '../../src/check/index.js';
import { type Tensor, tensor } from '../../src/index.js';
import { suite } from '../support/suite.js';

const test = suite('assertGradients in any runner');
const root = fileURLToPath(new URL('../..', import.meta.url));
const wrong = (x: Tensor): Tensor => x.mul(x.detach());

/** The output of a program that imports from the sources. */
function run(source: string, ...flags: string[]): { status: number | null; output: string } {
  mkdirSync(join(root, 'out'), { recursive: true });
  const folder = mkdtempSync(join(root, 'out', 'runner-'));
  try {
    const file = join(folder, 'sample.test.ts');
    writeFileSync(
      file,
      `import { assertGradients } from '../../src/check/index.js';\nimport { tensor } from '../../src/index.js';\n${source}`,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', ...flags, file], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NODE_TEST_CONTEXT: '' },
    });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
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

test('node:test: one test passes, one fails with the report, the process exits 1', () => {
  const { status, output } = run(
    `import test from 'node:test';
test('right', () => void assertGradients((x) => x.square(), tensor([1, 2])));
test('wrong', () => void assertGradients((x) => x.mul(x.detach()), tensor([1, 2])));`,
    '--test-reporter=tap',
  );
  assert.is(status, 1, output);
  assert.match(output, /^ok 1 - right/m);
  assert.match(output, /^not ok 2 - wrong/m);
  assert.match(output, 'has a wrong gradient in a');
  assert.match(output, 'detach() at sample.test.ts');
});

test('runners with globals, like mocha, jest and vitest, need no more than a function that throws', () => {
  const { status, output } = run(`
const results: string[] = [];
const it = (title: string, body: () => void) => {
  try { body(); results.push('pass ' + title); } catch (error) { results.push('fail ' + title + ': ' + (error as Error).message.split('\\n')[0]); }
};
it('right', () => { assertGradients((x) => x.exp(), tensor([1])); });
it('wrong', () => { assertGradients((x) => x.mul(x.detach()), tensor([1])); });
console.log(results.join('\\n'));`);
  assert.is(status, 0, output);
  assert.match(output, 'pass right');
  assert.match(output, 'fail wrong: gradcheck failed: f has a wrong gradient in a');
});
