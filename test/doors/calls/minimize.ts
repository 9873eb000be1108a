/** Calls of what minimises. */
import { type Tensor, tensor } from '../../../src/index.js';
import { arg, type Call, call, options, strict } from '../arguments.js';

export const minimisers: Record<string, Call> = {
  minimize: call(
    () => strict((x: Tensor) => x.square().sum()),
    () => arg('shown')(tensor([1, 2])),
    () =>
      options({
        bounds: { lower: -1 },
        maxSteps: 5,
        maxEvaluations: 9,
        gradientTolerance: 1e-3,
        valueTolerance: 1e-3,
        stepTolerance: 1e-3,
        memory: 3,
        callback: () => true,
      }),
  ),
  standardErrors: call(
    () =>
      strict(
        tensor([
          [2, 1],
          [1, 2],
        ]),
      ),
    () => options({ scale: 2 }),
  ),
};
