/** Runs examples in a folder that is deleted afterwards: as a person does, or as one file that starts at once. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { moduleFolder } from '../support/folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Outcome {
  readonly status: number | null;
  /** What was printed. */
  readonly output: string;
  /** What was written, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Runs an example from its sources, as a person does: `runFromSource('custom-op', '--steps', '5')`. */
export function runFromSource(name: string, ...flags: string[]): Outcome {
  return inNewFolder(name, (folder) => runIn(folder, name, ...flags));
}

/** Runs an example as one file, which is the same program and starts in a tenth of the time. */
export function runExample(name: string, ...flags: string[]): Outcome {
  return inNewFolder(name, (folder) => outcome(folder, [asOneFile(mainOf(name)), ...flags]));
}

/** Runs an example from its sources in a folder that stays. */
export function runIn(folder: string, name: string, ...flags: string[]): Outcome {
  return outcome(folder, ['--import', import.meta.resolve('tsx'), join(ROOT, mainOf(name)), ...flags]);
}

let folderOfBuilt: string | null = null;

/**
 * The path of a program as one file of JavaScript: `asOneFile('examples/custom-op/main.ts')`. The library is in it; other
 * packages are not.
 */
export function asOneFile(source: string): string {
  folderOfBuilt ??= moduleFolder('programs');
  const outfile = join(folderOfBuilt, source.replace(/\.ts$/, '.js'));
  if (!existsSync(outfile))
    buildSync({
      absWorkingDir: ROOT,
      entryPoints: [source],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      // A program looks for files of its own beside its main.ts.
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(ROOT, source))) },
    });
  return outfile;
}

const mainOf = (name: string): string => `examples/${name}/main.ts`;

function inNewFolder(name: string, run: (folder: string) => Outcome): Outcome {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  try {
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs Node in a folder. */
function outcome(folder: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json') },
  });
  return { status, output: stdout + stderr, files: filesIn(folder) };
}

function filesIn(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
      }),
  );
}
