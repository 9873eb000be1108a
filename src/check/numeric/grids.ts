/**
 * Fills a grid of slopes for every input, once from backward() and once from differences.
 *
 * In `full` mode a row is one element of the output and a probe (a column) is one element of the input, so the grid is
 * the Jacobian J. In `directions` mode a probe is a random direction v, the only row is ⟨u, f⟩ for a random cotangent
 * u, and the grid holds uᵀ·J·v.
 */
import { allocateLike } from '../../base/array.js';
import type { FloatArray, Rng } from '../../core.js';
import type { Settings } from '../terms/settings.js';
import type { Subject } from '../terms/subject.js';
import { centralDifference, type Perturbed, perturbAlong, perturbElement } from './differences.js';
import { insideOf, type Pullback, type RecordedRun } from './pullback.js';
import type { Neighbourhood } from './samples.js';
import { dot, largest, normals } from './vectors.js';

/** The slopes of one input, rows × probes, row-major. */
export interface Grid {
  /** Position of the input. */
  readonly input: number;
  readonly rows: number;
  readonly probes: number;
  /** Slopes from backward(). */
  readonly analytic: Float64Array;
  /** Slopes from central differences. */
  readonly numeric: Float64Array;
  /** The gap between the slopes to both sides. */
  readonly bend: Float64Array;
  /** The largest |f| in the central difference of an entry. */
  readonly size: Float64Array;
  /** The values at x itself, one for each row. Each direction has its own, because it has its own cotangent. */
  readonly base: (probe: number) => FloatArray;
  /** f with x moved along a probe. */
  readonly perturbed: (probe: number) => Perturbed;
  /** The step that the central difference of a probe used. */
  readonly step: (probe: number) => number;
  /** The distance along a probe at which the nearest element of x becomes zero; Infinity if none does. */
  readonly zero: (probe: number) => number;
  /** The size of the largest number inside f that a row depends on: see {@link insideOf}. */
  readonly inside: (row: number, probe: number) => number;
  /** The number of elements of the input. */
  readonly elements: number;
  /** Direction `probe`, restricted to the elements `from` … `to` − 1; null in `full` mode. */
  readonly restrict: ((probe: number, from: number, to: number) => Part) | null;
}

/** A direction restricted to some elements of the input. */
export interface Part {
  /** uᵀ·J·v from backward(). */
  readonly analytic: number;
  /** ⟨u, f⟩ with x moved along the part. */
  readonly perturbed: Perturbed;
  /** f with x moved along the part. */
  readonly outputs: Perturbed;
  /** The distance along the part at which the nearest of its elements becomes zero. */
  readonly zero: number;
  /** f at x itself. */
  readonly base: FloatArray;
  /** u */
  readonly cotangent: FloatArray;
}

/** `fn` with a memory: it computes the value for each number once. */
function once(fn: (n: number) => number): (n: number) => number {
  const known = new Map<number, number>();
  return (n) => {
    const value = known.get(n) ?? fn(n);
    known.set(n, value);
    return value;
  };
}

/** The grids in `full` mode. They take a backward pass for each output element and two runs for each input element. */
export function fullGrids(subject: Subject, run: RecordedRun, pull: Pullback, settings: Settings): Grid[] {
  const { base, output } = run;
  const rows = base.length;
  const unit = (m: number): FloatArray => {
    const cotangent = allocateLike(output.data);
    cotangent[m] = 1;
    return cotangent;
  };
  const inside = once((m) => insideOf(pull, run, unit(m)));
  const grids = subject.leaves.map((leaf, input): Grid => {
    const perturbed = (n: number): Perturbed => perturbElement(subject, leaf, n);
    return {
      input,
      rows,
      probes: leaf.size,
      analytic: new Float64Array(rows * leaf.size),
      numeric: new Float64Array(rows * leaf.size),
      bend: new Float64Array(rows * leaf.size),
      size: new Float64Array(rows * leaf.size),
      base: () => base,
      perturbed,
      step: (n) => settings.eps * Math.max(1, Math.abs(leaf.data[n]!)),
      zero: (n) => Math.min(1, Math.abs(leaf.data[n]!)) || Infinity,
      inside,
      elements: leaf.size,
      restrict: null,
    };
  });
  for (let m = 0; m < rows; m++) {
    const rowsOf = pull(unit(m));
    for (const [i, grid] of grids.entries()) grid.analytic.set(rowsOf[i]!, m * grid.probes);
  }
  for (const grid of grids) measure(grid, settings);
  return grids;
}

/** The grids in `directions` mode. Direction number k of every input has the random cotangent number k. */
export function directionGrids(
  subject: Subject,
  run: RecordedRun,
  pull: Pullback,
  settings: Settings,
  rng: Rng,
): Grid[] {
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
      perturbed: (k) => contractWith(perturbAlong(subject, leaf, directions[k]!, stretch), cotangents[k]!),
      step: () => settings.eps * stretch,
      zero: (k) => nearestZero(leaf.data, directions[k]!) / stretch,
      inside: (_, k) => inside(k),
      elements: leaf.size,
      restrict(k, from, to) {
        const v = allocateLike(leaf.data);
        v.set(directions[k]!.subarray(from, to), from);
        const outputs = perturbAlong(subject, leaf, v, stretch);
        const cotangent = cotangents[k]!;
        const analytic = dot(pulled[k]![input]!, v);
        const zero = nearestZero(leaf.data, v) / stretch;
        return { analytic, perturbed: contractWith(outputs, cotangent), outputs, zero, base, cotangent };
      },
    };
  });
  for (const grid of grids) measure(grid, settings);
  return grids;
}

/** Writes the central differences of every probe into the grid. */
function measure(grid: Grid, { eps }: Settings): void {
  const { probes } = grid;
  for (let n = 0; n < probes; n++) {
    const { slope, bend, size } = centralDifference(grid.perturbed(n), grid.base(n), eps);
    for (let m = 0; m < slope.length; m++) {
      grid.numeric[m * probes + n] = slope[m]!;
      grid.bend[m * probes + n] = bend[m]!;
      grid.size[m * probes + n] = size[m]!;
    }
  }
}

/** ⟨u, f⟩ in place of f. */
function contractWith(perturbed: Perturbed, u: FloatArray): Perturbed {
  return (t) => {
    const { values, reached } = perturbed(t);
    return { values: Float64Array.of(dot(u, values)), reached };
  };
}

/** The smallest |t| at which some element of x + t·v becomes zero; Infinity if none does. */
function nearestZero(x: FloatArray, v: FloatArray): number {
  let nearest = Infinity;
  for (let i = 0; i < x.length; i++)
    if (x[i] !== 0 && v[i] !== 0) nearest = Math.min(nearest, Math.abs(x[i]! / v[i]!));
  return nearest;
}

/** What a closer look at one probe of a grid needs to know. */
export function neighbourhoodOf(
  grid: Grid,
  probe: number,
  { eps, roundoff }: Pick<Settings, 'eps' | 'roundoff'>,
): Neighbourhood {
  const inside = (row: number): number => grid.inside(row, probe);
  const [perturbed, base, zero] = [grid.perturbed(probe), grid.base(probe), grid.zero(probe)];
  return { perturbed, base, zero, inside, eps, roundoff };
}
