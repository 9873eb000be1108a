/** Calls of readers and writers of files. */
import { tensor } from '../../../src/index.js';
import { saveSafetensors, writeNpy, writeNpz } from '../../../src/io/index.js';
import { arg, type Call, call, options, strict } from '../arguments.js';

const saved = { w: tensor([1, 2]) };
const called = () => arg('optionalText')('a file');

export const files: Record<string, Call> = {
  saveSafetensors: call(
    () => strict(saved),
    () => options({ metadata: { format: 'pt' } }),
  ),
  loadSafetensors: call(() => strict(saveSafetensors(saved)), called),
  inspectSafetensors: call(() => strict(saveSafetensors(saved)), called),
  readNpy: call(() => strict(writeNpy(saved.w)), called),
  writeNpy: call(() => arg('shown')(saved.w)),
  readNpz: call(
    () => strict(writeNpz(saved)),
    called,
    () => options({ maxBytes: 1000 }),
  ),
  writeNpz: call(
    () => strict(saved),
    () => options({ compress: true }),
  ),
};
