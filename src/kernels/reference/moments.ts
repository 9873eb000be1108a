/**
 * Means, sums of squares and lengths of rows. Everything is added up in double precision and rounded once. Squares of
 * double precision numbers may overflow or vanish where the result does not. So a row is first divided by a power of two,
 * which costs no digit.
 */

import { allocateLike, type FloatArray, type NDArray } from '../../base/array.js';
import { exponentOf } from '../../base/elementary/exact.js';
import { pow } from '../../base/elementary/index.js';
import { isFloat32 } from '../../base/kind.js';
import { countOver, reducedShape, sizeOf } from '../../base/shape.js';
import { permute } from './shape.js';

/** Numbers that are reduced to one: every `step`-th of an array, from `start` to before `end`. */
type Row = readonly [data: FloatArray, start: number, end: number, step: number];

/**
 * The rows of x along the axes. Axes that lie side by side need no copy: the numbers of a row then lie as far apart as the
 * later axes hold numbers. Other axes are first brought to the end, in the order returned.
 */
function rowsOf(
  x: NDArray,
  axes: readonly number[],
): { count: number; row: (r: number) => Row; order: number[] | null } {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const together = axes.every((axis, i) => axis === axes[0]! + i);
  const order = together ? null : [...kept, ...axes];
  const { data } = order ? permute(x, order) : x;
  const length = countOver(x.shape, axes);
  const last = axes[axes.length - 1] ?? x.shape.length;
  const step = order ? 1 : sizeOf(x.shape.slice(last + 1));
  const row = (r: number): Row => {
    const start = Math.floor(r / step) * length * step + (r % step);
    return [data, start, start + length * step, step];
  };
  return { count: countOver(x.shape, kept), row, order };
}

/** y = f(row) for each row of numbers along the axes. */
function eachRow(
  x: NDArray,
  axes: readonly number[],
  keepdims: boolean,
  f: (...row: Row) => number,
): NDArray {
  const { count, row } = rowsOf(x, axes);
  const y = allocateLike(x.data, count);
  for (let r = 0; r < count; r++) y[r] = f(...row(r));
  return { data: y, shape: reducedShape(x.shape, axes, keepdims) };
}

/** y of the shape of x, where `fill` writes each row along the axes from the same row of x. */
function overRows(x: NDArray, axes: readonly number[], fill: (y: FloatArray, ...row: Row) => void): NDArray {
  const { count, row, order } = rowsOf(x, axes);
  const y = allocateLike(x.data);
  for (let r = 0; r < count; r++) fill(y, ...row(r));
  if (!order) return { data: y, shape: x.shape };
  return permute(
    { data: y, shape: order.map((axis) => x.shape[axis]!) },
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** By so much a row is made smaller whose sum would overflow; its mean would not. */
const SMALLER = 2 ** -64;

/** Mean over the axes, y = Σ x / n; NaN over nothing. */
export function mean(x: NDArray, axes: readonly number[], keepdims: boolean): NDArray {
  return eachRow(x, axes, keepdims, (...row) => {
    const y = meanBeyond(0, 1, ...row);
    return Math.abs(y) === Infinity ? meanBeyond(0, SMALLER, ...row) / SMALLER : y;
  });
}

/** The mean of (x − base) · scale. */
function meanBeyond(base: number, scale: number, ...[data, start, end, step]: Row): number {
  let total = 0;
  if (scale === 1) for (let i = start; i < end; i += step) total += data[i]! - base;
  else for (let i = start; i < end; i += step) total += data[i]! * scale - base * scale;
  return total / ((end - start) / step);
}

/** y = x − mean x. The first number of a row is taken off before the mean is, so that equal numbers give exactly 0. */
export function centre(x: NDArray, axes: readonly number[]): NDArray {
  return overRows(x, axes, (y, data, start, end, step) => {
    const first = data[start]!;
    let rest = meanBeyond(first, 1, data, start, end, step);
    if (Math.abs(rest) !== Infinity) {
      for (let i = start; i < end; i += step) y[i] = data[i]! - first - rest;
      return;
    }
    rest = meanBeyond(first, SMALLER, data, start, end, step);
    for (let i = start; i < end; i += step) y[i] = (data[i]! * SMALLER - first * SMALLER - rest) / SMALLER;
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
  return overRows(x, axes, (u, data, start, end, step) => {
    const scale = scaleOf(p, data, start, end, step);
    const length = root(p, sumOfPowers(p, scale, data, start, end, step));
    let infinite = 0;
    for (let i = start; i < end; i += step) if (Math.abs(data[i]!) === Infinity) infinite++;
    for (let i = start; i < end; i += step) {
      const value = data[i]!;
      const part =
        length === Infinity
          ? Number(Math.abs(value) === Infinity) / root(p, infinite)
          : Math.abs(value / scale) / length;
      u[i] = length === 0 ? 0 : Math.sign(value) * (p === 2 ? part : pow(part, p - 1));
    }
  });
}

function root(p: number, sum: number): number {
  return p === 2 ? Math.sqrt(sum) : pow(sum, 1 / p);
}

function sumOfPowers(p: number, scale: number, ...[data, start, end, step]: Row): number {
  let total = 0;
  if (p === 2 && scale === 1) for (let i = start; i < end; i += step) total += data[i]! * data[i]!;
  else if (p === 2) for (let i = start; i < end; i += step) total += (data[i]! / scale) * (data[i]! / scale);
  else for (let i = start; i < end; i += step) total += pow(Math.abs(data[i]! / scale), p);
  return total;
}

/** A power of two near the largest |x|, or 1 where the powers are safe without it. */
function scaleOf(p: number, ...[data, start, end, step]: Row): number {
  if (p === 2 && isFloat32(data)) return 1;
  let top = 0;
  for (let i = start; i < end; i += step) top = Math.max(top, Math.abs(data[i]!));
  return top > 0 && top < Infinity ? 2 ** Math.min(exponentOf(top), 1023) : 1;
}
