/**
 * Judges the slopes: which entries of a grid differ by more than the differences' own error can explain.
 *
 * Previous: src/check/numeric/differences.ts · Next: src/check/verdict/examine.ts
 */
import { lookCloser } from '../numeric/closer.js';
import { type Grid, neighbourhoodOf } from '../numeric/grids.js';
import type { SlopeEstimate } from '../numeric/samples.js';
import { largest } from '../numeric/vectors.js';
import { defaultStep, type Settings } from '../terms/settings.js';
import type { EntryVerdict } from '../terms/verdicts.js';
import { takeApart } from './corners.js';

/** A grid with the verdict on every entry. */
export interface JudgedGrid {
  readonly grid: Grid;
  readonly verdicts: readonly EntryVerdict[];
  /** What the closer look found, by the position of the entry in the grid. */
  readonly estimates: ReadonlyMap<number, SlopeEstimate>;
  /** Every slope is zero to within the rounding of f, from both sides. */
  readonly vacuous: boolean;
  /** What an entry may differ by, besides its relative share. */
  readonly slack: (row: number, probe: number) => number;
}

/** How many failing probes of one input get the closer look: a gradient that is wrong everywhere needs no more. */
const MOST_FAILING = 256;

/** The distance between the numbers next to 0, where rounding is no longer relative. */
const SMALLEST = { float32: 2 ** -149, float64: Number.MIN_VALUE } as const;

/** Judges the grids of all inputs; replaces a central difference by the better estimate where a closer look was taken. */
export function judgeGrids(grids: readonly Grid[], settings: Settings): JudgedGrid[] {
  const scales = rowScales(grids);
  // Rules round as well, by the size of their terms; with the digits of float32 that shows.
  const rounding = settings.dtype === 'float32' ? 8 * settings.roundoff * largest(scales) : 0;
  return grids.map((grid) => judgeGrid(grid, scales, rounding, settings));
}

/**
 * The largest slope of every output on which both sides agree, roughly: min(|analytic|, |numeric|), so that a
 * runaway on one side does not excuse the rest.
 */
function rowScales(grids: readonly Grid[]): Float64Array {
  const scales = new Float64Array(Math.max(0, ...grids.map((grid) => grid.rows)));
  for (const { rows, probes, analytic, numeric } of grids)
    for (let m = 0; m < rows; m++)
      for (let at = m * probes; at < (m + 1) * probes; at++) {
        const size = Math.min(Math.abs(analytic[at]!), Math.abs(numeric[at]!));
        if (size > scales[m]!) scales[m] = size;
      }
  return scales;
}

function judgeGrid(grid: Grid, scales: Float64Array, ruleRounding: number, settings: Settings): JudgedGrid {
  const { rows, probes, analytic, numeric, bend } = grid;
  const { relative, absolute, roundoff } = settings;
  // A step below the usual one drowns in rounding; that shall not excuse a gradient, but lead to the closer look.
  const eps = Math.max(settings.eps, defaultStep(settings.dtype));
  // f is known to about 8 roundings, so a difference over a step h to 8·u·|f|/h.
  const rounding = (m: number, n: number): number =>
    ((8 * (roundoff * grid.size[m * probes + n]! + SMALLEST[settings.dtype])) / grid.step(n)) *
    (settings.eps / eps);
  const slack = (m: number, n: number): number =>
    absolute ?? 1e-3 * relative * scales[m]! + rounding(m, n) + ruleRounding;
  const verdicts = new Array<EntryVerdict>(rows * probes).fill('right');
  const estimates = new Map<number, SlopeEstimate>();
  let vacuous = rows * probes > 0;
  let failing = 0;
  for (let n = 0; n < probes; n++) {
    let looks: SlopeEstimate[] | undefined;
    let fails = false;
    for (let m = 0; m < rows; m++) {
      const at = m * probes + n;
      const a = analytic[at]!;
      const d = numeric[at]!;
      const size = Math.max(Math.abs(a), Math.abs(d));
      const room = rounding(m, n);
      const agrees = Math.abs(a - d) <= relative * size + slack(m, n);
      const straight = Math.abs(bend[at]!) <= 1e-3 * Math.max(size, scales[m]!) + 8 * room;
      let flat = size <= room;
      if (!(agrees && straight)) {
        if (!Number.isFinite(a)) verdicts[at] = 'not finite';
        else if (looks || failing < MOST_FAILING) {
          looks ??= lookCloser(neighbourhoodOf(grid, n, { eps, roundoff }));
          const look = looks[m]!;
          estimates.set(at, look);
          if (Number.isFinite(look.slope)) numeric[at] = look.slope;
          // Where both agreed already, the look was for kinks only.
          if (!(agrees && look.kind === 'smooth'))
            verdicts[at] = judgeEntry(a, look, relative, slack(m, n), scales[m]!);
          if (look.kind === 'corner' && grid.parts)
            verdicts[at] = takeApart(grid.parts, n, { relative, eps, slack: slack(m, n) }, (part) => {
              const [alone] = lookCloser({
                ...neighbourhoodOf(grid, n, { eps, roundoff }),
                ...part,
                base: grid.base(n),
              });
              return {
                ...alone!,
                verdict: judgeEntry(part.analytic, alone!, relative, slack(m, n), scales[m]!),
              };
            });
          flat = Math.max(Math.abs(a), Math.abs(look.slope) - look.error) <= room;
        } else if (!agrees) verdicts[at] = 'wrong';
      }
      if (!flat) vacuous = false;
      if (verdicts[at] === 'wrong') fails = true;
    }
    if (fails) failing++;
  }
  return { grid, verdicts, estimates, vacuous, slack };
}

/** The verdict on one entry after the closer look. */
function judgeEntry(
  a: number,
  look: SlopeEstimate,
  relative: number,
  slack: number,
  scale: number,
): EntryVerdict {
  const { slope, error, left, right, kind } = look;
  if (Number.isNaN(slope)) return 'not finite';
  if (kind === 'jump') return 'jump';
  const size = Math.max(Math.abs(a), Math.abs(slope));
  const off = Math.abs(a - slope);
  if (kind === 'edge') return off <= 1e-3 * size + slack + 4 * error ? 'edge' : 'wrong';
  if (kind === 'corner')
    return between(a, left, right, relative * size + slack + 4 * error) ? 'corner' : 'wrong';
  if (off <= relative * size + slack) return 'right';
  if (off > relative * size + slack + 4 * error) return 'wrong';
  if (look.negligible) return 'right';
  return 4 * error > 0.01 * Math.max(size, scale) ? 'noisy' : 'right';
}

/** Whether a value lies between two others, or at most `room` outside. */
export function between(value: number, one: number, other: number, room: number): boolean {
  return value >= Math.min(one, other) - room && value <= Math.max(one, other) + room;
}
