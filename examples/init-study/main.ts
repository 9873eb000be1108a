/**
 * Trains one network on MNIST from several initialisations, prints the losses, and writes a report with pictures.
 * `npm start -- --help` lists the flags.
 */
import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CommanderError } from 'commander';
import { TapegradError } from 'tapegrad';
import { loadMnist } from 'tapegrad/data';
import { progress } from 'tapegrad/train';
import { writeWhole } from '../shared/program.js';
import { type CommandLine, parseOptions } from './options.js';
import { studyReport } from './report.js';
import { type Reporter, runStudy } from './study.js';
import { plainTable, resultTable } from './table.js';

/** A mistake that the user can correct. It is shown without a stack trace. */
class UsageError extends Error {}

async function main(argv: readonly string[]): Promise<void> {
  const options = parseOptions(argv);
  await prepareFolder(options.out);
  const data = await loadMnist(options.data);
  if (options.batch > data.train.length)
    throw new UsageError(`--batch ${options.batch} is more than the ${data.train.length} training images`);
  const results = await runStudy(options, data, bars(options));
  for (const result of results)
    console.log(
      `\n${result.mode === 'fixed' ? 'fixed batch' : 'mini-batches'}\n${plainTable(resultTable(result))}`,
    );
  await writeReport(options.out, await studyReport(options, data, results));
  console.log(`\nreport: ${resolve(options.out)}`);
}

/** A bar of progress for each network. */
function bars({ steps }: CommandLine): Reporter {
  return {
    async begin(mode, { label }) {
      const bar = await progress({ total: steps, label: `${mode} · ${label}`, lines: 2 });
      return { update: bar.update, end: bar.stop };
    },
  };
}

/** Makes the folder of the report before the training, so that a wrong path is found at once. */
async function prepareFolder(out: string): Promise<void> {
  const folder = dirname(resolve(out));
  const there = await stat(out).catch(() => null);
  if (there?.isDirectory()) throw new UsageError(`--out ${out} is a folder; name a file in it`);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(`--out ${out}: nothing can be written to ${folder} (${(error as Error).message})`);
  }
}

async function writeReport(out: string, text: string): Promise<void> {
  try {
    await writeWhole(out, text);
  } catch (error) {
    throw new UsageError(`--out ${out}: ${(error as Error).message}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
  if (error instanceof TapegradError || error instanceof UsageError)
    console.error(`init-study: ${error.message}`);
  else if (!(error instanceof CommanderError)) throw error;
}
