/**
 * Runs random inputs through five layers, with four initialisations and three activations, and writes the histogram of
 * each layer to a page.
 *
 *     npx tsx examples/activation-study/main.ts [--out out/activation-study.html] [--seed 0] [--inputs 1000]
 */
import { outputAt } from '../shared/output.js';
import { claim, commandLine, flagsOf, run, whole } from '../shared/program.js';
import { alignedRows } from '../shared/text.js';
import { studyPage } from './page.js';
import { LAYERS, type Run, runStudy } from './study.js';
import { claims } from './words.js';

interface Flags {
  out: string;
  seed: number;
  inputs: number;
}

function readFlags(): Flags {
  return flagsOf(
    commandLine('activation-study', 'Shows what five layers do to a signal.')
      .option('--out <file>', 'the page, or a folder for it', 'out/activation-study.html')
      .option('--seed <number>', 'start of all random numbers', whole(0), 0)
      .option('--inputs <count>', 'inputs that are run through the layers', whole(2, 1_000_000), 1000),
  );
}

/** The mean ± standard deviation of each layer, as a table for the terminal. */
function table(runs: readonly Run[]): string {
  const head = ['', ...Array.from({ length: LAYERS }, (_, i) => `layer ${i + 1}`)];
  const rows = runs.map(({ activation, start, layers }) => [
    `${activation}, ${start}`,
    ...layers.map(({ mean, std }) => `${short(mean)} ± ${short(std)}`),
  ]);
  return alignedRows([head, ...rows]);
}

function short(value: number): string {
  const plain = value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4);
  return plain ? String(Number(value.toPrecision(2))) : value.toExponential(1);
}

async function main(): Promise<void> {
  const flags = readFlags();
  const output = await outputAt(flags.out, { flag: '--out', name: 'activation-study.html', room: 4e6 });
  const runs = runStudy(flags);
  console.log(`mean ± standard deviation of the activations, seed ${flags.seed}\n\n${table(runs)}\n`);
  for (const { what, holds } of claims(runs)) claim(what, holds);
  await output.write(await studyPage(runs, flags));
  console.log(`\nthe page with the pictures: ${output.path}`);
}

await run('activation-study', main);
