/** Calls of pooling, as functions and as layers. */
import { zeros } from '../../../src/index.js';
import { anyTensor, type Call, call, options, strict } from '../arguments.js';

const images = () => zeros([1, 2, 4, 4]);
const moves = { stride: 1, padding: [1, 0], ceilMode: true };

export const pooling: Record<string, Call> = {
  maxPool2d: call(
    () => anyTensor(images()),
    () => strict(2),
    () => options(moves),
  ),
  avgPool2d: call(
    () => anyTensor(images()),
    () => strict([2, 2]),
    () => options({ ...moves, countIncludePad: false }),
  ),
  adaptiveAvgPool2d: call(
    () => anyTensor(images()),
    () => strict([2, 1]),
  ),
};

export const poolingLayers: Record<string, Call> = {
  MaxPool2d: call(
    () => strict(2),
    () => options(moves),
  ),
  AvgPool2d: call(
    () => strict([2, 2]),
    () => options({ ...moves, countIncludePad: false }),
  ),
  AdaptiveAvgPool2d: call(() => strict([2, 1])),
};
