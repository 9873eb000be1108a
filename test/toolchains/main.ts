/**
 * `npm run toolchains`: does the package work in the tools that people use? It is packed and unpacked outside the
 * project, as npm installs it. Then every row of the matrix uses it: bundlers build a program and the bundle runs, test
 * runners try a right and a wrong gradient, compilers check its types, and JavaScript engines train a network.
 *
 *     npm run toolchains                    all rows, two at a time
 *     npm run toolchains -- jest esbuild    the rows whose name contains one of the words
 *     npm run toolchains -- --write         and writes the table into docs/toolchains.md
 *     npm run toolchains -- --json          and prints the rows and their outcome as JSON
 *     npm run toolchains -- --keep          and leaves the folder where the rows ran
 *
 * The tools are installed here by `npm ci`, on the first run and after a change of package-lock.json. They are never
 * part of the project's own install. What a row does is in rows/, the programs it uses are in fixtures/.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Complaint, Home, Place, stopAll } from './place.js';
import { nameOf, type Row } from './rows/row.js';
import { GROUPS } from './rows.js';
import { type Outcome, PAGE, withTables } from './table.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');

/** A row that takes longer has failed. */
const SECONDS = 120;

/** Installs the tools, unless those of this lock file are there. No package may run a script. */
function installTools(): void {
  const lock = readFileSync(join(here, 'package-lock.json'), 'utf8');
  const done = join(here, 'node_modules/.installed-lock.json');
  if (existsSync(done) && readFileSync(done, 'utf8') === lock) return;
  console.log('npm ci: installs the tools');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(done, lock);
}

/** Builds and packs the project, and returns the path of the tarball. */
function pack(folder: string): string {
  console.log('npm pack: builds and packs the package');
  const words = ['pack', '--silent', '--pack-destination', folder];
  const printed = execFileSync('npm', words, { cwd: root, encoding: 'utf8' });
  const tarball = join(folder, 'tapegrad.tgz');
  renameSync(join(folder, printed.trim().split('\n').at(-1)!), tarball);
  return tarball;
}

function unpack(tarball: string, into: string): void {
  mkdirSync(into, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', into, '--strip-components', '1']);
}

/** Runs one row, and prints its line and, if it failed, all it did. */
async function runRow(home: Home, row: Row): Promise<Outcome> {
  const started = performance.now();
  const place = new Place(home, nameOf(row), SECONDS);
  mkdirSync(place.folder);
  let complaint: string | null = null;
  try {
    await row.run(place);
  } catch (error) {
    complaint = error instanceof Complaint ? error.message : String((error as Error).stack);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${complaint === null ? 'ok  ' : 'FAIL'} ${nameOf(row)}, ${seconds} s`);
  if (complaint !== null) console.log(indented(`${complaint}\n${shortened(place.log.join(''))}`));
  return { row, ok: complaint === null };
}

const indented = (text: string): string => text.trimEnd().replace(/^/gm, '     ');

/** The first and the last lines of a long output. */
function shortened(text: string): string {
  const lines = text.split('\n').map((line) => (line.length > 300 ? `${line.slice(0, 300)} …` : line));
  if (lines.length <= 100) return lines.join('\n');
  return [...lines.slice(0, 60), `… ${lines.length - 100} lines …`, ...lines.slice(-40)].join('\n');
}

/** Runs rows two at a time, in order. */
async function runRows(home: Home, rows: readonly Row[]): Promise<Outcome[]> {
  const waiting = [...rows.entries()];
  const outcomes: Outcome[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      outcomes[next[0]] = await runRow(home, next[1]);
  };
  await Promise.all([worker(), worker()]);
  return outcomes;
}

/** The rows whose name contains one of the words; all of them without words. */
function chosen(words: readonly string[]): Row[] {
  const rows = GROUPS.flatMap((group) => group.rows);
  const wanted = words.map((word) => word.toLowerCase());
  return rows.filter(
    (row) => wanted.length === 0 || wanted.some((word) => nameOf(row).toLowerCase().includes(word)),
  );
}

async function main(args: readonly string[]): Promise<number> {
  const options = args.filter((word) => word.startsWith('--'));
  const unknown = options.filter((word) => !['--write', '--json', '--keep'].includes(word));
  const rows = chosen(args.filter((word) => !word.startsWith('--')));
  if (unknown.length > 0 || rows.length === 0) {
    console.error(unknown.length > 0 ? `no option ${unknown.join(' ')}` : 'no row has such a name');
    return 2;
  }
  installTools();
  const folder = mkdtempSync(join(tmpdir(), 'tapegrad-toolchains-'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      stopAll();
      rmSync(folder, { recursive: true, force: true });
      process.exit(1);
    });
  try {
    const tarball = pack(folder);
    const home = new Home(folder, (into) => unpack(tarball, into));
    const absent = rows.filter(({ needs }) => needs !== undefined && !home.hasEngine(needs));
    for (const row of absent) console.log(`skipped: ${nameOf(row)}: no ${row.needs} for this platform`);
    const outcomes = await runRows(
      home,
      rows.filter((row) => !absent.includes(row)),
    );
    return conclude(outcomes, absent, options);
  } finally {
    if (options.includes('--keep')) console.log(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes what was asked for, prints the last line, and returns the exit code. With CI set, nothing may be skipped. */
function conclude(outcomes: readonly Outcome[], absent: readonly Row[], options: readonly string[]): number {
  if (options.includes('--json'))
    console.log(JSON.stringify(outcomes.map(({ row, ok }) => ({ ...row, ok }))));
  if (options.includes('--write'))
    writeFileSync(join(root, PAGE), withTables(readFileSync(join(root, PAGE), 'utf8'), outcomes));
  const failed = outcomes.filter(({ ok }) => !ok).length + (process.env.CI ? absent.length : 0);
  console.log(`${outcomes.filter(({ ok }) => ok).length} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
