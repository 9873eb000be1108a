/** A property test of a gradient in one line. Read before: {@link arbitraries.ts}. */
import type FastCheck from 'fast-check';
import type { Tensor } from '../index.js';
import { gradcheck } from './gradcheck.js';
import { reproduction } from './reproduction.js';
import { nameInputs } from './settings.js';
import type { Checkable, GradcheckOptions } from './types.js';

/** `numRuns`, `seed` and `path` are fast-check's; the rest are {@link gradcheck}'s. */
export interface GradientPropertyOptions extends GradcheckOptions {
  readonly numRuns?: number;
  readonly propertySeed?: number;
  readonly path?: string;
}

/**
 * Checks the gradient of `fn` at generated inputs. A failure is shrunk to a small case and thrown together with a
 * program that repeats it.
 * @example
 * gradientProperty(fc, (a, b) => a.mul(b), any.broadcastShapes(2).chain((shapes) => any.tensors(shapes)));
 */
export function gradientProperty(
  fc: typeof FastCheck,
  fn: Checkable,
  inputs: FastCheck.Arbitrary<Tensor[]>,
  { numRuns, propertySeed, path, ...options }: GradientPropertyOptions = {},
): void {
  const holds = fc.property(inputs, (tensors) => gradcheck(fn, tensors, { ...options, blame: false }).ok);
  const parameters = {
    ...(numRuns !== undefined && { numRuns }),
    ...(propertySeed !== undefined && { seed: propertySeed }),
    ...(path !== undefined && { path }),
  };
  const run = fc.check(holds, parameters);
  if (!run.failed) return;
  if (!run.counterexample)
    throw new Error(`gradientProperty: no case was generated after ${run.numSkips} skips`);
  const [smallest] = run.counterexample;
  const report = gradcheck(fn, smallest, options);
  const names = nameInputs(smallest, options.names).map((name) => name.replace(/\W/g, '_'));
  const note = `fast-check seed ${run.seed}, path "${run.counterexamplePath}", ${run.numShrinks} shrinks`;
  const cause = run.errorInstance instanceof Error && report.ok ? `\n${run.errorInstance.message}` : '';
  throw new Error(
    `${report}${cause}\n\nTo repeat it:\n\n${reproduction(fn, smallest, names, options, note)}\n`,
  );
}
