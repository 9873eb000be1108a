/**
 * `npm run bench:peers`: the study's step in tapegrad and in other libraries, each in a process of its own, taking
 * turns, so that a busy machine slows all of them. Peers are installed in a folder outside the project; NumPy takes
 * part where Python has it. Prints medians, ratios and the loss after the first steps, which must agree.
 */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { commandLine, run } from '../../../examples/shared/program.js';

const ROUNDS = Number(process.env.TAPEGRAD_ROUNDS ?? 9);
/** Every contender takes so many steps first, after which the losses are compared. */
const FIRST = 20;
/** How long a turn lasts: long enough for caches and threads to be warm most of the time. */
const TURN = 500;
const PEERS = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm', '@jax-js/jax', 'js-pytorch'];
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const folder = join(tmpdir(), 'tapegrad-peers');

interface Turn {
  readonly ms: number;
  readonly loss: number;
}
interface Contender {
  readonly name: string;
  readonly run: (steps: number) => Promise<Turn>;
  readonly stop: () => void;
}

function install(): void {
  if (existsSync(join(folder, 'node_modules'))) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...PEERS], {
    cwd: folder,
    stdio: 'inherit',
  });
}

/** A contender in Node: answers over the process channel. */
async function forked(
  name: string,
  file: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Contender | null> {
  const child = fork(here(file), args, {
    env: { ...process.env, ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const message = nextMessage(child);
  return (await message) === null
    ? absent(name, errors.join(''))
    : {
        name,
        run: async (steps) => {
          const answer = nextMessage(child);
          child.send({ steps });
          const turn = await answer;
          if (turn === null) throw new Error(`${name} stopped: ${errors.join('')}`);
          return turn as Turn;
        },
        stop: () => child.kill(),
      };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    const exited = (): void => resolve(null);
    child.once('exit', exited);
    child.once('message', (message) => {
      child.off('exit', exited);
      resolve(message);
    });
  });
}

function absent(name: string, why: string): null {
  console.log(
    `${name} does not take part: ${why.trim().split('\n').slice(0, 6).join(' | ') || 'it stopped'}`,
  );
  return null;
}

/** NumPy answers line by line. */
async function numpy(dtype: string): Promise<Contender | null> {
  const child = spawn(process.env.PYTHON ?? 'python3', [here('with-numpy.py'), dtype], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    return done ? null : JSON.parse(value);
  };
  child.on('error', () => {});
  if ((await next()) === null) return absent(`NumPy ${dtype}`, 'Python with numpy is not installed');
  return {
    name: `NumPy ${dtype}`,
    run: async (steps) => {
      child.stdin.write(`${JSON.stringify({ steps })}\n`);
      return (await next()) as Turn;
    },
    stop: () => child.kill(),
  };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

await run('bench:peers', async () => {
  commandLine(
    'bench:peers',
    "The study's step here and in other libraries, in turns. Installs them first, outside the project.",
  )
    .addHelpText('after', '\nTAPEGRAD_ROUNDS=15 makes all of them take 15 turns instead of 9.')
    .parse();
  install();
  const all = [
    await forked('tapegrad', 'tapegrad.mjs'),
    await forked('tapegrad, one thread', 'tapegrad.mjs', [], { TAPEGRAD_THREADS: '1' }),
    await forked('tapegrad, plain TypeScript', 'tapegrad.mjs', [], { TAPEGRAD_KERNELS: 'reference' }),
    await forked('jax-js, jit', 'jax-js.mjs', [folder]),
    await forked('TensorFlow.js wasm', 'tfjs.mjs', ['wasm', folder]),
    await forked('TensorFlow.js cpu', 'tfjs.mjs', ['cpu', folder]),
    await forked('js-pytorch', 'js-pytorch.mjs', [folder]),
    await numpy('float64'),
    await numpy('float32'),
  ];
  const contenders = all.filter((one) => one !== null);
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const losses = new Map<string, number>();
  const steps = new Map<string, number>();
  for (const { name, run } of contenders) {
    losses.set(name, (await run(FIRST)).loss);
    const { ms } = await run(FIRST);
    steps.set(name, Math.max(3, Math.round(TURN / ms)));
  }
  for (let round = 0; round <= ROUNDS; round++)
    for (const { name, run } of contenders) {
      const { ms } = await run(steps.get(name)!);
      // The first round warms up.
      if (round > 0) times.get(name)!.push(ms);
    }
  const own = median(times.get('tapegrad')!);
  for (const { name, stop } of contenders) {
    const ms = median(times.get(name)!);
    console.log(
      `${name.padEnd(28)} ${ms.toFixed(2).padStart(8)} ms a step   tapegrad takes ${(own / ms).toFixed(3)} of it   loss after ${FIRST} steps ${losses.get(name)!.toFixed(4)}`,
    );
    stop();
  }
});
