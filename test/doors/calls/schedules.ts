/** Calls of schedules. */
import { type Call, call, options, settings, strict } from '../arguments.js';

const lengths = (more: object = {}): Call =>
  call(
    () => strict(0.1),
    () => settings({ steps: 5, ...more }, { steps: 'strict' }),
  );

export const schedules: Record<string, Call> = {
  stepDecay: call(
    () => strict(0.1),
    () => settings({ every: 5, gamma: 0.5 }, { every: 'strict' }),
  ),
  multiStep: call(
    () => strict(0.1),
    () => settings({ milestones: [2, 5], gamma: 0.5 }, { milestones: 'strict' }),
  ),
  exponential: call(
    () => strict(0.1),
    () => settings({ gamma: 0.5 }, { gamma: 'strict' }),
  ),
  linear: call(
    () => strict(0.1),
    () => strict(0.2),
    () => settings({ steps: 5 }, { steps: 'strict' }),
  ),
  polynomial: lengths({ power: 2, min: 0.01 }),
  cosine: lengths({ min: 0.01 }),
  cosineRestarts: lengths({ growth: 2, min: 0.01 }),
  oneCycle: lengths({ pctStart: 0.5, divFactor: 5, finalDivFactor: 100 }),
  warmUp: call(
    () => strict(5),
    () => strict(0.1),
    () => options({ from: 0.01 }),
  ),
  sequence: call(() => strict([[5, 0.1]])),
};
