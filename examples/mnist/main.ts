/**
 * Trains a convolutional network to read the handwritten digits of MNIST, and writes a report with pictures.
 * `npm run mnist` takes about a minute, and `npm run mnist -- --help` lists the flags.
 */
import { loadMnist } from 'tapegrad/data';
import { progress } from 'tapegrad/train';
import { outputAt } from '../shared/output.js';
import { run, Stopped, UsageError } from '../shared/program.js';
import { stopOnSignal } from '../shared/stop.js';
import { parseOptions } from './options.js';
import { digitReport } from './report.js';
import { type Epoch, type Reporter, trainReader } from './training.js';
import { accuracyText } from './words.js';

/** More than a report needs, in bytes: whether the disk has so much is tried before the training. */
const ROOM = 2_000_000;

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const output = await outputAt(options.out, { flag: '--out', name: 'mnist.html', room: ROOM });
  const stop = stopOnSignal();
  const data = await loadMnist(options.data);
  if (options.batch > data.train.length)
    throw new UsageError(`--batch ${options.batch} is more than the ${data.train.length} training images`);
  const started = performance.now();
  const trained = await trainReader(options, data, display(), stop.signal);
  if (!trained) throw new Stopped('stopped before the first step; nothing was written', stop.code);
  const seconds = (performance.now() - started) / 1000;
  await output.write(await digitReport(options, data, trained));
  const { loss, planned, tests } = trained;
  const steps = loss.length < planned ? `${loss.length} of ${planned} steps` : `${planned} steps`;
  console.log(`\ntest accuracy: ${accuracyText(tests.at(-1)!.accuracy)}`);
  console.log(`time: ${seconds.toFixed(1)} s for ${steps}, tests included`);
  console.log(`report: ${output.path}`);
  if (stop.signal.aborted) process.exitCode = stop.code;
}

/** A bar of progress for each epoch, and after it a line with what a test found. */
function display(): Reporter {
  const nameOf = ({ number, count }: Epoch): string => `epoch ${number}/${count}`;
  return {
    async begin(epoch) {
      const before = epoch.accuracy === undefined ? '' : `, test ${accuracyText(epoch.accuracy)}`;
      const bar = await progress({ total: epoch.steps, label: nameOf(epoch) + before, lines: 5 });
      return { update: bar.update, end: bar.stop };
    },
    tested: (epoch, accuracy) => console.log(`${nameOf(epoch)}: test accuracy ${accuracyText(accuracy)}`),
  };
}

await run('mnist', main);
