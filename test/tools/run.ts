/**
 * Compiles the tests and runs every test/**\/*.test.ts, each in a process of its own, as many at once as there are cores.
 * `npm test -- matmul gradcheck` runs the files whose path contains one of the words.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compiledFolder } from './compiled.js';

const USAGE = `Usage: npm test -- [word…]

Runs the test files whose path contains one of the words, or all of them.

  --help  display this

TAPEGRAD_SEED and TAPEGRAD_RUNS choose the random cases of properties and their number. CI=1 makes tests fail that
would be skipped.`;

const folder = fileURLToPath(new URL('..', import.meta.url));

/** These take longest and start first, so that the cores finish together. */
const LONGEST = ['package', 'browser', 'examples/init-study', 'docs', 'ops/registry'];

/** These load TypeScript by its path, or look into what they are made of, and run from their sources. */
const FROM_SOURCE = ['architecture', 'doors/realms', 'examples', 'io/resume', 'package', 'toolchains'];

function turn(file: string): number {
  const place = LONGEST.findIndex((name) => file.startsWith(name));
  return place < 0 ? LONGEST.length : place;
}

function testFiles(words: string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => !file.startsWith('toolchains/')) // what other runners run
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort()
    .sort((a, b) => turn(a) - turn(b));
}

interface Outcome {
  passed: number;
  failed: number;
}

/** What node is told to run a test file: the source through tsx, or what has been compiled of it. */
function commandOf(file: string, compiled: string): string[] {
  if (FROM_SOURCE.some((name) => file.startsWith(name))) return ['--import', 'tsx', join(folder, file)];
  return ['--enable-source-maps', join(compiled, 'test', file.replace(/\.ts$/, '.js'))];
}

function runFile(file: string, compiled: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const started = Date.now();
    const child = spawn(process.execPath, ['--expose-gc', ...commandOf(file, compiled)], {
      // One thread for each file: the cores are taken by other files.
      env: { TAPEGRAD_THREADS: '1', ...process.env },
    });
    let output = '';
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('close', (code) => {
      const summary = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1);
      const passed = Number(summary?.[1] ?? 0);
      let failed = Number(summary?.[2] ?? 0);
      if (failed === 0 && (code !== 0 || passed === 0)) failed = 1;
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      if (failed > 0) console.log(output);
      else for (const [line] of output.matchAll(/^skipped: .*$/gm)) console.log(line);
      console.log(
        `${failed === 0 ? 'ok  ' : 'FAIL'} ${relative(folder, join(folder, file))}: ${passed} passed, ${seconds} s`,
      );
      resolve({ passed, failed });
    });
  });
}

/** The words; null where there is nothing to run: after `--help`, and at a flag that does not exist. */
function readWords(): string[] | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) console.log(USAGE);
    return values.help ? null : positionals;
  } catch (error) {
    console.error(`test: ${(error as Error).message}\n\n${USAGE}`);
    process.exitCode = 2;
    return null;
  }
}

async function main(words: string[]): Promise<void> {
  const queue = testFiles(words);
  const total: Outcome = { passed: 0, failed: queue.length === 0 ? 1 : 0 };
  if (queue.length === 0) console.error('no test file matches');
  // An exit deletes the folder of what is compiled, and a signal alone does not.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) process.on(signal, () => process.exit(1));
  const compiled = await compiledFolder();
  async function worker(): Promise<void> {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const outcome = await runFile(file, compiled);
      total.passed += outcome.passed;
      total.failed += outcome.failed;
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  process.exitCode = total.failed > 0 ? 1 : 0;
  console.log(`${total.passed} passed, ${total.failed} failed`);
}

const words = readWords();
if (words) await main(words);
