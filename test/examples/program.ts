/** Runs an example as a person does, in a folder of its own that is deleted afterwards. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Outcome {
  readonly status: number | null;
  /** What was printed. */
  readonly output: string;
  /** What was written, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/** Runs an example with flags: `runExample('custom-op', '--steps', '5')`. */
export function runExample(name: string, ...flags: string[]): Outcome {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  try {
    return runIn(folder, name, ...flags);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs an example in a folder that stays. */
export function runIn(folder: string, name: string, ...flags: string[]): Outcome {
  const program = join(ROOT, 'examples', name, 'main.ts');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), program, ...flags],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json') },
    },
  );
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
