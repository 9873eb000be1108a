/**
 * Mistakes that were really made in layers of other systems, planted here one at a time. The tests that each entry names have
 * to fail. `npm run planted`; exits 1 if they pass.
 *
 * An entry changes a text of the source. The tests are bundled with it, and run in a process of their own.
 */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { commandLine, run } from '../../examples/shared/program.js';
import { CHECKPOINTS } from './mistakes/checkpoint.js';
import { CONVOLUTIONS } from './mistakes/convolution.js';
import { DATA } from './mistakes/data.js';
import { FILES } from './mistakes/io.js';
import { LEARN } from './mistakes/learn.js';
import { METRICS } from './mistakes/metrics.js';
import { MINIMISE } from './mistakes/minimize.js';
import { NORMALISATION } from './mistakes/normalisation.js';
import { POOLING } from './mistakes/pooling.js';
import { PYTORCH } from './mistakes/pytorch.js';
import { SEQUENCES } from './mistakes/sequences.js';
import { smallMistakes } from './mistakes/small.js';
import { TRAINING } from './mistakes/train.js';

/** A mistake: the words that say what it is, the file below src/, its right text, the wrong one, and who has to notice. */
export interface Planted {
  readonly mistake: string;
  readonly file: string;
  /** A text that occurs once in the file. */
  readonly right: string;
  readonly wrong: string;
  /** A test file below test/, which passes without the mistake. It reads no files by their place beside it. */
  readonly test: string;
}

const PLANTED: readonly Planted[] = [
  ...CHECKPOINTS,
  ...CONVOLUTIONS,
  ...NORMALISATION,
  ...POOLING,
  ...LEARN,
  ...METRICS,
  ...MINIMISE,
  ...PYTORCH,
  ...SEQUENCES,
  ...smallMistakes,
  ...TRAINING,
  ...FILES,
  ...DATA,
];

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The source of a file with its mistake. @throws Error unless the right text occurs once */
function broken({ mistake, file, right, wrong }: Planted): string {
  const parts = readFileSync(join(root, 'src', file), 'utf8').split(right);
  if (parts.length !== 2)
    throw new Error(`${mistake}: "${right}" occurs ${parts.length - 1} times in src/${file}, expected once`);
  return parts.join(wrong);
}

/** Whether a test file passes, with the source of one file replaced, or as it is. */
async function passes(
  test: string,
  number: number,
  replaced?: { file: string; contents: string },
): Promise<boolean> {
  const outfile = join(root, 'out', `planted-${number}.mjs`);
  await build({
    entryPoints: [join(root, 'test', test)],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outfile,
    logLevel: 'error',
    plugins: [
      {
        name: 'mistake',
        setup(builder) {
          builder.onLoad({ filter: /\.ts$/ }, ({ path }) =>
            replaced && path === join(root, 'src', replaced.file)
              ? { contents: replaced.contents, loader: 'ts' }
              : null,
          );
        },
      },
    ],
  });
  try {
    const env = { TAPEGRAD_THREADS: '1', ...process.env };
    const child = spawn(process.execPath, [outfile], { stdio: 'ignore', env });
    return (await new Promise<number | null>((resolve) => child.on('close', resolve))) === 0;
  } finally {
    rmSync(outfile);
  }
}

/** Runs the jobs, as many at once as there are cores. */
async function inParallel(jobs: readonly (() => Promise<void>)[]): Promise<void> {
  const rest = [...jobs];
  const worker = async (): Promise<void> => {
    for (let job = rest.shift(); job; job = rest.shift()) await job();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

await run('planted', async () => {
  commandLine('planted', 'Plants known mistakes in layers, one at a time. The tests have to notice each.')
    .argument('[word...]', 'only the mistakes whose description has one of the words')
    .parse();
  const words = process.argv.slice(2);
  const chosen = PLANTED.filter(
    ({ mistake }) => words.length === 0 || words.some((word) => mistake.includes(word)),
  );
  // A text that is no longer in its source is named before anything runs.
  const sources = chosen.map(broken);
  const tests = [...new Set(chosen.map(({ test }) => test))];
  const failures: string[] = [];
  await inParallel([
    ...tests.map((test, i) => async () => {
      if (!(await passes(test, i))) failures.push(`test/${test} fails without any mistake`);
    }),
    ...chosen.map((planted, i) => async () => {
      const replaced = { file: planted.file, contents: sources[i]! };
      const survived = await passes(planted.test, tests.length + i, replaced);
      console.log(`${survived ? 'SURVIVED' : 'killed'}: ${planted.mistake}`);
      if (survived) failures.push(`${planted.mistake}: test/${planted.test} does not notice`);
    }),
  ]);
  for (const failure of failures) console.error(failure);
  console.log(`${chosen.length} mistakes planted, ${failures.length} failures`);
  process.exitCode = failures.length > 0 ? 1 : 0;
});
