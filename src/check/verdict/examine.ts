/**
 * The examination of one function: is it deterministic, finite and precise; do its slopes agree; is the gradient
 * linear in the cotangent; what does the Taylor remainder say. Everything else in this folder is built on it.
 *
 * Read before: {@link judge.ts}. Read next: {@link gradcheck.ts}.
 */
import {
  GraphError,
  type Node,
  noGrad,
  type Observer,
  observe,
  random,
  type Shape,
  type Tensor,
  withDefaultDtype,
} from '../../index.js';
import { central, largest, slopeError } from '../numeric/closer.js';
import { directionGrids, fullGrids, pullbackOf, type Run } from '../numeric/grids.js';
import { taylorOrder } from '../numeric/taylor.js';
import type { Settings } from '../terms/settings.js';
import { recorded, type Subject, valuesOf } from '../terms/subject.js';
import type { Entry, InputReport, Kink, StepError, Verdict } from '../terms/types.js';
import { diagnose } from './diagnosis.js';
import { type Judged, judge, placeOf } from './judge.js';
import { forwardDiffers, notLinear, type Problem } from './linearity.js';

export interface Examination {
  readonly mode: 'full' | 'directions';
  readonly outputShape: Shape;
  readonly inputs: readonly InputReport[];
  /** What is wrong with the function as a whole, with the verdict it earns. */
  readonly problems: readonly Problem[];
  /** The error of the worst entry of an input over ever smaller steps; the function is run again for it. */
  readonly stepErrors: (input: number) => StepError[];
}

export function examine(subject: Subject, settings: Settings): Examination {
  return asChecked(settings, () => {
    const first = firstRun(subject);
    if ('refused' in first) return withoutValue(tooNarrow([first.refused], settings)!);
    const { narrow, ...run } = first;
    const { output, base } = run;
    const mode = chooseMode(subject, base.length, settings);
    const problem = unfit(subject, output, base) ?? tooNarrow(narrow, settings);
    const empty = { mode, outputShape: output.shape, stepErrors: () => [] };
    if (problem) return { ...empty, inputs: [], problems: [problem] };
    const rng = random(settings.seed).split(subject.title);
    const pull = pullbackOf(subject, output);
    const grids =
      mode === 'full'
        ? fullGrids(subject, run, pull, settings)
        : directionGrids(subject, run, pull, settings, rng.split('directions'));
    const judged = judge(grids, settings);
    const inputs = judged.map((one) => report(one, judged, subject, output.shape, mode, settings));
    const withTaylor = inputs.map((input, i) => ({
      ...input,
      // A kink on the way costs the remainder its order whether or not the gradient is right.
      taylor:
        input.kinks.length > 0 || [...judged[i]!.closer.values()].some(({ beside }) => beside)
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

function withoutValue(problem: Problem): Examination {
  return { mode: 'full', outputShape: [], inputs: [], problems: [problem], stepErrors: () => [] };
}

/** The function's constants take the dtype of the check, and nothing is recorded but where a tape is asked for. */
export function asChecked<T>({ dtype }: Settings, fn: () => T): T {
  return noGrad(() => withDefaultDtype(dtype, fn));
}

/** Runs the function on the tape and notes ops that fall from float64 to float32, which `defineOp` refuses outright. */
function firstRun(subject: Subject): (Run & { narrow: string[] }) | { refused: string } {
  const narrow: string[] = [];
  const sizes = new Map<Node, number>();
  const watcher: Observer = {
    forward(op, inputs, output) {
      // Whatever it returns, an op may compute with numbers of size 1, unless what it is given is smaller.
      const given = Math.max(0, ...inputs.map(({ data }) => largest(data)));
      if (output.node) sizes.set(output.node, Math.max(largest(output.data), Math.min(1, given)));
      if (output.dtype === 'float32' && inputs.some((input) => input.dtype === 'float64'))
        narrow.push(op.name);
    },
  };
  let output: Tensor;
  try {
    output = observe(watcher, () => recorded(subject.run));
  } catch (error) {
    if (error instanceof GraphError && error.op && error.message.includes('returned Float32Array'))
      return { refused: error.op };
    throw error;
  }
  return { output, base: output.data.slice(), sizes, narrow };
}

function chooseMode({ leaves }: Subject, outputs: number, { mode, order }: Settings): 'full' | 'directions' {
  if (mode !== 'auto') return mode;
  const inputs = leaves.reduce((sum, leaf) => sum + leaf.size, 0);
  return inputs <= 256 && inputs * outputs <= (order > 1 ? 4096 : 16_384) ? 'full' : 'directions';
}

/** A function without one finite value has no gradient to check. */
function unfit(subject: Subject, output: Tensor, base: ArrayLike<number>): Problem | null {
  const again = valuesOf(subject);
  if (again.length !== base.length)
    return {
      verdict: 'not deterministic',
      message: `two runs of ${subject.title} on the same inputs gave ${base.length} and ${again.length} numbers; what the inputs' values decide must not change from run to run`,
    };
  let worst = -1;
  for (let i = 0; i < base.length; i++)
    if (
      !Object.is(base[i], again[i]) &&
      !(Math.abs(base[i]! - again[i]!) <= Math.abs(base[worst]! - again[worst]!))
    )
      worst = i;
  if (worst >= 0)
    return {
      verdict: 'not deterministic',
      message: `two runs of ${subject.title} on the same inputs gave ${base[worst]} and ${again[worst]} at output ${place(worst, output.shape)}. Seed what it draws inside the function, or switch dropout off with model.eval()`,
    };
  const bad = Array.from(base).findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    return {
      verdict: 'not finite',
      message: `${subject.title} is ${base[bad]} at output ${place(bad, output.shape)} before any gradient was taken; choose inputs inside its domain. detectAnomaly() names the op`,
    };
  return null;
}

function tooNarrow(narrow: readonly string[], { dtype }: Settings): Problem | null {
  if (dtype === 'float32' || narrow.length === 0) return null;
  const names = [...new Set(narrow)].join(', ');
  return {
    verdict: 'precision',
    message: `${names} returned float32 for float64 inputs, so finite differences drown in rounding. Let its forward allocate the dtype of its input (data.slice() does), or check with { dtype: 'float32' }, which cannot see errors below about 4e-3`,
  };
}

/** Everything there is to say about one input. */
function report(
  judged: Judged,
  all: readonly Judged[],
  subject: Subject,
  outputShape: Shape,
  mode: 'full' | 'directions',
  settings: Settings,
): InputReport {
  const { grid, findings, vacuous } = judged;
  const leaf = subject.leaves[grid.input]!;
  const failures: Entry[] = [];
  const kinks: Kink[] = [];
  const wrong = new Set<number>();
  for (const [at, finding] of findings.entries()) {
    if (finding === 'right') continue;
    const kind = judged.closer.get(at)?.kind ?? 'smooth';
    if (kind !== 'smooth') kinks.push(kinkAt(judged, at, kind, leaf.shape, outputShape, mode));
    if (finding === 'wrong' || finding === 'not finite' || finding === 'noisy')
      failures.push(entryAt(judged, at, leaf.shape, outputShape, mode));
    if (finding === 'wrong') wrong.add(at % grid.probes);
  }
  failures.sort((a, b) => excess(b) - excess(a));
  const verdict: Verdict = findings.includes('wrong')
    ? 'wrong'
    : findings.includes('not finite')
      ? 'not finite'
      : findings.includes('noisy')
        ? 'precision'
        : kinks.length > 0
          ? 'kink'
          : vacuous
            ? 'vacuous'
            : 'correct';
  const scene = {
    grid,
    input: leaf.shape,
    output: outputShape,
    full: mode === 'full',
    all: all.map((other) => ({
      name: subject.names[other.grid.input]!,
      shape: subject.leaves[other.grid.input]!.shape,
      grid: other.grid,
    })),
  };
  return {
    name: subject.names[grid.input]!,
    position: grid.input,
    shape: leaf.shape,
    verdict,
    compared: findings.length,
    wrongElements: wrong.size,
    worst: failures[0] ?? worstEntry(judged, leaf.shape, outputShape, mode, settings),
    failures: failures.slice(0, 5),
    kinks,
    taylor: null,
    diagnosis: verdict === 'wrong' && settings.blame ? diagnose(scene) : [],
    analytic: mode === 'full' ? grid.analytic : null,
    numeric: mode === 'full' ? grid.numeric : null,
  };
}

/** The entry with the largest gap although all is well, with the error of its difference from a closer look. */
function worstEntry(
  judged: Judged,
  shape: Shape,
  output: Shape,
  mode: string,
  settings: Settings,
): Entry | null {
  const { grid } = judged;
  const at = largestGap(judged);
  if (at < 0) return null;
  const entry = entryAt(judged, at, shape, output, mode);
  if (judged.closer.has(at)) return entry;
  const [row, probe] = [Math.floor(at / grid.probes), at % grid.probes];
  const error = slopeError(placeOf(grid, probe, settings), row);
  return Number.isFinite(error) ? { ...entry, numericError: error } : entry;
}

/** The wrong entry with the largest gap; if none is wrong, the right one; −1 if every entry sits on a kink. */
function largestGap({ grid: { analytic, numeric }, findings }: Judged): number {
  const sought = findings.includes('wrong') ? 'wrong' : 'right';
  let at = -1;
  let largest = -1;
  for (let i = 0; i < analytic.length; i++) {
    const gap = Math.abs(analytic[i]! - numeric[i]!);
    if (gap > largest && findings[i] === sought) {
      largest = gap;
      at = i;
    }
  }
  return at;
}

const excess = (entry: Entry): number => (Number.isNaN(entry.absolute) ? Infinity : entry.absolute);

function entryAt(
  { grid, closer, slack }: Judged,
  at: number,
  shape: Shape,
  output: Shape,
  mode: string,
): Entry {
  const analytic = grid.analytic[at]!;
  const numeric = grid.numeric[at]!;
  const [row, probe] = [Math.floor(at / grid.probes), at % grid.probes];
  const absolute = Math.abs(analytic - numeric);
  return {
    index: mode === 'full' ? unravel(probe, shape) : [probe],
    output: mode === 'full' ? unravel(row, output) : null,
    analytic,
    numeric,
    absolute,
    relative: absolute === 0 ? 0 : absolute / Math.max(Math.abs(analytic), Math.abs(numeric)),
    numericError: closer.get(at)?.error ?? slack(row, probe),
  };
}

function kinkAt(
  judged: Judged,
  at: number,
  kind: Kink['kind'],
  shape: Shape,
  output: Shape,
  mode: string,
): Kink {
  const { left, right } = judged.closer.get(at)!;
  const accepted = judged.findings[at] === 'corner' || judged.findings[at] === 'edge';
  return { ...entryAt(judged, at, shape, output, mode), left, right, kind, accepted };
}

/** The V of truncation against rounding, at the entry that is worst. */
function stepErrors(judged: Judged, { roundoff }: Settings): StepError[] {
  const { grid } = judged;
  const at = largestGap(judged);
  if (at < 0) return [];
  const [row, probe] = [Math.floor(at / grid.probes), at % grid.probes];
  const curve: StepError[] = [];
  for (let step = 0.5; step > roundoff * 4; step /= 2) {
    const slope = central(grid.line(probe), grid.base(probe), step).slope[row]!;
    if (Number.isFinite(slope)) curve.push({ step, error: Math.abs(slope - grid.analytic[at]!) });
  }
  return curve;
}

/** Flat position n as an index. */
export function unravel(n: number, shape: Shape): number[] {
  const index: number[] = [];
  let rest = n;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

const place = (n: number, shape: Shape): string => `[${unravel(n, shape).join(', ')}]`;
