/** Programs that a test starts and that start programs themselves, all of which have to end with the test. */
import { type ChildProcess, spawn } from 'node:child_process';

/** How long a program may take to end by itself. */
const PATIENCE = 3_000;

/** The groups of processes that still run. */
const running = new Set<number>();

process.on('exit', () => {
  for (const group of running) signal(group, 'SIGKILL');
});
// Neither reaches the groups by itself: each program leads a group of its own.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(1));

/** Sends a signal to every process of a group; false if there is none any more. */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, name);
  } catch {
    return false;
  }
}

/** A program with all processes that it starts: one group, which is closed as a whole. */
export class Program {
  private readonly child: ChildProcess;
  private output = '';
  /** Resolves when the program itself has ended. */
  readonly ended: Promise<void>;

  constructor(command: string, args: readonly string[], env: Record<string, string>) {
    this.child = spawn(command, args, {
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => void (this.output += chunk.toString());
    this.child.stdout!.on('data', keep);
    this.child.stderr!.on('data', keep);
    this.ended = new Promise((resolve) => {
      this.child.on('exit', () => resolve());
      this.child.on('error', (error) => {
        this.output += error.message;
        resolve();
      });
    });
    if (this.child.pid !== undefined) running.add(this.child.pid);
  }

  /** The last lines that the program printed. */
  get lastWords(): string {
    return this.output.trimEnd().split('\n').slice(-8).join('\n');
  }

  /** The first line that the program prints. @throws Error if it ends before */
  async firstLine(): Promise<string> {
    let over = false;
    void this.ended.then(() => (over = true));
    while (!this.output.includes('\n')) {
      if (over) throw new Error(`${this.child.spawnfile} ended at once: ${this.output}`);
      await pause();
    }
    return this.output.split('\n')[0]!;
  }

  /** Ends every process of the group: by asking, then by force. */
  async close(): Promise<void> {
    const group = this.child.pid;
    if (group === undefined) return;
    signal(group, 'SIGTERM');
    await gone(group);
    signal(group, 'SIGKILL');
    await this.ended;
    await gone(group);
    running.delete(group);
  }
}

/** Waits until a group has no process any more, but not for ever: some systems keep processes that have ended. */
async function gone(group: number): Promise<void> {
  for (let waited = 0; signal(group, 0) && waited < PATIENCE; waited += PAUSE) await pause();
}

const PAUSE = 20;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE));
