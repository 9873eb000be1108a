/**
 * `npm run oracles`: are the forwards right? Random inputs from fixed seeds go through ops and layers here, in float32 and by
 * the default kernels, and through the same ops of ONNX in onnxruntime. No code is shared.
 *
 *     npm run oracles                    all rows
 *     npm run oracles -- conv gru        the rows whose name contains one of the words
 *
 * onnxruntime is installed here by `npm ci`, on the first run and after a change of package-lock.json. It is never part of
 * the project's own install. Before anything else, rows that are wrong on purpose have to be noticed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alignedRows } from '../../examples/shared/text.js';
import { Absent, load } from './onnx.js';
import { generatorOf, judge, type Row, type Verdict } from './row.js';
import { ROWS } from './rows.js';
import { WRONG } from './wrong.js';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Installs what is compared with, unless that of this lock file is there. No package may run a script. */
function install(): void {
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
  const done = join(here, 'node_modules/.installed-lock.json');
  if (existsSync(done) && readFileSync(done, 'utf8') === lock) return;
  console.log('npm ci: installs onnxruntime');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(done, lock);
}

interface Judged {
  readonly row: Row;
  readonly verdicts: readonly Verdict[];
}

/** Judges the cases of a row, and prints those that disagree. */
async function judgeRow(row: Row): Promise<Judged> {
  const verdicts: Verdict[] = [];
  for (const one of row.cases(generatorOf(row))) {
    const verdict = await judge(row, one);
    if (verdict.complaint) console.log(`DISAGREES ${row.op}: ${one.what}: ${verdict.complaint}`);
    verdicts.push(verdict);
  }
  return { row, verdicts };
}

/** @throws Error if a mistake was planted and not noticed */
async function checkItself(): Promise<void> {
  const unnoticed: string[] = [];
  for (const { op, mistake, make } of WRONG) {
    const row = ROWS.find((one) => one.op === op);
    if (!row) throw new Error(`no row is called ${op}`);
    const { complaint } = await judge(row, { what: mistake, ...make(generatorOf(row)) });
    // A case that cannot be computed proves nothing.
    if (!complaint?.includes(' in ONNX')) unnoticed.push(`${op}, ${mistake}: ${complaint ?? 'it agrees'}`);
  }
  if (unnoticed.length > 0) throw new Error(`a planted mistake was not noticed: ${unnoticed.join('; ')}`);
  console.log(`${WRONG.length} of ${WRONG.length} planted mistakes are noticed`);
}

/** Prints the table and the last line, and returns the exit code. */
function conclude(judged: readonly Judged[]): number {
  const largest = (verdicts: readonly Verdict[], of: 'units' | 'absolute'): string =>
    Math.max(...verdicts.map((one) => one[of])).toPrecision(2);
  console.log(
    alignedRows([
      ['here', 'in ONNX', 'cases', 'largest difference', 'in units', 'allowed'],
      ...judged.map(({ row, verdicts }) => [
        row.op,
        row.by,
        `${verdicts.length}`,
        largest(verdicts, 'absolute'),
        largest(verdicts, 'units'),
        `${row.units}`,
      ]),
    ]),
  );
  console.log('A unit is 2⁻²⁴ of the numbers that are added up, or of the result where that is not a sum.');
  const all = judged.flatMap(({ verdicts }) => verdicts);
  const wrong = all.filter(({ complaint }) => complaint !== null).length;
  console.log(`${all.length - wrong} cases agree, ${wrong} do not`);
  return wrong > 0 ? 1 : 0;
}

async function main(words: readonly string[]): Promise<number> {
  const wanted = words.map((word) => word.toLowerCase());
  const rows = ROWS.filter(
    ({ op }) => wanted.length === 0 || wanted.some((word) => op.toLowerCase().includes(word)),
  );
  if (rows.length === 0) {
    console.error('no row has such a name');
    return 2;
  }
  install();
  try {
    load();
  } catch (error) {
    if (!(error instanceof Absent)) throw error;
    console.error(`NOTHING WAS COMPARED. onnxruntime does not run on ${error.message}`);
    console.log('skipped');
    return process.env.CI ? 1 : 0;
  }
  await checkItself();
  const judged: Judged[] = [];
  for (const row of rows) judged.push(await judgeRow(row));
  return conclude(judged);
}

process.exitCode = await main(process.argv.slice(2));
