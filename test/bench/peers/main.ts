/**
 * `npm run bench:peers`: steps of tapegrad and of other libraries, each in a process of its own, taking turns, so that a busy
 * machine slows all of them. The peers are installed in this folder on the first run; NumPy takes part where Python has
 * it. Prints medians, ratios and the loss after the first steps, which must agree.
 */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Argument } from 'commander';
import { commandLine, run } from '../../../examples/shared/program.js';
import { alignedRows } from '../../../examples/shared/text.js';

const ROUNDS = Number(process.env.TAPEGRAD_ROUNDS ?? 9);
/** Every contender takes so many steps first, after which the losses are compared. */
const FIRST = 20;
/** How long a turn lasts: long enough for caches and threads to be warm most of the time. */
const TURN = 500;
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

interface Turn {
  readonly ms: number;
  readonly loss: number;
}
interface Contender {
  readonly name: string;
  readonly run: (steps: number) => Promise<Turn>;
  readonly stop: () => void;
}
interface Options {
  /** The Node that the contenders run on. */
  readonly node: string;
  /** The folder of another checkout of tapegrad, built, that takes part. */
  readonly against?: string;
}
type Start = (scenario: string, options: Options) => Promise<Contender | null>;

const ONE_THREAD = { TAPEGRAD_THREADS: '1' };

/** tapegrad as it is built, with these settings. */
const own =
  (name: string, env: NodeJS.ProcessEnv = {}): Start =>
  (scenario, { node }) =>
    forked(name, `${scenario}/tapegrad.mjs`, node, [], env);

const other: Start = async (scenario, { node, against }) =>
  against === undefined
    ? null
    : forked(`tapegrad of ${against}`, `${scenario}/tapegrad.mjs`, node, [against], ONE_THREAD);

const peer =
  (name: string, file: string, ...args: string[]): Start =>
  (scenario, { node }) =>
    forked(name, `${scenario}/${file}.mjs`, node, args);

const numpy =
  (dtype: string): Start =>
  (scenario) =>
    withNumpy(`${scenario}/with-numpy.py`, dtype);

const ALONE = own('tapegrad, one thread', ONE_THREAD);
const JAX = peer('jax-js, jit', 'jax-js');
const TF = peer('TensorFlow.js wasm', 'tfjs', 'wasm');
const TF_CPU = peer('TensorFlow.js cpu', 'tfjs', 'cpu');
const NUMPY = [numpy('float32'), numpy('float64')];

/** What is measured, by name: the first contender is the one that the others are compared with. */
const SCENARIOS: Readonly<Record<string, { readonly what: string; readonly contenders: readonly Start[] }>> =
  {
    study: {
      what: 'the step of the study, 784-200-200-10, batch 100',
      contenders: [
        ALONE,
        own('tapegrad, default threads'),
        own('tapegrad, plain TypeScript', { TAPEGRAD_KERNELS: 'reference' }),
        other,
        JAX,
        TF,
        TF_CPU,
        peer('js-pytorch', 'js-pytorch'),
        ...NUMPY,
      ],
    },
    lenet: {
      what: 'a step of LeNet, batch 32',
      contenders: [ALONE, JAX, peer('ConvNetJS', 'convnetjs'), ...NUMPY],
    },
    transformer: {
      what: 'a step of a transformer block, width 64, length 32, batch 8',
      contenders: [ALONE, JAX, TF, TF_CPU],
    },
    overhead: {
      what: '1,000 times a·b + c on four numbers, forward and back',
      contenders: [ALONE, other, TF, TF_CPU],
    },
    functions: {
      what: 'sum(tanh(x·w + b) · sigmoid(x)) of 10⁶ numbers, and three gradients',
      contenders: [ALONE, other, JAX, TF, TF_CPU, ...NUMPY],
    },
  };

function install(): void {
  if (existsSync(here('node_modules'))) return;
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: here('.'),
    stdio: 'inherit',
  });
}

/** A contender in Node: answers over the process channel. */
async function forked(
  name: string,
  file: string,
  node: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Contender | null> {
  const child = fork(here(file), args, {
    env: { ...process.env, ...env },
    execPath: node,
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

/** NumPy answers line by line, on one thread. */
async function withNumpy(file: string, dtype: string): Promise<Contender | null> {
  const threads = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const child = spawn(process.env.PYTHON ?? 'python3', [here(file), dtype], {
    env: { ...process.env, ...threads },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const name = `NumPy ${dtype}, one thread`;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    return done ? null : JSON.parse(value);
  };
  child.on('error', () => {});
  if ((await next()) === null) return absent(name, 'Python with numpy is not installed');
  return {
    name,
    run: async (steps) => {
      child.stdin.write(`${JSON.stringify({ steps })}\n`);
      return (await next()) as Turn;
    },
    stop: () => child.kill(),
  };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Lets the contenders of a scenario take turns, and prints what came out. */
async function compare(scenario: string, options: Options): Promise<void> {
  const { what, contenders: starts } = SCENARIOS[scenario]!;
  const contenders: Contender[] = [];
  for (const start of starts) {
    const contender = await start(scenario, options);
    if (contender) contenders.push(contender);
  }
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const losses = new Map<string, number>();
  const steps = new Map<string, number>();
  for (const { name, run } of contenders) {
    losses.set(name, (await run(FIRST)).loss);
    const { ms } = await run(2);
    steps.set(name, Math.max(2, Math.round(TURN / ms)));
  }
  for (let round = 0; round <= ROUNDS; round++)
    for (const { name, run } of contenders) {
      const { ms } = await run(steps.get(name)!);
      // The first round warms up.
      if (round > 0) times.get(name)!.push(ms);
    }
  const [first] = contenders;
  // A ratio is that of one round, when both were slowed alike.
  const ratio = (name: string): number =>
    median(times.get(first!.name)!.map((ms, round) => ms / times.get(name)![round]!));
  console.log(`${scenario}: ${what}`);
  console.log(
    alignedRows([
      ['', 'ms a step', `${first!.name} takes`, `loss after ${FIRST}`],
      ...contenders.map(({ name }) => [
        name,
        median(times.get(name)!).toFixed(2),
        `${ratio(name).toFixed(3)} of it`,
        losses.get(name)!.toFixed(4),
      ]),
    ]),
  );
  for (const { stop } of contenders) stop();
}

const command = commandLine(
  'bench:peers',
  'Steps here and in other libraries, in turns, one thread each. Installs the others first. Needs npm run build.',
)
  .usage('[scenario…] [options]')
  .addArgument(new Argument('[scenario...]', 'what to compare').choices(Object.keys(SCENARIOS)))
  .option('--node <path>', 'the Node that the contenders run on', process.execPath)
  .option('--against <folder>', 'another checkout of tapegrad, built, which takes part')
  .addHelpText('after', '\nTAPEGRAD_ROUNDS=15 makes all of them take 15 turns instead of 9.');

await run('bench:peers', async () => {
  command.parse();
  install();
  const names = command.args.length > 0 ? command.args : Object.keys(SCENARIOS);
  for (const name of names) await compare(name, command.opts<{ node: string; against?: string }>());
});
