/** Validates the options of a check and fills in the defaults. */
import { cbrt } from '../../base/elementary/index.js';
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

/** Validates the options and fills in the defaults. `op` is the public function that was called. @throws ArgumentError for an option outside its range */
export function settingsFrom(op: string, options: GradcheckOptions): Settings {
  const { order = 1, dtype = 'float64', directions = 3, mode = 'auto', allow = [] } = options;
  const wrong = (what: string): never => {
    throw new ArgumentError(op, what);
  };
  if (!(dtype in ROUNDOFF)) wrong(`dtype is 'float64' or 'float32', got ${String(dtype)}`);
  if (!MODES.includes(mode)) wrong(`mode is one of ${MODES.join(', ')}, got ${String(mode)}`);
  for (const verdict of allow)
    if (!SEVERITY.includes(verdict))
      wrong(`allow lists verdicts, of which ${String(verdict)} is none; they are ${SEVERITY.join(', ')}`);
  if (!Number.isInteger(order) || order < 1) wrong(`order is a whole number from 1, got ${order}`);
  if (!Number.isInteger(directions) || directions < 1)
    wrong(`directions is a whole number from 1, got ${directions}`);
  for (const key of ['relative', 'absolute', 'eps'] as const) {
    const value = options[key];
    if (value !== undefined && !(value >= 0 && Number.isFinite(value)))
      wrong(`${key} is a finite number ≥ 0, got ${value}`);
  }
  if (options.eps !== undefined && 1 + options.eps <= 1 + ROUNDOFF[dtype])
    wrong(
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
