/**
 * Solution: a run that goes on.
 *
 * Everything that a step reads is saved. The number of steps is plain data: it is returned, and not restored.
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

export function save({ model, optimizer, loader, rng, step }: Run): Uint8Array {
  return saveCheckpoint({ model, optimizer, loader, rng, step });
}

export function resume(bytes: Uint8Array, run: Run): void {
  const { model, optimizer, loader, rng } = run;
  const { step } = loadCheckpoint<{ step: number }>(bytes, { model, optimizer, loader, rng });
  run.step = step;
}
