/**
 * Exercise: a run that goes on.
 *
 * `save` gives the bytes of a file, and `resume` brings a run that was just built, perhaps from another seed, to where the saved
 * one was. The two below forget something: a run that goes on with them ends elsewhere.
 */

import type { Rng } from 'tapegrad';
import type { DataLoader } from 'tapegrad/data';
import { loadCheckpoint, saveCheckpoint } from 'tapegrad/io';
import type { Sequential } from 'tapegrad/nn';
import type { Adam } from 'tapegrad/optim';

export interface Run {
  readonly model: Sequential;
  readonly optimizer: Adam;
  readonly loader: DataLoader;
  /** Draws the order of the batches. */
  readonly rng: Rng;
  /** The number of steps that are done. */
  step: number;
}

export function save({ model }: Run): Uint8Array {
  return saveCheckpoint({ model });
}

export function resume(bytes: Uint8Array, run: Run): void {
  const { model } = run;
  loadCheckpoint(bytes, { model });
}
