/** Matrix products in WebAssembly: the calling side of assembly/matmul.ts. Twin of {@link reference/matmul.ts}. */

import type { NDArray } from '../../base/array.js';
import { isFloat32 } from '../../base/kind.js';
import { sizeOf } from '../../base/shape.js';
import { planMatMul, spread } from '../reference/matmul.js';
import { taken } from './elementwise.js';
import type { Simd } from './exports.js';
import { multiplyIfItPays } from './threads.js';

/** Below this many multiply-adds, of all matrices of a batch, copying costs more than the plain loops take. */
export const WORTHWHILE = 2_000;

/**
 * y = op(a) · op(b) + bias in float32, batched over leading axes, which broadcast; the bias, one number a column, may
 * be left out.
 * @returns null where the reference has to do it: other dtypes, small or huge operands
 */
export function matmul(
  simd: Simd,
  a: NDArray,
  b: NDArray,
  transposeA: boolean,
  transposeB: boolean,
  bias: NDArray | null = null,
): NDArray | null {
  if (!(isFloat32(a.data) && isFloat32(b.data))) return null;
  const added = bias?.data ?? NO_BIAS;
  if (!isFloat32(added)) return null;
  const { m, k, n, batch, shape } = planMatMul(a, b, transposeA, transposeB);
  const batches = sizeOf(batch);
  if (batches * m * k * n < WORTHWHILE) return null;
  const [left, right] = [spread(a, batch) as Float32Array, spread(b, batch) as Float32Array];
  const product = { m, k, n, transposeA, transposeB };
  const shared = batches === 1 ? multiplyIfItPays(left, right, added, product) : null;
  if (shared) return { data: shared, shape };
  const [sizeA, sizeB, sizeC] = [m * k, k * n, m * n];
  const [atB, atBias] = [sizeA, sizeA + sizeB];
  const atC = atBias + added.length;
  const scratch = (atC + sizeC) * 4;
  if (!simd.reserve(scratch + simd.scratchBytes(m, k, n))) return null;
  const { floats } = simd;
  floats.set(added, atBias);
  const y = batches === 1 ? null : new Float32Array(batches * sizeC);
  for (let i = 0; i < batches; i++) {
    floats.set(a.shape.length === 2 ? left : left.subarray(i * sizeA, (i + 1) * sizeA), 0);
    floats.set(b.shape.length === 2 ? right : right.subarray(i * sizeB, (i + 1) * sizeB), atB);
    const bytes = added.length === 0 ? 0 : atBias * 4;
    simd.matmul(0, atB * 4, atC * 4, bytes, scratch, m, k, n, transposeA, transposeB);
    y?.set(floats.subarray(atC, atC + sizeC), i * sizeC);
  }
  return { data: y ?? taken(simd, atC, sizeC), shape };
}

const NO_BIAS = new Float32Array(0);
