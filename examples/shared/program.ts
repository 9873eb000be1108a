/** What the programs of this project share: their command lines, checking a claim, and how they end. */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { TapegradError } from 'tapegrad';

/** A mistake that the user can correct. It is shown without a stack trace. */
export class UsageError extends Error {}

/** Thrown by a program that the user has stopped. */
export class Stopped extends Error {
  /** @param code the exit code: 128 and the number of the signal */
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

/**
 * A command line without flags of its own so far. `--help` prints the usage; a flag that does not exist or a value out of
 * range is refused with the usage.
 * @param purpose what the program does, in a sentence or two
 */
export function commandLine(name: string, purpose: string): Command {
  return new Command(name)
    .description(purpose)
    .exitOverride()
    .showHelpAfterError()
    .allowExcessArguments(false)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, `${name}: `)) });
}

/** Reads the arguments of this process. @returns the flags */
export function flagsOf<Flags extends object>(command: Command): Flags {
  return command.parse().opts<Flags>();
}

/**
 * Runs a program. Its exit code is 0 after `--help`, 2 for a command line that cannot be read, 1 for any other error, and
 * 128 and the number of the signal if it was stopped. A mistake of the user is shown as one line that begins with the
 * program's name, a mistake of the program with its stack trace.
 */
export async function run(name: string, main: () => void | Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.exitCode = codeOf(error);
    if (!(error instanceof CommanderError)) console.error(`${name}: ${wordsOf(error)}`);
  }
}

function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return error instanceof Stopped ? error.code : 1;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known = error instanceof UsageError || error instanceof Stopped || error instanceof TapegradError;
  return known ? error.message : (error.stack ?? error.message);
}

/** For a flag that takes a whole number from `low` to `high`: reads it, or refuses it. */
export function whole(low: number, high = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(
      `Expected a whole number from ${low}${high < Number.MAX_SAFE_INTEGER ? ` to ${high}` : ''}.`,
    );
  };
}

/** For a flag that takes a number above 0: reads it, or refuses it. */
export function positive(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** Prints whether something that the program shows is so. If it is not, the program ends with exit code 1. */
export function claim(what: string, holds: boolean): void {
  console.log(`${holds ? '✓' : '✗'} ${what}`);
  if (!holds) process.exitCode = 1;
}
