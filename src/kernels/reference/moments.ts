/**
 * Means, sums of squares and lengths of rows. Everything is added up in double precision and rounded once. Squares of
 * double precision numbers may overflow or vanish where the result does not. So a row is first divided by a power of two,
 * which costs no digit.
 */

import { allocateLike, type FloatArray, type NDArray } from '../../base/array.js';
import { reducedShape } from '../../base/shape.js';
import { rows } from './reduce.js';
import { permute } from './shape.js';

/** A part of an array that is reduced to one number. */
type Row = readonly [data: FloatArray, start: number, end: number];

/** y = f(row) for each row of numbers along the axes. */
function eachRow(
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean,
  f: (...row: Row) => number,
): NDArray {
  const { data, length, count } = rows(x, axes);
  const y = allocateLike(x.data, count);
  for (let row = 0; row < count; row++) y[row] = f(data, row * length, (row + 1) * length);
  return { data: y, shape: reducedShape(x.shape, axes, keepdims) };
}

/** y of the shape of x, where `fill` writes each row along the axes from the same row of x. */
function overRows(x: NDArray, axes: readonly number[], fill: (y: FloatArray, ...row: Row) => void): NDArray {
  const { data, length, count, order } = rows(x, axes);
  const y = allocateLike(data);
  for (let row = 0; row < count; row++) fill(y, data, row * length, (row + 1) * length);
  if (data === x.data) return { data: y, shape: x.shape };
  const turned = { data: y, shape: order.map((axis) => x.shape[axis]!) };
  return permute(
    turned,
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** By so much a row is made smaller whose sum would overflow; its mean would not. */
const SMALLER = 2 ** -64;

/** Mean over the axes, y = Σ x / n; NaN over nothing. */
export function mean(x: NDArray, axes: readonly number[], keepdims: boolean): NDArray {
  return eachRow(x, axes, keepdims, (data, start, end) => {
    const y = meanBeyond(0, 1, data, start, end);
    return Math.abs(y) === Infinity ? meanBeyond(0, SMALLER, data, start, end) / SMALLER : y;
  });
}

/** The mean of (x − base) · scale. */
function meanBeyond(base: number, scale: number, ...[data, start, end]: Row): number {
  let total = 0;
  for (let i = start; i < end; i++) total += data[i]! * scale - base * scale;
  return total / (end - start);
}

/** y = x − mean x. The first number of a row is taken off before the mean is, so that equal numbers give exactly 0. */
export function centre(x: NDArray, axes: readonly number[]): NDArray {
  return overRows(x, axes, (y, data, start, end) => {
    const first = data[start]!;
    let rest = meanBeyond(first, 1, data, start, end);
    const scale = Math.abs(rest) === Infinity ? SMALLER : 1;
    if (scale !== 1) rest = meanBeyond(first, scale, data, start, end);
    for (let i = start; i < end; i++) y[i] = (data[i]! * scale - first * scale - rest) / scale;
  });
}

/** y = Σ x² / divisor */
export function sumOfSquares(
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean,
  divisor: number,
): NDArray {
  return eachRow(x, axes, keepdims, (...row) => {
    const scale = scaleOf(2, ...row);
    return (sumOfPowers(2, scale, ...row) / divisor) * scale * scale;
  });
}

/** y = (Σ |x|ᵖ / divisor)^(1/p), for a finite p */
export function norm(
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean,
  p: number,
  divisor: number,
): NDArray {
  return eachRow(x, axes, keepdims, (...row) => {
    const scale = scaleOf(p, ...row);
    return root(p, sumOfPowers(p, scale, ...row) / divisor) * scale;
  });
}

/**
 * The slope of the norm y: u = sign x · (|x| / y)ᵖ⁻¹, for p = 2 the vector of length 1 in the direction of x; 0 where y = 0.
 * Where elements are infinite, these are taken to grow alike, and the finite ones do not count beside them.
 */
export function direction(x: NDArray, axes: readonly number[], p: number): NDArray {
  return overRows(x, axes, (u, data, start, end) => {
    const scale = scaleOf(p, data, start, end);
    const length = root(p, sumOfPowers(p, scale, data, start, end));
    let infinite = 0;
    for (let i = start; i < end; i++) if (Math.abs(data[i]!) === Infinity) infinite++;
    for (let i = start; i < end; i++) {
      const value = data[i]!;
      const part =
        length === Infinity
          ? Number(Math.abs(value) === Infinity) / root(p, infinite)
          : Math.abs(value / scale) / length;
      u[i] = length === 0 ? 0 : Math.sign(value) * (p === 2 ? part : part ** (p - 1));
    }
  });
}

function root(p: number, sum: number): number {
  return p === 2 ? Math.sqrt(sum) : sum ** (1 / p);
}

function sumOfPowers(p: number, scale: number, ...[data, start, end]: Row): number {
  let total = 0;
  if (p === 2) for (let i = start; i < end; i++) total += (data[i]! / scale) * (data[i]! / scale);
  else for (let i = start; i < end; i++) total += Math.abs(data[i]! / scale) ** p;
  return total;
}

/** The largest power of two below the largest |x|, or 1 where the powers are safe without it. */
function scaleOf(p: number, ...[data, start, end]: Row): number {
  if (p === 2 && data instanceof Float32Array) return 1;
  let top = 0;
  for (let i = start; i < end; i++) top = Math.max(top, Math.abs(data[i]!));
  return top > 0 && top < Infinity ? 2 ** Math.min(Math.floor(Math.log2(top)), 1023) : 1;
}
