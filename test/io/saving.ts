/**
 * A training program that saves after every step, and that is killed at a point of its second save: `saving.js FILE POINT`. The points
 * are, one after the other, before the file is opened, in the middle of each tenth of it, before it is on the disk, and before
 * and after it takes its name.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from '../../src/io/index.js';
import { Run } from '../support/resume.js';

const [, , file = '', point = 'never'] = process.argv;
const STEPS = 120;
const POINTS = 15;

let save = 0;
let passed = 0;

/** Kills this process if this is its point. */
function pass(): void {
  if (save === 2 && passed++ === Number(point) % POINTS) process.kill(process.pid, 'SIGKILL');
}

const files = process.getBuiltinModule('node:fs');

for (const name of ['openSync', 'fsyncSync', 'closeSync', 'renameSync'] as const) {
  const call = files[name] as (...args: unknown[]) => unknown;
  Object.assign(files, {
    [name](...args: unknown[]) {
      pass();
      return call(...args);
    },
  });
}

// In pieces of a tenth, so that a kill finds a part of the file written.
const { writeSync } = files;
Object.assign(files, {
  writeSync(handle: number, bytes: Uint8Array, offset: number) {
    pass();
    return writeSync(handle, bytes, offset, Math.min(Math.ceil(bytes.length / 10), bytes.length - offset));
  },
});

const run = new Run(1);
if (existsSync(file)) run.load(readFile(file));
run.train(STEPS, () => {
  save++;
  writeFile(file, run.save());
});
