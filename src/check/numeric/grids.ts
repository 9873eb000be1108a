/**
 * Gathering evidence: a grid of slopes for every input, once from backward() and once from differences.
 *
 * In `full` mode a probe is one element of the input and a row one element of the output, so the grid is the
 * Jacobian. In `directions` mode a probe is a random direction v and the only row is ⟨u, f⟩ for a random u: the
 * grid then holds uᵀ·J·v.
 *
 * Read before: {@link subject.ts}. Read next: {@link judge.ts}.
 */
import type { FloatArray, Rng, Tensor } from '../../index.js';
import type { Settings } from '../terms/settings.js';
import { type Subject, valuesOf } from '../terms/subject.js';
import { central, elementLine, type Line } from './differences.js';
import { insideOf, type Pull, type Run } from './pullback.js';
import type { Place } from './samples.js';
import { blank, dot, largest, normals } from './vectors.js';

/** The slopes of one input from both sides; row-major, rows × probes. */
export interface Grid {
  readonly input: number;
  readonly rows: number;
  readonly probes: number;
  readonly analytic: Float64Array;
  readonly numeric: Float64Array;
  readonly bend: Float64Array;
  /** The largest |f| met by the central difference of an entry. */
  readonly size: Float64Array;
  /** Output values at the point itself, one a row; a direction has a base of its own. */
  readonly base: (probe: number) => FloatArray;
  /** The line of a probe, and the step its central difference used. */
  readonly line: (probe: number) => Line;
  readonly step: (probe: number) => number;
  /** How far along the line the nearest element of x becomes zero; Infinity if none does. */
  readonly zero: (probe: number) => number;
  /** The largest number inside f that an output goes by: see {@link insideOf}. */
  readonly inside: (row: number, probe: number) => number;
  /** Null in `full` mode, where a probe is one element. */
  readonly parts: Parts | null;
}

/** Directions in parts. */
export interface Parts {
  readonly elements: number;
  /** Direction number `probe` restricted to the elements from `from` up to `to`. */
  readonly take: (probe: number, from: number, to: number) => Part;
}

export interface Part {
  /** uᵀ·J·v, as backward() gave it. */
  readonly analytic: number;
  /** ⟨u, f⟩ along the line, and f itself. */
  readonly line: Line;
  readonly outputs: Line;
  /** How far along the line the nearest of its elements becomes zero. */
  readonly zero: number;
  readonly base: FloatArray;
  readonly cotangent: FloatArray;
}

/** Remembers what `fn` returned for each number. */
function once(fn: (n: number) => number): (n: number) => number {
  const known = new Map<number, number>();
  return (n) => {
    const value = known.get(n) ?? fn(n);
    known.set(n, value);
    return value;
  };
}

/** All entries of all Jacobians: a pullback for every output, two runs for every input element. */
export function fullGrids(subject: Subject, run: Run, pull: Pull, settings: Settings): Grid[] {
  const { base, output } = run;
  const rows = base.length;
  const unit = (m: number): FloatArray => {
    const cotangent = blank(output.data);
    cotangent[m] = 1;
    return cotangent;
  };
  const inside = once((m) => insideOf(pull, run, unit(m)));
  const grids = subject.leaves.map((leaf, input): Grid => {
    const line = (n: number): Line => elementLine(subject, leaf, n);
    return {
      input,
      rows,
      probes: leaf.size,
      analytic: new Float64Array(rows * leaf.size),
      numeric: new Float64Array(rows * leaf.size),
      bend: new Float64Array(rows * leaf.size),
      size: new Float64Array(rows * leaf.size),
      base: () => base,
      line,
      step: (n) => settings.eps * Math.max(1, Math.abs(leaf.data[n]!)),
      zero: (n) => Math.min(1, Math.abs(leaf.data[n]!)) || Infinity,
      inside,
      parts: null,
    };
  });
  for (let m = 0; m < rows; m++) {
    const rowsOf = pull(unit(m));
    for (const [i, grid] of grids.entries()) grid.analytic.set(rowsOf[i]!, m * grid.probes);
  }
  for (const grid of grids) measure(grid, settings);
  return grids;
}

/** Slopes along `settings.directions` random directions of every input, each with a random cotangent of its own. */
export function directionGrids(subject: Subject, run: Run, pull: Pull, settings: Settings, rng: Rng): Grid[] {
  const { base } = run;
  const count = base.length === 0 ? 0 : settings.directions;
  const cotangents = Array.from({ length: count }, () => normals(base, rng));
  const pulled = cotangents.map((u) => pull(u.slice()));
  const inside = once((k) => insideOf(pull, run, cotangents[k]!.slice()));
  const contracted = cotangents.map((u) => Float64Array.of(dot(u, base)));
  const grids = subject.leaves.map((leaf, input): Grid => {
    const probes = leaf.size === 0 ? 0 : count;
    const directions = Array.from({ length: probes }, () => normals(leaf.data, rng));
    const stretch = Math.max(1, largest(leaf.data));
    return {
      input,
      rows: 1,
      probes,
      analytic: Float64Array.from(directions, (v, k) => dot(pulled[k]![input]!, v)),
      numeric: new Float64Array(probes),
      bend: new Float64Array(probes),
      size: new Float64Array(probes),
      base: (k) => contracted[k]!,
      line: (k) => contractedLine(directionLine(subject, leaf, directions[k]!, stretch), cotangents[k]!),
      step: () => settings.eps * stretch,
      zero: (k) => nearestZero(leaf.data, directions[k]!) / stretch,
      inside: (_, k) => inside(k),
      parts: {
        elements: leaf.size,
        take(k, from, to) {
          const v = blank(leaf.data);
          v.set(directions[k]!.subarray(from, to), from);
          const outputs = directionLine(subject, leaf, v, stretch);
          const cotangent = cotangents[k]!;
          const analytic = dot(pulled[k]![input]!, v);
          const zero = nearestZero(leaf.data, v) / stretch;
          return { analytic, line: contractedLine(outputs, cotangent), outputs, zero, base, cotangent };
        },
      },
    };
  });
  for (const grid of grids) measure(grid, settings);
  return grids;
}

function measure(grid: Grid, { eps }: Settings): void {
  const { probes } = grid;
  for (let n = 0; n < probes; n++) {
    const { slope, bend, size } = central(grid.line(n), grid.base(n), eps);
    for (let m = 0; m < slope.length; m++) {
      grid.numeric[m * probes + n] = slope[m]!;
      grid.bend[m * probes + n] = bend[m]!;
      grid.size[m * probes + n] = size[m]!;
    }
  }
}

function directionLine(subject: Subject, { data }: Tensor, v: FloatArray, stretch: number): Line {
  const x = data.slice();
  return (t) => {
    for (let i = 0; i < x.length; i++) data[i] = x[i]! + t * stretch * v[i]!;
    try {
      return { values: valuesOf(subject), reached: t * stretch };
    } finally {
      data.set(x);
    }
  };
}

function contractedLine(line: Line, u: FloatArray): Line {
  return (t) => {
    const { values, reached } = line(t);
    return { values: Float64Array.of(dot(u, values)), reached };
  };
}

function nearestZero(x: FloatArray, v: FloatArray): number {
  let nearest = Infinity;
  for (let i = 0; i < x.length; i++)
    if (x[i] !== 0 && v[i] !== 0) nearest = Math.min(nearest, Math.abs(x[i]! / v[i]!));
  return nearest;
}

export function placeOf(
  grid: Grid,
  probe: number,
  { eps, roundoff }: Pick<Settings, 'eps' | 'roundoff'>,
): Place {
  const inside = (row: number): number => grid.inside(row, probe);
  const [line, base, zero] = [grid.line(probe), grid.base(probe), grid.zero(probe)];
  return { line, base, zero, inside, eps, roundoff };
}
