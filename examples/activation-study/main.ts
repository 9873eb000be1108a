/**
 * Runs random inputs through five layers, with four initialisations and three activations, and writes the histogram of
 * each layer to a page.
 *
 *     npx tsx examples/activation-study/main.ts [--out out/activation-study.html] [--seed 0] [--inputs 1000]
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { claim, run, wholeNumber, writeWhole } from '../shared/program.js';
import { alignedRows } from '../shared/text.js';
import { studyPage } from './page.js';
import { LAYERS, type Run, runStudy } from './study.js';
import { claims } from './words.js';

const HELP = `activation-study: what five layers do to a signal
  --out <file>      the page (default out/activation-study.html)
  --seed <number>   start of all random numbers (default 0)
  --inputs <count>  inputs that are run through the layers (default 1000)`;

interface Flags {
  out: string;
  seed: number;
  inputs: number;
}

/** The flags, or null if only help was wanted. */
function readFlags(): Flags | null {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'out/activation-study.html' },
      seed: { type: 'string', default: '0' },
      inputs: { type: 'string', default: '1000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    out: values.out,
    seed: wholeNumber('seed', values.seed, 0),
    inputs: wholeNumber('inputs', values.inputs, 2),
  };
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
  if (!flags) {
    console.log(HELP);
    return;
  }
  const runs = runStudy(flags);
  console.log(`mean ± standard deviation of the activations, seed ${flags.seed}\n\n${table(runs)}\n`);
  for (const { what, holds } of claims(runs)) claim(what, holds);
  await writeWhole(resolve(flags.out), await studyPage(runs, flags));
  console.log(`\nthe page with the pictures: ${resolve(flags.out)}`);
}

await run('activation-study', main);
