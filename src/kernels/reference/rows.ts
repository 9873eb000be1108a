/** Rows along some axes of an array: the numbers that a reduction over these axes takes together. */

import { type Shape, sizeOf, stridesOf } from '../../base/shape.js';
import { Walk } from './walk.js';

/** The places of the elements of rows: element i of row r lies at starts[r] + offsets[i]. */
export interface Rows {
  readonly starts: Int32Array;
  readonly offsets: Int32Array;
}

/** The rows along the axes, in the order of the other axes. */
export function rowsOf(shape: Shape, axes: readonly number[]): Rows {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return { starts: placesAlong(shape, kept), offsets: placesAlong(shape, axes) };
}

/** The places of all elements that lie at 0 along the other axes, in row-major order. */
function placesAlong(shape: Shape, axes: readonly number[]): Int32Array {
  const strides = stridesOf(shape);
  const sizes = axes.map((axis) => shape[axis]!);
  const walk = new Walk(
    sizes,
    axes.map((axis) => strides[axis]!),
  );
  const places = new Int32Array(sizeOf(sizes));
  for (let i = 0; i < places.length; i++, walk.next()) places[i] = walk.at;
  return places;
}
