/** Validates the options of a check and fills in the defaults. */
import { cbrt } from '../../base/elementary/index.js';
import { kindOf, shown } from '../../base/kind.js';
import { type Check, checkOptions, needFlag, needNumber, numberIn, oneOf } from '../../base/words.js';
import { ArgumentError, type Dtype } from '../../core.js';
import type { GradcheckOptions } from './types.js';
import { SEVERITY, type Verdict } from './verdicts.js';

/** The options of a check with their defaults filled in: see {@link GradcheckOptions}. */
export interface Settings {
  readonly order: number;
  readonly seed: number | string;
  readonly mode: 'full' | 'directions' | 'auto';
  readonly directions: number;
  readonly relative: number;
  /** Null if it is derived for each output from the output's rounding and largest slope. */
  readonly absolute: number | null;
  readonly eps: number;
  readonly dtype: Dtype;
  /** Half the distance from 1 to the next larger number; u in formulas. */
  readonly roundoff: number;
  readonly allow: ReadonlySet<Verdict>;
  readonly jvp: boolean;
  readonly blame: boolean;
}

const MODES: readonly Settings['mode'][] = ['full', 'directions', 'auto'];

const ROUNDOFF = { float32: 2 ** -24, float64: 2 ** -53 } as const;

/**
 * The default step of a central difference, ∛(3u). For a function of ordinary curvature this step balances the two
 * errors, truncation h²f‴/6 and rounding u·f/h.
 * @see Numerical Recipes, 3rd ed., 5.7
 */
export function defaultStep(dtype: Dtype): number {
  return cbrt(3 * ROUNDOFF[dtype]);
}

/** The options of a check, each with what its value may be. */
export const OPTIONS: Readonly<Record<keyof GradcheckOptions, Check>> = {
  order: numberIn({ least: 1, whole: true }),
  seed: needSeed,
  names: needNames,
  mode: oneOf(MODES),
  directions: numberIn({ least: 1, whole: true }),
  relative: numberIn({ least: 0, finite: true }),
  absolute: numberIn({ least: 0, finite: true }),
  eps: numberIn({ least: 0, finite: true }),
  dtype: oneOf(Object.keys(ROUNDOFF)),
  allow: needVerdicts,
  jvp: needFlag,
  blame: needFlag,
};

function needSeed(op: string, what: string, value: unknown): void {
  if (typeof value !== 'string') needNumber(op, what, value, { finite: true });
}

function needNames(op: string, what: string, value: unknown): void {
  if (!Array.isArray(value) || value.some((name) => typeof name !== 'string'))
    throw new ArgumentError(op, `${what} are strings in a list, one for each input, got ${kindOf(value)}`);
}

function needVerdicts(op: string, what: string, value: unknown): void {
  if (!Array.isArray(value))
    throw new ArgumentError(op, `${what} is a list of verdicts, got ${shown(value)}`);
  for (const verdict of value)
    if (!SEVERITY.includes(verdict))
      throw new ArgumentError(
        op,
        `${what} lists verdicts, of which ${shown(verdict)} is none; they are ${SEVERITY.join(', ')}`,
      );
}

/**
 * Validates the options of a check and fills in the defaults.
 * @param op the function that was called, which errors begin with
 * @param own the checks of options that only this function has
 * @throws ArgumentError for an option that does not exist, or outside its range
 */
export function settingsFrom(
  op: string,
  options: GradcheckOptions,
  own: Readonly<Record<string, Check | null>> = {},
): Settings {
  checkOptions(op, options, { ...OPTIONS, ...own });
  const { order = 1, dtype = 'float64', directions = 3, mode = 'auto', allow = [] } = options;
  if (options.eps !== undefined && 1 + options.eps <= 1 + ROUNDOFF[dtype])
    throw new ArgumentError(
      op,
      `eps ${options.eps} is so small that x + eps is x; the default is ${defaultStep(dtype).toExponential(0)}`,
    );
  return {
    order,
    dtype,
    directions,
    seed: options.seed ?? 0,
    mode,
    relative: options.relative ?? (dtype === 'float64' ? 1e-6 : 4e-3),
    absolute: options.absolute ?? null,
    eps: options.eps ?? defaultStep(dtype),
    roundoff: ROUNDOFF[dtype],
    allow: new Set(allow),
    jvp: options.jvp ?? order > 1,
    blame: options.blame ?? true,
  };
}
