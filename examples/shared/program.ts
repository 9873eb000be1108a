/** What the example programs share: reading a flag, checking a claim, writing a file, and ending with an error. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Runs a program. An error ends it with exit code 1 and one line that begins with the program's name. */
export async function run(name: string, main: () => void | Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The whole number that a flag gives. @throws Error unless it is one, and at least `least` */
export function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least) return value;
  throw new Error(`--${flag} is a whole number from ${least}, got ${text}`);
}

/** Prints whether something that the program shows is so. If it is not, the program ends with exit code 1. */
export function claim(what: string, holds: boolean): void {
  console.log(`${holds ? '✓' : '✗'} ${what}`);
  if (!holds) process.exitCode = 1;
}

/**
 * Writes a file, and its folder if need be. The text goes to another name first, so that no half of it is ever read.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}
