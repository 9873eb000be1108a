/** Pooling in WebAssembly: the calling side of assembly/pool.ts. Twin of {@link reference/pool.ts}. */

import type { NDArray } from '../../base/array.js';
import { isFloat32 } from '../../base/kind.js';
import { sizeOf } from '../../base/shape.js';
import type { Windows } from '../reference/windows.js';
import { padded } from './elementwise.js';
import type { Simd } from './module.js';

/** From how many elements on copying in and out is worth it. */
const WORTHWHILE = 256;

/** Where the largest element that each window sees lies in x; null where the reference has to find it. */
export function largestPlaces(
  simd: Simd,
  { data, shape }: NDArray,
  rows: Windows,
  columns: Windows,
): Int32Array | null {
  if (data.length < WORTHWHILE || !isFloat32(data)) return null;
  const planes = sizeOf(shape.slice(0, -2));
  const count = planes * rows.from.length * columns.from.length;
  const places = padded(data.length);
  const tables = [rows.from, rows.to, columns.from, columns.to] as const;
  let end = places + count;
  const starts = tables.map(({ length }) => {
    end += length;
    return end - length;
  });
  if (!simd.reserve(end * 4)) return null;
  simd.floats.set(data, 0);
  const integers = new Int32Array(simd.floats.buffer);
  for (const [i, table] of tables.entries()) integers.set(table, starts[i]!);
  const [a, b, c, d] = starts.map((start) => start * 4) as [number, number, number, number];
  const counts = [planes, rows.from.length, columns.from.length, rows.size, columns.size] as const;
  simd.largestPlaces(0, places * 4, a, b, c, d, ...counts);
  return integers.slice(places, places + count);
}
