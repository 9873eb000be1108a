/** Tests a gradient at random inputs, with fast-check. */
// biome-ignore lint/suspicious/noTsIgnore: where fast-check is installed there is no error to expect.
/** @ts-ignore: programs without fast-check get `any` for its types, since fast-check is optional. */
import type FastCheck from 'fast-check';
import { kindOf, messageOf, shown } from '../../base/kind.js';
import { type Check, checkOptions, needFunction, numberIn } from '../../base/words.js';
import { ArgumentError, TapegradError, type Tensor } from '../../core.js';
import { checkFunction } from '../gradcheck.js';
import { OPTIONS } from '../terms/settings.js';
import { nameInputs } from '../terms/subject.js';
import type { Checkable, GradcheckOptions } from '../terms/types.js';
import { reproduction } from './reproduction.js';

/** Options of {@link gradientProperty}, in addition to those of `gradcheck`. */
export interface GradientPropertyOptions extends GradcheckOptions {
  /** The number of cases that fast-check generates. Default: fast-check's. */
  readonly numRuns?: number;
  /** fast-check's seed of the cases, as a failure prints it. Default: a new one for each run. */
  readonly propertySeed?: number;
  /** fast-check's path to a failing case, as a failure prints it. */
  readonly path?: string;
}

const OWN: Readonly<Record<Exclude<keyof GradientPropertyOptions, keyof GradcheckOptions>, Check>> = {
  numRuns: numberIn({ least: 1, whole: true }),
  propertySeed: numberIn({ whole: true }),
  path: (op, what, value) => {
    if (typeof value !== 'string' || !/^\d+(:\d+)*$/.test(value))
      throw new ArgumentError(
        op,
        `${what} is numbers with colons, as a failure prints them, got ${shown(value)}`,
      );
  },
};

/**
 * Checks the gradient of `fn` at generated inputs. A failing case is shrunk to a small one. A single case may be
 * vacuous, as a·b is where both are 0. An input whose gradient was zero in every case fails, unless `allow` lists
 * `vacuous`.
 * @throws TapegradError with the report on the smallest failing case and a program that repeats it
 * @example
 * gradientProperty(fc, (a, b) => a.mul(b), any.broadcastShapes(2).chain((shapes) => any.tensors(shapes)));
 */
export function gradientProperty(
  fc: typeof FastCheck,
  fn: Checkable,
  inputs: FastCheck.Arbitrary<Tensor[]>,
  settings: GradientPropertyOptions = {},
): void {
  checkOptions('gradientProperty', settings, { ...OPTIONS, ...OWN });
  needFunction('gradientProperty', fn, 'a function to check after fast-check');
  if (typeof fc?.property !== 'function')
    throw new ArgumentError(
      'gradientProperty',
      `expected fast-check, import fc from 'fast-check', got ${kindOf(fc)}`,
    );
  if (typeof inputs?.generate !== 'function')
    throw new ArgumentError(
      'gradientProperty',
      `expected an arbitrary of lists of tensors, got ${kindOf(inputs)}`,
    );
  const { numRuns, propertySeed, path, ...options } = settings;
  const allow: GradcheckOptions['allow'] = [...(options.allow ?? []), 'vacuous'];
  const idle = new Set<string>();
  const proven = new Set<string>();
  const holds = fc.property(inputs, (tensors) => {
    const report = checkFunction('gradientProperty', fn, tensors, { ...options, allow, blame: false });
    for (const { name, verdict, compared } of report.inputs)
      if (compared > 0) (verdict === 'vacuous' ? idle : proven).add(name);
    return report.ok;
  });
  const parameters = {
    ...(numRuns !== undefined && { numRuns }),
    ...(propertySeed !== undefined && { seed: propertySeed }),
    ...(path !== undefined && { path }),
  };
  const run = fc.check(holds, parameters);
  const unproven = [...idle].filter((name) => !proven.has(name) && !options.allow?.includes('vacuous'));
  if (!run.failed && unproven.length > 0)
    throw new TapegradError(
      `gradientProperty: the gradient of ${unproven.join(', ')} was zero in all ${run.numRuns} cases, which proves nothing; generate inputs that the function responds to, or pass allow: ['vacuous']`,
      'gradientProperty',
    );
  if (!run.failed) return;
  if (!run.counterexample)
    throw new TapegradError(
      `gradientProperty: no case was generated after ${run.numSkips} skips`,
      'gradientProperty',
    );
  const [smallest] = run.counterexample;
  const report = checkFunction('gradientProperty', fn, smallest, { ...options, allow });
  const names = nameInputs(smallest, options.names).map((name) => name.replace(/\W/g, '_'));
  const note = `fast-check seed ${run.seed}, path "${run.counterexamplePath}", ${run.numShrinks} shrinks`;
  const cause = run.errorInstance && report.ok ? `\n${messageOf(run.errorInstance)}` : '';
  throw new TapegradError(
    `${report}${cause}\n\nTo repeat it:\n\n${reproduction(fn, smallest, names, { seed: 0, ...options }, note)}\n`,
    'gradientProperty',
  );
}
