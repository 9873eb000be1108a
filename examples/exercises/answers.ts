/** Runs readers' files in a process of their own, with a time limit. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Message } from './child.js';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const TSCONFIG = fileURLToPath(new URL('../../tsconfig.json', import.meta.url));

export interface File {
  readonly name: string;
  readonly path: string;
}

export interface Options {
  /** Seconds that one file may take. */
  readonly limit: number;
  /** Whether what the files print is shown. */
  readonly loud: boolean;
}

/** For each file by its name what is wrong with it; null if nothing is. */
export async function answersTo(
  files: readonly File[],
  options: Options,
): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>();
  for (let left = [...files]; left.length > 0; left = left.filter(({ name }) => !found.has(name))) {
    const { stoppedAt, why } = await run(left, options, found);
    // A process that ends before its time answers for the file at which it stood. The others get a new process.
    const culprit = stoppedAt ?? left[0]!.name;
    if (why && !found.has(culprit)) found.set(culprit, why);
  }
  return found;
}

interface End {
  readonly stoppedAt: string | null;
  /** Why the process ended before all files were examined; null if it did its work. */
  readonly why: string | null;
}

function run(
  files: readonly File[],
  { limit, loud }: Options,
  found: Map<string, string | null>,
): Promise<End> {
  const child = fork(
    CHILD,
    files.flatMap(({ name, path }) => [name, path]),
    {
      env: { ...process.env, TSX_TSCONFIG_PATH: TSCONFIG },
      stdio: [
        'ignore',
        ...(loud ? (['inherit', 'inherit'] as const) : (['ignore', 'ignore'] as const)),
        'ipc',
      ],
    },
  );
  return new Promise((resolve, reject) => {
    let stoppedAt: string | null = null;
    let late = false;
    let alarm: NodeJS.Timeout | undefined;
    child.on('message', (message: Message) => {
      clearTimeout(alarm);
      if ('begins' in message) {
        stoppedAt = message.begins;
        alarm = setTimeout(() => {
          late = true;
          child.kill('SIGKILL');
        }, limit * 1000);
      } else found.set(message.name, message.wrong);
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(alarm);
      const done = files.every(({ name }) => found.has(name));
      if (done) resolve({ stoppedAt, why: null });
      else if (late)
        resolve({
          stoppedAt,
          why: `Your file did not come to an end within ${limit} second${limit === 1 ? '' : 's'}. Look for a loop that never stops.`,
        });
      else
        resolve({
          stoppedAt,
          why: 'Your file ended the program before the check was over. Look for process.exit(), for an error outside of any function, or for an await whose promise is never kept.',
        });
    });
  });
}
