/**
 * Default threads against one thread, with all cores free and with one core kept busy. The contenders take turns, so
 * that whatever else the machine does slows all of them; the ratio is that of two turns of one round.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Figure } from './scenarios.js';
import type { Took } from './turns.js';

const ROUNDS = Number(process.env.TAPEGRAD_ROUNDS ?? 7);
/** Milliseconds of a turn. A contender needs some tenths of a second to notice that a core is busy, or free again. */
const TURN = 2000;

/** Keeps one core busy for a turn and a little longer, and ends by itself. */
const BUSY = `console.log('busy'); for (const end = Date.now() + ${TURN + 1000}; Date.now() < end; );`;

const root = fileURLToPath(new URL('../..', import.meta.url));

async function contender(threads?: number): Promise<ChildProcess> {
  const { TAPEGRAD_THREADS: _, ...rest } = process.env;
  const child = fork(fileURLToPath(new URL('turns.ts', import.meta.url)), {
    cwd: root,
    env: threads ? { ...rest, TAPEGRAD_THREADS: String(threads) } : rest,
    execArgv: ['--import', 'tsx'],
  });
  await once(child, 'message');
  return child;
}

async function turn(child: ChildProcess): Promise<Took> {
  child.send({ milliseconds: TURN });
  const [took] = (await once(child, 'message')) as [Took];
  return took;
}

async function besideBusyCore<T>(run: () => Promise<T>): Promise<T> {
  const loop = spawn(process.execPath, ['-e', BUSY], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(loop, 'close');
  await once(loop.stdout, 'data');
  try {
    return await run();
  } finally {
    loop.kill();
    await ended;
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** One thread and default threads, each beside free cores and beside a busy one. */
export async function threadTurns(): Promise<Figure[]> {
  const [one, many] = [await contender(1), await contender()];
  const places = [
    {
      where: 'all cores free',
      within: (run: () => Promise<Took>) => run(),
      one: [] as number[],
      many: [] as number[],
    },
    { where: 'one core kept busy', within: besideBusyCore<Took>, one: [] as number[], many: [] as number[] },
  ];
  let count = 1;
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++)
    for (const place of places) {
      const alone = await place.within(() => turn(one));
      const together = await place.within(() => turn(many));
      count = together.threads;
      if (round === 0) continue;
      place.one.push(alone.step);
      place.many.push(together.step);
    }
  for (const child of [one, many]) child.disconnect();
  return places.flatMap(({ where, one: alone, many: together }) => [
    { name: `study step, one thread, ${where}`, ms: median(alone), ofOneThread: 1 },
    {
      name: `study step, default threads (${count}), ${where}`,
      ms: median(together),
      ofOneThread: median(together.map((ms, i) => ms / alone[i]!)),
    },
  ]);
}
