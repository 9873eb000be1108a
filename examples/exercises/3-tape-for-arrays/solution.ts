/**
 * Solution: derive two rules.
 *
 * y = a · bᵀ has the elements  y(i, j) = Σ a(i, k) · b(j, k)  over k. So the gradients are
 *
 *     ā(i, k) = Σ g(i, j) · b(j, k)  over j,  which is element (i, k) of g · b
 *     b̄(j, k) = Σ g(i, j) · a(i, k)  over i,  which is element (j, k) of gᵀ · a
 */
import type { NDArray } from 'tapegrad';

/** a · b for two matrices. */
function product(a: NDArray, b: NDArray): NDArray {
  const [rows, inner] = a.shape as [number, number];
  const [height, columns] = b.shape as [number, number];
  if (inner !== height) throw new Error(`product: inner sizes differ, [${a.shape}] · [${b.shape}]`);
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++)
      for (let j = 0; j < columns; j++)
        data[i * columns + j]! += a.data[i * inner + k]! * b.data[k * columns + j]!;
  return { data, shape: [rows, columns] };
}

/** The transpose of a matrix. */
function transposed(x: NDArray): NDArray {
  const [rows, columns] = x.shape as [number, number];
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) data[j * rows + i] = x.data[i * columns + j]!;
  return { data, shape: [columns, rows] };
}

/** y = a · bᵀ for a [n, m] and b [k, m]; y is [n, k]. */
export const forward = (a: NDArray, b: NDArray): NDArray => product(a, transposed(b));

/** From g [n, k], the gradient of y, to the gradient of a. */
export const ruleOfA = (g: NDArray, _a: NDArray, b: NDArray): NDArray => product(g, b);

/** From g [n, k] to the gradient of b. */
export const ruleOfB = (g: NDArray, a: NDArray, _b: NDArray): NDArray => product(transposed(g), a);
