/** Matrix products. Both operands are read along the inner axis, so that the innermost loop walks memory in order. */

import { allocateLike, type FloatArray, type NDArray } from '../../base/array.js';
import { formatShape, ShapeError } from '../../base/errors.js';
import { broadcastShapes, label, type Shape, type Shaped, sizeOf } from '../../base/shape.js';
import { broadcastTo } from './shape.js';

/** Sizes of y[…, m, n] = op(a)[…, m, k] · op(b)[…, k, n], where op transposes the last two axes or does nothing. */
export interface MatMulPlan {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly batch: Shape;
}

/** Checks the operands and works out the sizes. @throws ShapeError if the inner sizes or the batch axes do not fit */
export function planMatMul(a: NDArray, b: NDArray, transposeA: boolean, transposeB: boolean): MatMulPlan {
  const [m, k] = matrixOf(a.shape, transposeA);
  const [inner, n] = matrixOf(b.shape, transposeB);
  if (k !== inner) throw innerSizesDiffer(a, b, transposeA, transposeB);
  return { m, k, n, batch: batchOf(a, b) };
}

function batchOf(a: NDArray, b: NDArray): Shape {
  const [p, q] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  try {
    return broadcastShapes('matmul', { shape: p }, { shape: q });
  } catch {
    throw new ShapeError(
      'matmul',
      `batch axes differ, ${label(a)} · ${label(b)}: ${formatShape(p)} does not broadcast with ${formatShape(q)}; sizes must be equal or 1`,
      [a.shape, b.shape],
    );
  }
}

/** Names the two axes that meet, and a transpose where that would fit. A vector's only axis is the one that meets. */
export function innerSizesDiffer(a: Shaped, b: Shaped, transposeA = false, transposeB = false): ShapeError {
  const axisA = Math.max(0, a.shape.length - (transposeA ? 2 : 1));
  const axisB = Math.max(0, b.shape.length - (transposeB ? 1 : 2));
  const [k, inner] = [a.shape[axisA], b.shape[axisB]];
  const hint =
    b.shape[axisB + 1] === k ? `; the transpose of the second would fit: ${b.name || 'b'}.transpose()` : '';
  return new ShapeError(
    'matmul',
    `inner sizes differ, ${label(a)} · ${label(b)}: ${k} ≠ ${inner}, axis ${axisA} of ${a.name || 'a'} against axis ${axisB} of ${b.name || 'b'}${hint}`,
    [a.shape, b.shape],
  );
}

function matrixOf(shape: Shape, transposed: boolean): [number, number] {
  const rows = shape[shape.length - 2]!;
  const columns = shape[shape.length - 1]!;
  return transposed ? [columns, rows] : [rows, columns];
}

/** y = op(a) · op(b), batched over leading axes, which broadcast. Sums are accumulated in double precision. */
export function matmul(a: NDArray, b: NDArray, transposeA = false, transposeB = false): NDArray {
  const { m, k, n, batch } = planMatMul(a, b, transposeA, transposeB);
  const shape = [...batch, m, n];
  const y = allocateLike(a.data, sizeOf(shape));
  const batches = sizeOf(batch);
  const spread = (x: NDArray): FloatArray =>
    x.shape.length === 2 ? x.data : broadcastTo(x, [...batch, ...x.shape.slice(-2)]).data;
  const p = spread(a);
  const q = spread(b);
  for (let i = 0; i < batches; i++) {
    const left = a.shape.length === 2 ? p : p.subarray(i * m * k, (i + 1) * m * k);
    const right = b.shape.length === 2 ? q : q.subarray(i * k * n, (i + 1) * k * n);
    const rows = transposeA ? transposed(left, k, m) : left;
    const columns = transposeB ? right : transposed(right, k, n);
    rowsTimesColumns(rows, columns, y.subarray(i * m * n, (i + 1) * m * n), m, k, n);
  }
  return { data: y, shape };
}

/** [rows, columns] ⇒ [columns, rows]. */
function transposed(x: FloatArray, rows: number, columns: number): FloatArray {
  const y = allocateLike(x, rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) y[j * rows + i] = x[i * columns + j]!;
  return y;
}

/**
 * y[i, j] = Σₗ a[i, l]·b[j, l], two rows and four columns at a time: eight sums stay in registers, and each
 * number that is read takes part in two or four products.
 */
function rowsTimesColumns(
  a: FloatArray,
  b: FloatArray,
  y: FloatArray,
  m: number,
  k: number,
  n: number,
): void {
  const evenRows = m - (m % 2);
  const fourColumns = n - (n % 4);
  for (let i = 0; i < evenRows; i += 2)
    for (let j = 0; j < fourColumns; j += 4) {
      const a0 = i * k;
      const a1 = a0 + k;
      const b0 = j * k;
      const b1 = b0 + k;
      const b2 = b1 + k;
      const b3 = b2 + k;
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      for (let l = 0; l < k; l++) {
        const p = a[a0 + l]!;
        const q = a[a1 + l]!;
        const u = b[b0 + l]!;
        const v = b[b1 + l]!;
        const w = b[b2 + l]!;
        const z = b[b3 + l]!;
        s00 += p * u;
        s01 += p * v;
        s02 += p * w;
        s03 += p * z;
        s10 += q * u;
        s11 += q * v;
        s12 += q * w;
        s13 += q * z;
      }
      const y0 = i * n + j;
      const y1 = y0 + n;
      y[y0] = s00;
      y[y0 + 1] = s01;
      y[y0 + 2] = s02;
      y[y0 + 3] = s03;
      y[y1] = s10;
      y[y1 + 1] = s11;
      y[y1 + 2] = s12;
      y[y1 + 3] = s13;
    }
  dots(a, b, y, k, n, 0, evenRows, fourColumns, n);
  dots(a, b, y, k, n, evenRows, m, 0, n);
}

/** The plain form of the product, for the rows and columns left over at the edge. */
function dots(
  a: FloatArray,
  b: FloatArray,
  y: FloatArray,
  k: number,
  n: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
): void {
  for (let i = top; i < bottom; i++)
    for (let j = left; j < right; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += a[i * k + l]! * b[j * k + l]!;
      y[i * n + j] = sum;
    }
}
