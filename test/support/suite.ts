/**
 * Builds the suites of all test files, with uvu. A suite runs by itself, a test that throws a string fails, and a file
 * in which no test ran exits with an error.
 */
import { suite as uvuSuite } from 'uvu';

type Body = () => void | Promise<void>;
export type Test = (title: string, body: Body) => void;

const count = { registered: 0, passed: 0, failed: 0 };

/** A function that adds tests to a new suite: `const test = suite('matmul'); test('multiplies …', () => { … });` */
export function suite(name: string): Test {
  const tests = uvuSuite(name);
  const titles = new Set<string>();
  let started = false;
  queueMicrotask(() => {
    started = true;
    tests.run();
  });
  return (title, body) => {
    if (started) throw new Error(`"${title}" was registered after suite "${name}" had started`);
    if (titles.has(title)) throw new Error(`suite "${name}" has two tests called "${title}"`);
    titles.add(title);
    count.registered++;
    tests(title, async () => {
      try {
        await body();
        count.passed++;
      } catch (error) {
        count.failed++;
        console.error(`FAIL ${name}: ${title}`);
        throw error instanceof Error
          ? error
          : new Error(`a test threw something that is no Error: ${String(error)}`);
      }
    });
  };
}

/**
 * `const inBrowser = needing(test, existsSync(CHROMIUM), 'Chromium');`: tests that need what a machine may lack. There
 * they are skipped, and the runner says so. With CI in the environment nothing is skipped: they fail.
 */
export function needing(test: Test, present: boolean, what: string): Test {
  if (present) return test;
  return (title) => {
    if (!process.env.CI) return console.log(`skipped: ${title}: needs ${what}`);
    test(title, () => {
      throw new Error(`this test needs ${what}`);
    });
  };
}

process.on('exit', () => {
  const unfinished = count.registered - count.passed - count.failed;
  if (count.registered === 0) console.error('no test was registered in this file');
  if (unfinished > 0) console.error(`${unfinished} of ${count.registered} tests never finished`);
  if (count.registered === 0 || unfinished > 0 || count.failed > 0) process.exitCode = 1;
  console.log(`${count.passed} passed, ${count.registered - count.passed} failed`);
});
