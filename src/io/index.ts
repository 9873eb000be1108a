/**
 * Files: tensors as .safetensors, which most models are published as.
 * @module io
 */

export { loadCheckpoint, type Resumable, type Stateful, saveCheckpoint } from './checkpoint.js';
export { readFile, writeFile } from './files.js';
export {
  inspectSafetensors,
  loadSafetensors,
  type SafetensorsContents,
  type SafetensorsOptions,
  saveSafetensors,
} from './safetensors.js';
