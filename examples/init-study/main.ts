/**
 * Trains one network on MNIST from several initialisations, prints the losses, and writes a report with pictures.
 * `npm start -- --help` lists the flags.
 */
import { loadMnist } from 'tapegrad/data';
import { progress } from 'tapegrad/train';
import { outputAt } from '../shared/output.js';
import { run, Stopped, UsageError } from '../shared/program.js';
import { stopOnSignal } from '../shared/stop.js';
import { type CommandLine, parseOptions } from './options.js';
import { finishedOf, studyReport } from './report.js';
import { type ModeResult, type Reporter, runStudy } from './study.js';
import { plainTable, resultTable } from './table.js';

/** More than a report needs, in bytes: whether the disk has so much is tried before the training. */
const ROOM = 8_000_000;

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const output = await outputAt(options.out, { flag: '--out', name: 'init-study.html', room: ROOM });
  const stop = stopOnSignal();
  const data = await loadMnist(options.data);
  if (options.batch > data.train.length)
    throw new UsageError(`--batch ${options.batch} is more than the ${data.train.length} training images`);
  const results = await runStudy(options, data, bars(options), stop.signal);
  const { finished, planned } = finishedOf(options, results);
  if (finished === 0)
    throw new Stopped('stopped before a network was finished; nothing was written', stop.code);
  printTables(results);
  await output.write(await studyReport(options, data, results));
  const part = finished < planned ? ` of the ${finished} of ${planned} networks that are finished` : '';
  console.log(`\nreport${part}: ${output.path}`);
  if (stop.signal.aborted) process.exitCode = stop.code;
}

function printTables(results: readonly ModeResult[]): void {
  for (const result of results)
    console.log(
      `\n${result.mode === 'fixed' ? 'fixed batch' : 'mini-batches'}\n${plainTable(resultTable(result))}`,
    );
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

await run('init-study', main);
