/** Calls of what saves and resumes training, and of what copies and freezes models. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { random } from '../../../src/index.js';
import { saveCheckpoint, writeFile } from '../../../src/io/index.js';
import { Linear, type Module } from '../../../src/nn/index.js';
import { freeze } from '../../../src/train/index.js';
import { temporaryFolder } from '../../support/folder.js';
import { arg, type Call, call, optional, strict, text } from '../arguments.js';

const FOLDER = temporaryFolder('doors');
const FILE = join(FOLDER, 'a.bin');
const model = (): Module => new Linear(1, 1, { rng: random(0) });

export const saving: Record<string, Call> = {
  saveCheckpoint: call(() => strict({ step: 1 })),
  loadCheckpoint: call(
    () => strict(saveCheckpoint({ model: model(), step: 1 })),
    () => strict({ model: model() }),
    () => arg('optionalText')('a file'),
  ),
  writeFile: call(
    // Its folder is the one in which a file named by a wrong text appears.
    () => {
      process.chdir(FOLDER);
      return text(FILE);
    },
    () => strict(Uint8Array.of(1)),
  ),
  readFile: call(() => {
    writeFile(FILE, Uint8Array.of(1));
    rmSync('seven', { force: true });
    return strict(FILE);
  }),
};

export const copying: Record<string, Call> = {
  cloneModule: call(() => strict(model())),
  freeze: call(
    () => strict(model()),
    () => optional('weight'),
  ),
  unfreeze: call(
    () => {
      const frozen = model();
      freeze(frozen);
      return strict(frozen);
    },
    () => optional('weight'),
  ),
};
