/** Calls of metrics. */
import { tensor } from '../../../src/index.js';
import { arg, type Call, call, options, strict } from '../arguments.js';

const logits = () =>
  tensor([
    [0.25, 0.5, 0.75],
    [0.125, 0.375, 0.625],
  ]);
const numbers = arg('numbers');

const scored = call(
  () => numbers([0.25, 0.75]),
  () => strict([0, 1]),
);
const compared = call(
  () => numbers([0.25, 0.75]),
  () => numbers([0, 1]),
);

export const metrics: Record<string, Call> = {
  accuracy: call(
    () => strict(logits()),
    () => strict([0, 1]),
  ),
  topKAccuracy: call(
    () => strict(logits()),
    () => strict([0, 1]),
    () => strict(2),
  ),
  confusionMatrix: call(
    () => strict([1, 0]),
    () => strict([0, 1]),
    () => options({ classes: 2 }),
  ),
  calibration: call(
    () => numbers([0.25, 0.75]),
    () => strict([0, 1]),
    () => options({ bins: 4 }),
  ),
  precisionRecallCurve: scored,
  averagePrecision: scored,
  rocCurve: scored,
  rocAuc: scored,
  meanAbsoluteError: compared,
  rootMeanSquaredError: compared,
  r2Score: compared,
};
