/**
 * Judges slopes: finds the entries of a grid that differ by more than the error of the differences can explain.
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
  /** One for each entry, in the order of the grid. */
  readonly verdicts: readonly EntryVerdict[];
  /** The results of closer looks, by the position of the entry in the grid. */
  readonly estimates: ReadonlyMap<number, SlopeEstimate>;
  /** Whether every slope is zero up to the rounding of f, from backward() and from differences. */
  readonly vacuous: boolean;
  /** The accepted absolute error of an entry. */
  readonly slack: (row: number, probe: number) => number;
}

/** The largest number of failing probes of one input that get a closer look. More would not change the verdict. */
const MOST_FAILING = 256;

/** The smallest number above 0. Next to 0, rounding is of this size and no longer relative. */
const SMALLEST = { float32: 2 ** -149, float64: Number.MIN_VALUE } as const;

/** Judges the grids of all inputs. Where it looks closer, it replaces the central difference by the better estimate. */
export function judgeGrids(grids: readonly Grid[], settings: Settings): JudgedGrid[] {
  const scales = rowScales(grids);
  // Rules round, too, in proportion to their terms. In float32 this rounding is visible.
  const rounding = settings.dtype === 'float32' ? 8 * settings.roundoff * largest(scales) : 0;
  return grids.map((grid) => judgeGrid(grid, scales, rounding, settings));
}

/**
 * The largest slope of every output, where the slope of an entry counts as min(|analytic|, |numeric|): one wrong entry
 * that is huge must not raise the accepted error of the others.
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

/** Judges one grid. Entries that disagree, or whose slopes to both sides differ, get a closer look. */
function judgeGrid(grid: Grid, scales: Float64Array, ruleRounding: number, settings: Settings): JudgedGrid {
  const { rows, probes, analytic, numeric, bend, restrict } = grid;
  const { relative, absolute, roundoff } = settings;
  // With a smaller step than the default, rounding is larger. This must lead to the closer look, not excuse a gradient.
  const eps = Math.max(settings.eps, defaultStep(settings.dtype));
  // f is accurate to about 8 roundings, so the slope over a step h is accurate to 8·u·|f|/h.
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
          // If gradient and difference agree, only a kink can change the verdict.
          if (!(agrees && look.kind === 'smooth'))
            verdicts[at] = judgeEntry(a, look, relative, slack(m, n), scales[m]!);
          if (look.kind === 'corner' && restrict)
            verdicts[at] = takeApart(
              grid.elements,
              (from, to) => restrict(n, from, to),
              { relative, eps, slack: slack(m, n) },
              (part) => {
                const here = neighbourhoodOf(grid, n, { eps, roundoff });
                const [alone] = lookCloser({ ...here, ...part, base: grid.base(n) });
                const verdict = judgeEntry(part.analytic, alone!, relative, slack(m, n), scales[m]!);
                return { ...alone!, verdict };
              },
            );
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

/** The verdict on one entry with the gradient `a`, after a closer look. */
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

/** Whether a value lies between two others, or outside by at most `room`. */
function between(value: number, one: number, other: number, room: number): boolean {
  return value >= Math.min(one, other) - room && value <= Math.max(one, other) + room;
}
