/** Tells by their first bytes the files that are given to the wrong reader, and says what to do with each. */
import { ArgumentError } from '../base/errors.js';

/** The formats of this entry point, each with its reader. */
const READERS = { safetensors: 'loadSafetensors', npz: 'readNpz', npy: 'readNpy' };

/** Makes a .npz with nothing but PyTorch and NumPy, and a .safetensors with the package of that name. */
const FROM_PYTORCH = `tapegrad does not run pickles; convert the file once, in Python:

import torch
sd = torch.load('model.pt', map_location='cpu', weights_only=True)

from safetensors.torch import save_file
save_file({k: v.contiguous().clone() for k, v in sd.items()}, 'model.safetensors')

or without the package safetensors:

import numpy
numpy.savez('model.npz', **{k: (v.float() if v.dtype == torch.bfloat16 else v).numpy() for k, v in sd.items()})

The clone is needed where tensors share memory. If sd is no dict of tensors, take the part that is, such as sd['state_dict']`;

const FROM_HDF5 = `convert it once, in Python. Of a Keras model:

import keras, numpy
model = keras.models.load_model('model.h5')
numpy.savez('model.npz', **{w.path: w.numpy() for w in model.weights})`;

/** A kind of file: what messages call it, and what a reader does with it. */
interface Kind {
  readonly called: string;
  readonly advice: string;
}

/**
 * Refuses bytes that belong to another format than the reader's, as far as the first bytes tell.
 * @param own the format that the reader reads
 */
export function refuseOther(op: string, bytes: Uint8Array, what: string, own: keyof typeof READERS): void {
  const kind = kindOfFile(bytes);
  if (kind === null || kind === own) return;
  const { called, advice } = typeof kind === 'string' ? ofThisEntryPoint(kind) : kind;
  throw new ArgumentError(op, `${what} is ${called}, expected a .${own} file; ${advice}`);
}

const ofThisEntryPoint = (format: keyof typeof READERS): Kind => ({
  called: `a .${format} file`,
  advice: `read it with ${READERS[format]}`,
});

/** One of our own formats by its name, another one with the advice; null for a file that shows no sign. */
function kindOfFile(bytes: Uint8Array): keyof typeof READERS | Kind | null {
  const start = latin1(bytes.subarray(0, 1024));
  if (bytes.length === 0)
    return {
      called: 'empty, a file of 0 bytes',
      advice: 'download it again, or have its program write it anew',
    };
  // The length of a header of safetensors may begin with the bytes of a pickle.
  if (start.slice(4, 9) === '\0\0\0\0{') return 'safetensors';
  if (start.startsWith('\x93NUMPY')) return 'npy';
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) return kindOfZip(bytes, start);
  if (bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5)
    return { called: 'a PyTorch file or another pickle', advice: FROM_PYTORCH };
  if (start.startsWith('\x1f\x8b'))
    return { called: 'packed by gzip', advice: 'unpack it first, with gunzip or readBytes of tapegrad/data' };
  if (start.startsWith('\x89HDF\r\n')) return { called: 'an HDF5 file', advice: FROM_HDF5 };
  if (start.startsWith('version https://git-lfs'))
    return {
      called: 'a pointer of Git LFS, a text in the place of the file',
      advice: 'fetch the file itself with git lfs pull, or download it from the address with /resolve/',
    };
  if (/^\s*<(!doctype|html|\?xml)/i.test(start))
    return {
      called: 'a web page',
      advice:
        'an address that shows a file is not the address of the file: on Hugging Face take /resolve/ in the place of /blob/',
    };
  if (/^\s*[{[]\s*["{[\]}]/.test(start))
    return {
      called: 'JSON',
      advice: 'if it is what JSON.stringify wrote of a stateDict, pass JSON.parse(text) to loadStateDict',
    };
  return null;
}

/** A zip by the names of its entries, which stand in its first bytes and, all of them, in its last. */
function kindOfZip(bytes: Uint8Array, start: string): 'npz' | Kind {
  const names = start + latin1(bytes.subarray(-65_536));
  if (/data\.pkl(?!\.npy)/.test(names)) return { called: 'a PyTorch file', advice: FROM_PYTORCH };
  if (names.includes('.npy') || start.startsWith('PK\x05\x06')) return 'npz';
  return {
    called: 'a zip file without arrays of NumPy',
    advice: 'unpack it, and pass what is inside to the reader of its format',
  };
}

/** One character for each byte. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
