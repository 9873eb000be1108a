/**
 * Gathering evidence: a grid of slopes for every input, once from backward() and once from differences.
 *
 * In `full` mode a probe is one element of the input and a row one element of the output, so the grid is the
 * Jacobian. In `directions` mode a probe is a random direction v and the only row is ⟨u, f⟩ for a random u: the
 * grid then holds uᵀ·J·v.
 *
 * Read before: {@link subject.ts}. Read next: {@link judge.ts}.
 */
import { type FloatArray, gradients, type Rng, type Shape, Tensor } from '../index.js';
import type { Settings } from './settings.js';
import { central, type Line } from './slopes.js';
import { type Subject, valuesOf } from './subject.js';

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
}

/** Plays the recorded tape back from a cotangent, given as raw numbers: one gradient a leaf. */
export type Pull = (cotangent: FloatArray) => readonly FloatArray[];

export function pullbackOf({ leaves }: Subject, output: Tensor): Pull {
  return (cotangent) => {
    const seed = new Tensor(cotangent, output.shape as Shape);
    return gradients(output, leaves, { seed, retainGraph: true }).map((g) => g.data);
  };
}

/** An array of the output's dtype. */
export function blank(like: FloatArray, size: number = like.length): FloatArray {
  return like instanceof Float64Array ? new Float64Array(size) : new Float32Array(size);
}

/** All entries of all Jacobians: a pullback for every output, two runs for every input element. */
export function fullGrids(
  subject: Subject,
  output: Tensor,
  base: FloatArray,
  pull: Pull,
  settings: Settings,
): Grid[] {
  const rows = base.length;
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
    };
  });
  for (let m = 0; m < rows; m++) {
    const unit = blank(output.data);
    unit[m] = 1;
    const rowsOf = pull(unit);
    for (const [i, grid] of grids.entries()) grid.analytic.set(rowsOf[i]!, m * grid.probes);
  }
  for (const grid of grids) measure(grid, settings);
  return grids;
}

/** Slopes along `settings.directions` random directions of every input, each with a random cotangent of its own. */
export function directionGrids(
  subject: Subject,
  base: FloatArray,
  pull: Pull,
  settings: Settings,
  rng: Rng,
): Grid[] {
  const count = base.length === 0 ? 0 : settings.directions;
  const cotangents = Array.from({ length: count }, () => normals(base, rng));
  const pulled = cotangents.map((u) => pull(u.slice()));
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
      line: (k) => directionLine(subject, leaf, directions[k]!, cotangents[k]!, stretch),
      step: () => settings.eps * stretch,
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

/** x with its element n moved by t · max(1, |xₙ|), restored before anyone else looks. */
function elementLine(subject: Subject, { data }: Tensor, n: number): Line {
  const x = data[n]!;
  const stretch = Math.max(1, Math.abs(x));
  return (t) => {
    data[n] = x + t * stretch;
    const reached = data[n]! - x;
    try {
      return { values: valuesOf(subject), reached };
    } finally {
      data[n] = x;
    }
  };
}

function directionLine(
  subject: Subject,
  { data }: Tensor,
  v: FloatArray,
  u: FloatArray,
  stretch: number,
): Line {
  const x = data.slice();
  return (t) => {
    for (let i = 0; i < x.length; i++) data[i] = x[i]! + t * stretch * v[i]!;
    try {
      const values = valuesOf(subject);
      return { values: Float64Array.of(dot(u, values)), reached: t * stretch };
    } finally {
      data.set(x);
    }
  };
}

export function normals(like: FloatArray, rng: Rng): FloatArray {
  const values = blank(like);
  for (let i = 0; i < values.length; i++) values[i] = rng.normal();
  return values;
}

export function dot(a: FloatArray, b: FloatArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

export function largest(values: FloatArray): number {
  let top = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > top) top = size;
  }
  return top;
}
