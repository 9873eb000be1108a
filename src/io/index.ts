/**
 * Files of tensors: .safetensors, in which most models are published, .npy and .npz, which NumPy reads and writes, and
 * checkpoints of whole training runs. All functions take and give bytes, but for `readFile` and `writeFile`, which know paths.
 * @module io
 */

export { loadCheckpoint, type Resumable, type Stateful, saveCheckpoint } from './checkpoint.js';
export { readFile, writeFile } from './files.js';
export { readNpy, writeNpy } from './npy.js';
export { type ReadNpzOptions, readNpz, type WriteNpzOptions, writeNpz } from './npz.js';
export { fromPyTorch, type PyTorchOptions, toPyTorch } from './pytorch.js';
export {
  inspectSafetensors,
  loadSafetensors,
  type SafetensorsContents,
  type SafetensorsOptions,
  saveSafetensors,
} from './safetensors.js';
