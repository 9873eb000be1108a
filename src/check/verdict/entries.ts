/** X */
import type { Shape } from '../../index.js';
import { slopeError } from '../numeric/closer.js';
import { central } from '../numeric/differences.js';
import { placeOf } from '../numeric/grids.js';
import { unravel } from '../terms/positions.js';
import type { Settings } from '../terms/settings.js';
import type { Subject } from '../terms/subject.js';
import type { Entry, InputReport, Kink, StepError } from '../terms/types.js';
import type { Verdict } from '../terms/verdicts.js';
import { diagnose } from './diagnosis.js';
import type { Judged } from './judge.js';

/** Everything there is to say about one input. */
export function report(
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
export function stepErrors(judged: Judged, { roundoff }: Settings): StepError[] {
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
