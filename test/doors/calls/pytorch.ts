/** Calls of the translation to and from PyTorch. */

import { random, zeros } from '../../../src/index.js';
import { Linear, type Module, Sequential } from '../../../src/nn/index.js';
import { type Call, call, options, strict } from '../arguments.js';

const model = (): Module => new Sequential(new Linear(3, 2, { rng: random(0) }));
const names = { '0.bias': '0.offset' };

export const pytorch: Record<string, Call> = {
  toPyTorch: call(
    () => strict(model()),
    () => options({ names }),
  ),
  fromPyTorch: call(
    () => strict(model()),
    () => strict({ '0.weight': zeros([2, 3]) }),
    () => options({ names }),
  ),
};
