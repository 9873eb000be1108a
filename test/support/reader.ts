/**
 * Programs as a reader runs them, in a project in which the package is installed. Library and programs are compiled once,
 * and node runs the result: through tsx, each process would compile the whole library, which takes a second.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, buildSync } from 'esbuild';
import { entryPoints } from '../tools/entry-points.js';
import { moduleFolder } from './folder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder whose programs find `tapegrad`, built from the sources as they are now, and what the project has installed. */
export function readersFolder(word: string): string {
  const folder = join(moduleFolder(word), 'programs');
  const entries = entryPoints();
  const library = join(folder, 'node_modules/tapegrad');
  buildSync({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(entries.map(({ build, source }) => [build, source])),
    outdir: library,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
  });
  const exports = entries.map(({ name, build }) => [name.replace('tapegrad', '.'), `./${build}.js`]);
  const manifest = { name: 'tapegrad', type: 'module', exports: Object.fromEntries(exports) };
  writeFileSync(join(library, 'package.json'), JSON.stringify(manifest));
  return folder;
}

/** Compiles each program of a {@link readersFolder}, with the files beside it that it imports. */
export async function compilePrograms(folder: string, programs: readonly string[]): Promise<void> {
  await build({
    absWorkingDir: folder,
    entryPoints: [...programs],
    outdir: folder,
    outbase: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    // As tsx compiles: errors name the lines that the reader wrote, and reports quote functions without spaces.
    sourcemap: 'inline',
    minifyWhitespace: true,
    logLevel: 'error',
  });
}

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program that {@link compilePrograms} has compiled, in its own folder. */
export function runProgram(program: string, ...flags: string[]): Promise<Outcome> {
  const command = ['--enable-source-maps', ...flags, program.replace(/\.[jt]s$/, '.mjs')];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env; // with which node:test reports to a parent, not to people
  return new Promise((done) =>
    execFile(
      process.execPath,
      command,
      { cwd: dirname(program), env, encoding: 'utf8' },
      (error, stdout, stderr) => done({ status: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    ),
  );
}
