/**
 * Several arrays of NumPy in a .npz file: a zip file with a .npy file for each name.
 * @source https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 */
import { ArgumentError } from '../base/errors.js';
import { checkOptions, needFlag, numberIn } from '../base/words.js';
import type { Tensor } from '../core.js';
import type { StateDict } from '../nn/index.js';
import { namedTensors, needBytes, quoted } from './arguments.js';
import { parseNpy, writeNpy } from './npy.js';
import { refuseOther } from './recognise.js';
import { openZip, unpack } from './unzip.js';
import { writeZip } from './zip.js';

/** Options of {@link readNpz}. */
export interface ReadNpzOptions {
  /** How many bytes all arrays together may unpack to: a small file may hold more than memory does. Default 2³¹, 2 GB. */
  maxBytes?: number;
}

/** Options of {@link writeNpz}. */
export interface WriteNpzOptions {
  /** Whether the arrays are packed, which takes long and saves little where numbers were trained. Default false. */
  compress?: boolean;
}

const ENDING = '.npy';

/**
 * The arrays of a .npz file by name, as `numpy.savez` and `numpy.savez_compressed` write it. Numbers are kept exactly, as
 * by {@link readNpy}.
 * @param what what errors call the file, such as its path
 * @throws ArgumentError for another format, for a file that is damaged, one that unpacks to more than `maxBytes`, and for
 * an array that no tensor holds
 */
export function readNpz(bytes: Uint8Array, what = 'the file', options: ReadNpzOptions = {}): StateDict {
  const op = 'readNpz';
  needBytes(op, bytes, what);
  checkOptions(op, options, { maxBytes: numberIn({ least: 0 }) });
  refuseOther(op, bytes, what, 'npz');
  const { maxBytes = 2 ** 31 } = options;
  const entries = openZip(op, bytes, what, maxBytes);
  for (const { name } of entries)
    if (!name.endsWith(ENDING))
      throw new ArgumentError(
        op,
        `${what} holds ${quoted(name)}, expected arrays, whose names end in ${ENDING}`,
      );
  return Object.fromEntries(
    entries.map((entry) => {
      const name = entry.name.slice(0, -ENDING.length);
      return [name, parseNpy(op, unpack(op, what, entry), `${quoted(name)} of ${what}`).named(name)];
    }),
  );
}

/**
 * The bytes of a .npz file, of which `numpy.load` gives the arrays by name. Equal tensors give equal bytes, in whatever
 * order they are listed.
 * @throws ArgumentError for what is no tensor, and for 4 GB and more
 * @example writeFile('model.npz', writeNpz(model.stateDict()));
 */
export function writeNpz(
  tensors: Readonly<Record<string, Tensor>>,
  options: WriteNpzOptions = {},
): Uint8Array {
  const op = 'writeNpz';
  checkOptions(op, options, { compress: needFlag });
  const entries = namedTensors(op, tensors).map(
    ([name, tensor]) => [`${name}${ENDING}`, writeNpy(tensor)] as const,
  );
  return writeZip(op, entries, options.compress ?? false);
}
