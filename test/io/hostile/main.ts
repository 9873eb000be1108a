/** Reads 10,000 damaged files, and prints how many were refused and how many were read rightly. Throws at the first other end. */
import fc from 'fast-check';
import { TapegradError, type Tensor } from '../../../src/index.js';
import { loadSafetensors, readNpy, readNpz } from '../../../src/io/index.js';
import { type Damaged, damaged } from './mutations.js';
import * as reference from './reference.js';

const RUNS = 10_000;

const READERS = {
  safetensors: { op: 'loadSafetensors', read: loadSafetensors, found: reference.readSafetensors },
  npy: { op: 'readNpy', read: (bytes: Uint8Array) => ({ '': readNpy(bytes) }), found: reference.readNpy },
  npz: { op: 'readNpz', read: readNpz, found: reference.readNpz },
};

const tally = {
  safetensors: { refused: 0, read: 0 },
  npy: { refused: 0, read: 0 },
  npz: { refused: 0, read: 0 },
};

function judge({ format, bytes, wrong, how }: Damaged): void {
  const { op, read, found } = READERS[format];
  const before = bytes.slice();
  let tensors: Record<string, Tensor>;
  try {
    tensors = read(bytes);
  } catch (error) {
    if (!(error instanceof TapegradError) || !error.message.startsWith(`${op}: `)) throw error;
    tally[format].refused++;
    return;
  }
  if (Buffer.compare(bytes, before) !== 0) throw new Error(`${how}: the bytes were changed`);
  if (wrong) throw new Error(`${how}: was read, and has to be refused`);
  const expected = found(bytes);
  const [names, right] = [Object.keys(tensors).sort(), expected.map(({ name }) => name).sort()];
  if (JSON.stringify(names) !== JSON.stringify(right)) throw new Error(`${how}: ${names}, expected ${right}`);
  for (const { name, shape, values } of expected) {
    const x = Object.getOwnPropertyDescriptor(tensors, name)!.value as Tensor;
    if (x.shape.join() !== shape.join() || x.size !== values.length)
      throw new Error(`${how}: ${name} has shape ${x.shape}, expected ${shape}`);
    for (let i = 0; i < values.length; i++)
      if (!Object.is(x.data[i], values[i]))
        throw new Error(`${how}: element ${i} of ${name} is ${x.data[i]}, expected ${values[i]}`);
  }
  tally[format].read++;
}

fc.assert(fc.property(damaged, judge), { numRuns: RUNS, seed: 20261123, includeErrorInReport: true });
const { user, system } = process.cpuUsage();
const used = { seconds: (user + system) / 1e6, kilobytes: process.resourceUsage().maxRSS };
console.log(JSON.stringify({ tally, ...used }));
