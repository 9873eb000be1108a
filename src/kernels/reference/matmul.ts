/**
 * Matrix products. {@link multiply} is the definition, in three loops. {@link multiplyInBlocks} computes the same bits
 * three times as fast. {@link matmul} chooses between them, and brings batches and transposed operands to either.
 *
 * Previous: src/check/gradcheck.ts · Next: src/kernels/dispatch.ts
 */

import { allocateLike, type FloatArray, type NDArray } from '../../base/array.js';
import { formatShape, ShapeError } from '../../base/errors.js';
import { broadcastShapes, label, type Shape, type Shaped, sameShape, sizeOf } from '../../base/shape.js';
import { broadcastTo } from './shape.js';

/** Numbers seen as a matrix: element [i, j] is data[i·down + j·across]. A transposed matrix exchanges the two steps. */
export interface Matrix {
  readonly data: FloatArray;
  /** How far it is in `data` from one row to the next. */
  readonly down: number;
  /** How far it is in `data` from one column to the next. */
  readonly across: number;
}

/** The definition of a product.  y[i, j] = Σₗ a[i, l] · b[l, j], for a of m × k and b of k × n. The sum is a float64. */
export function multiply(a: Matrix, b: Matrix, y: FloatArray, m: number, k: number, n: number): void {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++)
        sum += a.data[i * a.down + l * a.across]! * b.data[l * b.down + j * b.across]!;
      y[i * n + j] = sum;
    }
}

/**
 * The same product, two rows and four columns of y at a time. It exists for speed: the three loops read two numbers for
 * each multiplication, this one reads six for eight and keeps the eight sums in registers. `rows` is a, [m, k], and
 * `columns` is b transposed, [n, k], so that both are read in the order in which they lie in memory. Each element of y
 * is the sum of the same products in the same order as in the three loops, and so has the same bits.
 */
export function multiplyInBlocks(
  rows: FloatArray,
  columns: FloatArray,
  y: FloatArray,
  m: number,
  k: number,
  n: number,
): void {
  const evenRows = m - (m % 2);
  const fourColumns = n - (n % 4);
  for (let i = 0; i < evenRows; i += 2)
    for (let j = 0; j < fourColumns; j += 4) block(rows, i * k, columns, j * k, y, i * n + j, k, n);
  dots(rows, columns, y, k, n, 0, evenRows, fourColumns, n);
  dots(rows, columns, y, k, n, evenRows, m, 0, n);
}

/** Two rows from a0 on and four columns from b0 on: eight elements of y, from y0 on. */
function block(
  a: FloatArray,
  a0: number,
  b: FloatArray,
  b0: number,
  y: FloatArray,
  y0: number,
  k: number,
  n: number,
): void {
  const [a1, b1, b2, b3] = [a0 + k, b0 + k, b0 + 2 * k, b0 + 3 * k];
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
  y[y0] = s00;
  y[y0 + 1] = s01;
  y[y0 + 2] = s02;
  y[y0 + 3] = s03;
  y[y0 + n] = s10;
  y[y0 + n + 1] = s11;
  y[y0 + n + 2] = s12;
  y[y0 + n + 3] = s13;
}

/** The elements of y in the rows and columns that fill no block. */
function dots(
  rows: FloatArray,
  columns: FloatArray,
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
      for (let l = 0; l < k; l++) sum += rows[i * k + l]! * columns[j * k + l]!;
      y[i * n + j] = sum;
    }
}

/** Below this many multiplications the three loops are done before the blocks have their operands in order. */
const SMALL = 200;

/** y = op(a) · op(b), batched over leading axes, which broadcast; op transposes the last two axes or does nothing. */
export function matmul(a: NDArray, b: NDArray, transposeA = false, transposeB = false): NDArray {
  const { m, k, n, batch, shape } = planMatMul(a, b, transposeA, transposeB);
  const y = allocateLike(a.data, sizeOf(shape));
  const [p, q] = [spread(a, batch), spread(b, batch)];
  for (let i = 0, batches = sizeOf(batch); i < batches; i++) {
    const left = part(p, i, m * k);
    const right = part(q, i, k * n);
    const product = part(y, i, m * n);
    // A single row meets each number of b once, which does not repay a transposed copy of b.
    if (m * k * n < SMALL || (m === 1 && !transposeB))
      multiply(matrix(left, m, k, transposeA), matrix(right, k, n, transposeB), product, m, k, n);
    else {
      const rows = transposeA ? transposed(left, k, m) : left;
      const columns = transposeB ? right : transposed(right, k, n);
      multiplyInBlocks(rows, columns, product, m, k, n);
    }
  }
  return { data: y, shape };
}

/** An operand with a matrix for each of the batch; a single matrix, which all of them share, stays as it is. */
export function spread(x: NDArray, batch: Shape): FloatArray {
  const shape = [...batch, ...x.shape.slice(-2)];
  return batch.length === 0 || x.shape.length === 2 || sameShape(x.shape, shape)
    ? x.data
    : broadcastTo(x, shape).data;
}

/** The i-th matrix of a batch, or the only one. */
function part(data: FloatArray, i: number, size: number): FloatArray {
  return data.length === size ? data : data.subarray(i * size, (i + 1) * size);
}

/** The matrix of so many rows and columns that is stored like that, or transposed. */
function matrix(data: FloatArray, rows: number, columns: number, isTransposed: boolean): Matrix {
  return isTransposed ? { data, down: 1, across: rows } : { data, down: columns, across: 1 };
}

/** A copy with rows and columns exchanged: [rows, columns] ⇒ [columns, rows]. */
function transposed(x: FloatArray, rows: number, columns: number): FloatArray {
  const y = allocateLike(x, rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) y[j * rows + i] = x[i * columns + j]!;
  return y;
}

/** Sizes of y = op(a)[…, m, k] · op(b)[…, k, n], where op transposes the last two axes or does nothing. */
export interface MatMulPlan {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** The axes over which products of m × k and k × n are computed one by one. */
  readonly batch: Shape;
  /** Shape of y. */
  readonly shape: Shape;
}

/** Checks the operands and works out the sizes. @throws ShapeError if the inner sizes or the batch axes do not fit */
export function planMatMul(a: NDArray, b: NDArray, transposeA: boolean, transposeB: boolean): MatMulPlan {
  const [m, k] = matrixOf(a.shape, transposeA);
  const [inner, n] = matrixOf(b.shape, transposeB);
  if (k !== inner) throw innerSizesDiffer(a, b, transposeA, transposeB);
  const batch = batchOf(a, b);
  const shape = [...batch, m, n];
  // Matrices that meet the same b lie below each other in memory: they are one tall matrix.
  return b.shape.length === 2 && !transposeA
    ? { m: sizeOf(batch) * m, k, n, batch: [], shape }
    : { m, k, n, batch, shape };
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
