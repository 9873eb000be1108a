/**
 * Examines one function, one check after another: whether it is deterministic, finite and precise, whether its slopes
 * agree, whether the gradient is linear in the cotangent, and what the Taylor test says.
 *
 * Previous: src/check/verdict/judge.ts · Next: src/check/gradcheck.ts
 */
import { noGrad, random, type Shape, withDefaultDtype } from '../../core.js';
import { directionGrids, fullGrids } from '../numeric/grids.js';
import { pullbackOf } from '../numeric/pullback.js';
import { taylorOrder } from '../numeric/taylor.js';
import type { Settings } from '../terms/settings.js';
import type { Subject } from '../terms/subject.js';
import type { InputReport, StepError } from '../terms/types.js';
import type { Problem } from '../terms/verdicts.js';
import { inputReport, stepErrors } from './entries.js';
import { firstRun, tooNarrow, unfit } from './first-run.js';
import { judgeGrids } from './judge.js';
import { forwardDiffers, notLinear } from './linearity.js';

/** What the examination of one function found. */
export interface Findings {
  readonly mode: 'full' | 'directions';
  readonly outputShape: Shape;
  readonly inputs: readonly InputReport[];
  /** What is wrong with the function as a whole, with the verdict on it. */
  readonly problems: readonly Problem[];
  /** The error of the worst entry of an input over ever smaller steps. Runs the function again. */
  readonly stepErrors: (input: number) => StepError[];
}

/** Examines a function at the values of its leaves. */
export function examine(subject: Subject, settings: Settings): Findings {
  return asChecked(settings, () => {
    const first = firstRun(subject);
    if ('refused' in first) return withoutValue(tooNarrow([first.refused], settings)!);
    const { narrow, ...run } = first;
    const { output, base } = run;
    const mode = chooseMode(subject, base.length, settings);
    const problem = unfit(subject, output, base) ?? tooNarrow(narrow, settings);
    const empty = { mode, outputShape: output.shape, stepErrors: () => [] };
    if (problem) return { ...empty, inputs: [], problems: [problem] };
    const rng = random(settings.seed).split(subject.stream);
    const pull = pullbackOf(subject, output);
    const grids =
      mode === 'full'
        ? fullGrids(subject, run, pull, settings)
        : directionGrids(subject, run, pull, settings, rng.split('directions'));
    const judged = judgeGrids(grids, settings);
    const inputs = judged.map((one) => inputReport(one, judged, subject, output.shape, mode, settings));
    const withTaylor = inputs.map((input, i) => ({
      ...input,
      // A kink near x changes the order of the remainder, whether or not the gradient is right.
      taylor:
        input.kinks.length > 0 || [...judged[i]!.estimates.values()].some(({ beside }) => beside)
          ? null
          : taylorOrder(subject, i, base, pull, settings, rng.split(`taylor ${i}`)),
    }));
    const problems = [
      ...notLinear(subject, output, pull, judged, settings, rng.split('linear')),
      ...(settings.jvp ? forwardDiffers(subject, settings, rng.split('jvp')) : []),
    ];
    return {
      ...empty,
      inputs: withTaylor,
      problems,
      stepErrors: (i) => asChecked(settings, () => stepErrors(judged[i]!, settings)),
    };
  });
}

/** The findings on a function that threw an error instead of returning values. */
function withoutValue(problem: Problem): Findings {
  return { mode: 'full', outputShape: [], inputs: [], problems: [problem], stepErrors: () => [] };
}

/** Runs `fn` with the dtype of the check as default for constants, and with recording off. */
export function asChecked<T>({ dtype }: Settings, fn: () => T): T {
  return noGrad(() => withDefaultDtype(dtype, fn));
}

/** Resolves `auto`: `full` for few entries, `directions` for many. */
function chooseMode({ leaves }: Subject, outputs: number, { mode, order }: Settings): 'full' | 'directions' {
  if (mode !== 'auto') return mode;
  const inputs = leaves.reduce((sum, leaf) => sum + leaf.size, 0);
  return inputs <= 256 && inputs * outputs <= (order > 1 ? 4096 : 16_384) ? 'full' : 'directions';
}
