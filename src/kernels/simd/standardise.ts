/** Standardised rows in WebAssembly: the calling side of assembly/standardise.ts. Twin of {@link reference/standardise.ts}. */

import type { NDArray } from '../../base/array.js';
import { isFloat32 } from '../../base/kind.js';
import { reducedShape } from '../../base/shape.js';
import type { Standard } from '../reference/standardise.js';
import { PIECE, padded } from './elementwise.js';
import type { Simd } from './exports.js';
import { partsOf } from './rows.js';

/** From how many elements on copying in and out is worth it. */
const WORTHWHILE = 512;
/** Each run of a row is copied by a call of its own, which is worth it from so many numbers on. */
const LONG_RUN = 64;

/** y = (x − mean x) / σ */
export function standardise(simd: Simd, x: NDArray, { axes, centred, eps }: Standard): NDArray | null {
  const layout = layoutOf([x], axes);
  return (
    layout &&
    overRows(simd, [x], layout, layout.width, ([from], to, count, width) =>
      simd.standardiseRows(from!, to, count, width, eps, centred),
    )
  );
}

/** σ, one number a row. */
export function deviation(simd: Simd, x: NDArray, { axes, centred, eps }: Standard): NDArray | null {
  const layout = layoutOf([x], axes);
  const y =
    layout &&
    overRows(simd, [x], layout, 1, ([from], to, count, width) =>
      simd.deviationRows(from!, to, count, width, eps, centred),
    );
  return y && { data: y.data, shape: reducedShape(x.shape, axes, true) };
}

/** p = g − mean g − y · mean(g y) */
export function project(simd: Simd, g: NDArray, y: NDArray, { axes, centred }: Standard): NDArray | null {
  const layout = layoutOf([g, y], axes);
  return (
    layout &&
    overRows(simd, [g, y], layout, layout.width, ([fromG, fromY], to, count, width) =>
      simd.projectRows(fromG!, fromY!, to, count, width, centred),
    )
  );
}

/** How rows lie in an array: `count` rows, each in `runs` runs of `length` numbers. Run i of row r is number i · count + r of all runs. */
interface Layout {
  readonly count: number;
  readonly runs: number;
  readonly length: number;
  /** Numbers in a row. */
  readonly width: number;
}

/** Null where the reference has to do it. */
function layoutOf(arrays: readonly NDArray[], axes: readonly number[]): Layout | null {
  const [x] = arrays;
  if (x!.data.length < WORTHWHILE || !arrays.every(({ data }) => isFloat32(data))) return null;
  const parts = partsOf(x!.shape, axes);
  if (!parts) return null;
  const [outer, runs, count, length] = parts;
  return outer > 1 || (runs > 1 && length < LONG_RUN) ? null : { count, runs, length, width: runs * length };
}

/**
 * Copies rows in, as many at once as a piece holds, lets `f` compute, and copies `out` numbers a row out again.
 */
function overRows(
  simd: Simd,
  inputs: readonly NDArray[],
  layout: Layout,
  out: number,
  f: (from: readonly number[], to: number, count: number, width: number) => void,
): NDArray | null {
  const { count, runs, width } = layout;
  const together = runs === 1 ? Math.max(1, Math.floor(PIECE / width)) : 1;
  const size = padded(together * width);
  if (!simd.reserve(size * 4 * (inputs.length + 1))) return null;
  const { floats } = simd;
  const y = new Float32Array(count * out);
  const target = inputs.length * size;
  for (let row = 0; row < count; row += together) {
    const rows = Math.min(together, count - row);
    for (const [i, { data }] of inputs.entries())
      for (const [place, from, to] of runsOf(layout, row, rows))
        floats.set(data.subarray(from, to), i * size + place);
    f(
      inputs.map((_, i) => i * size * 4),
      target * 4,
      rows,
      width,
    );
    if (out === 1) y.set(floats.subarray(target, target + rows), row);
    else
      for (const [place, from, to] of runsOf(layout, row, rows))
        y.set(floats.subarray(target + place, target + place + to - from), from);
  }
  return { data: y, shape: inputs[0]!.shape };
}

/** The runs of some rows: the place of each among the rows when they lie one after the other, and where the run begins and ends in the array. */
function* runsOf(
  { count, runs, length }: Layout,
  row: number,
  rows: number,
): Generator<[number, number, number]> {
  for (let run = 0; run < runs; run++) {
    const from = (run * count + row) * length;
    yield [run * length, from, from + rows * length];
  }
}
