/** The kernels that ops call. Which implementation runs is decided here; ops do not know. */
import type { NDArray } from './array.js';
import { matmul as referenceMatmul } from './reference/matmul.js';
import { matmul as simdMatmul } from './simd/matmul.js';
import { simd } from './simd/module.js';

export * from './reference/elementwise.js';
export * from './reference/indexing.js';
export * from './reference/reduce.js';
export * from './reference/shape.js';
export * from './reference/softmax.js';

/** y = op(a) · op(b), batched over leading axes, which broadcast; op transposes the last two axes or does nothing. */
export function matmul(a: NDArray, b: NDArray, transposeA = false, transposeB = false): NDArray {
  const fast = simd && simdMatmul(simd, a, b, transposeA, transposeB);
  return fast ?? referenceMatmul(a, b, transposeA, transposeB);
}
