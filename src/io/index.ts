/**
 * Files: tensors as .safetensors, which most models are published as.
 * @module io
 */
export {
  inspectSafetensors,
  loadSafetensors,
  type SafetensorsContents,
  type SafetensorsOptions,
  saveSafetensors,
} from './safetensors.js';
