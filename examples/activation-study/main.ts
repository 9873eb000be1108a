/**
 * Runs numbers through five layers that were initialised in four ways, with three activations, and writes the
 * histogram of every layer into one page.
 *
 *     npx tsx examples/activation-study/main.ts [--out out/activation-study.html] [--seed 0] [--inputs 1000]
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
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
  return { out: values.out, seed: whole('seed', values.seed, 0), inputs: whole('inputs', values.inputs, 2) };
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least) return value;
  throw new Error(`--${name} is a whole number from ${least}, got ${text}`);
}

/** Mean ± standard deviation of every layer, in columns. */
function table(runs: readonly Run[]): string {
  const head = ['', ...Array.from({ length: LAYERS }, (_, i) => `layer ${i + 1}`)];
  const rows = runs.map(({ activation, start, layers }) => [
    `${activation}, ${start}`,
    ...layers.map(({ mean, std }) => `${short(mean)} ± ${short(std)}`),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ');
  return [head, ...rows].map(line).join('\n');
}

function short(value: number): string {
  const plain = value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4);
  return plain ? String(Number(value.toPrecision(2))) : value.toExponential(1);
}

/** Writes a file under another name first, so that nobody ever finds half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function main(): Promise<void> {
  const flags = readFlags();
  if (!flags) {
    console.log(HELP);
    return;
  }
  const runs = runStudy(flags);
  console.log(`mean ± standard deviation of the activations, seed ${flags.seed}\n\n${table(runs)}\n`);
  for (const { what, holds } of claims(runs)) {
    console.log(`${holds ? '✓' : '✗'} ${what}`);
    if (!holds) process.exitCode = 1;
  }
  await writeWhole(resolve(flags.out), await studyPage(runs, flags));
  console.log(`\nthe page with the pictures: ${resolve(flags.out)}`);
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  console.error(`activation-study: ${error instanceof Error ? error.message : String(error)}`);
}
