/**
 * Reports the judged slopes of one input as an {@link InputReport}: the worst entry, the failures and the kinks. It
 * also measures the error of the worst entry with other steps.
 */
import { unravel } from '../../base/shape.js';
import type { Shape } from '../../core.js';
import { slopeError } from '../numeric/closer.js';
import { centralDifference } from '../numeric/differences.js';
import { type Grid, neighbourhoodOf } from '../numeric/grids.js';
import type { Settings } from '../terms/settings.js';
import type { Subject } from '../terms/subject.js';
import type { Entry, InputReport, Kink, StepError } from '../terms/types.js';
import type { Verdict } from '../terms/verdicts.js';
import { diagnose } from './diagnosis.js';
import type { JudgedGrid } from './judge.js';

/** The report on one input, without the Taylor test. */
export function inputReport(
  judged: JudgedGrid,
  all: readonly JudgedGrid[],
  subject: Subject,
  outputShape: Shape,
  mode: 'full' | 'directions',
  settings: Settings,
): InputReport {
  const { grid, verdicts, vacuous } = judged;
  const leaf = subject.leaves[grid.input]!;
  const failures: Entry[] = [];
  const kinks: Kink[] = [];
  const wrong = new Set<number>();
  for (const [at, found] of verdicts.entries()) {
    if (found === 'right') continue;
    const kind = judged.estimates.get(at)?.kind ?? 'smooth';
    if (kind !== 'smooth') kinks.push(kinkAt(judged, at, kind, leaf.shape, outputShape, mode));
    if (found === 'wrong' || found === 'not finite' || found === 'noisy')
      failures.push(entryAt(judged, at, leaf.shape, outputShape, mode));
    if (found === 'wrong') wrong.add(placeOf(at, grid)[1]);
  }
  failures.sort((a, b) => excess(b) - excess(a));
  const verdict: Verdict = verdicts.includes('wrong')
    ? 'wrong'
    : verdicts.includes('not finite')
      ? 'not finite'
      : verdicts.includes('noisy')
        ? 'precision'
        : kinks.length > 0
          ? 'kink'
          : vacuous
            ? 'vacuous'
            : 'correct';
  const mismatch = {
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
    compared: verdicts.length,
    wrongElements: wrong.size,
    worst: failures[0] ?? worstEntry(judged, leaf.shape, outputShape, mode, settings),
    failures: failures.slice(0, 5),
    kinks,
    taylor: null,
    diagnosis: verdict === 'wrong' && settings.blame ? diagnose(mismatch) : [],
    analytic: mode === 'full' ? grid.analytic : null,
    numeric: mode === 'full' ? grid.numeric : null,
  };
}

/** The entry with the largest error where no entry fails; a closer look estimates the error of its difference. */
function worstEntry(
  judged: JudgedGrid,
  shape: Shape,
  output: Shape,
  mode: string,
  settings: Settings,
): Entry | null {
  const { grid } = judged;
  const at = largestGap(judged);
  if (at < 0) return null;
  const entry = entryAt(judged, at, shape, output, mode);
  if (judged.estimates.has(at)) return entry;
  const [row, probe] = placeOf(at, grid);
  const error = slopeError(neighbourhoodOf(grid, probe, settings), row);
  return Number.isFinite(error) ? { ...entry, numericError: error } : entry;
}

/** The position of the wrong entry with the largest error; if none is wrong, of the right one; −1 without either. */
function largestGap({ grid: { analytic, numeric }, verdicts }: JudgedGrid): number {
  const sought = verdicts.includes('wrong') ? 'wrong' : 'right';
  let at = -1;
  let largest = -1;
  for (let i = 0; i < analytic.length; i++) {
    const gap = Math.abs(analytic[i]! - numeric[i]!);
    if (gap > largest && verdicts[i] === sought) {
      largest = gap;
      at = i;
    }
  }
  return at;
}

/** The row and the probe of entry `at` of a grid. */
const placeOf = (at: number, { probes }: Grid): [row: number, probe: number] => [
  Math.floor(at / probes),
  at % probes,
];

/** The error by which failures are sorted; NaN counts as infinite. */
const excess = (entry: Entry): number => (Number.isNaN(entry.absolute) ? Infinity : entry.absolute);

function entryAt(
  { grid, estimates, slack }: JudgedGrid,
  at: number,
  shape: Shape,
  output: Shape,
  mode: string,
): Entry {
  const analytic = grid.analytic[at]!;
  const numeric = grid.numeric[at]!;
  const [row, probe] = placeOf(at, grid);
  const absolute = Math.abs(analytic - numeric);
  return {
    index: mode === 'full' ? unravel(probe, shape) : [probe],
    output: mode === 'full' ? unravel(row, output) : null,
    analytic,
    numeric,
    absolute,
    relative: absolute === 0 ? 0 : absolute / Math.max(Math.abs(analytic), Math.abs(numeric)),
    numericError: estimates.get(at)?.error ?? slack(row, probe),
  };
}

function kinkAt(
  judged: JudgedGrid,
  at: number,
  kind: Kink['kind'],
  shape: Shape,
  output: Shape,
  mode: string,
): Kink {
  const { left, right } = judged.estimates.get(at)!;
  const accepted = judged.verdicts[at] === 'corner' || judged.verdicts[at] === 'edge';
  return { ...entryAt(judged, at, shape, output, mode), left, right, kind, accepted };
}

/** The error of the worst entry for steps from ½ down to rounding: large for wide and for narrow steps. */
export function stepErrors(judged: JudgedGrid, { roundoff }: Settings): StepError[] {
  const { grid } = judged;
  const at = largestGap(judged);
  if (at < 0) return [];
  const [row, probe] = placeOf(at, grid);
  const curve: StepError[] = [];
  for (let step = 0.5; step > roundoff * 4; step /= 2) {
    const slope = centralDifference(grid.perturbed(probe), grid.base(probe), step).slope[row]!;
    if (Number.isFinite(slope)) curve.push({ step, error: Math.abs(slope - grid.analytic[at]!) });
  }
  return curve;
}
