/** Updates of parameters in WebAssembly: the calling side of assembly/optimise.ts. Twin of {@link reference/optimise.ts}. */
import type { FloatArray } from '../../base/array.js';
import { isFloat32 } from '../../base/kind.js';
import type { Adaptation, Momentum } from '../reference/optimise.js';
import { padded } from './elementwise.js';
import type { Simd } from './exports.js';

const WORTHWHILE = 512;

/**
 * Copies the arrays in, lets `update` work on their addresses and copies all but the gradient, which is the second,
 * back. False where the reference has to do it.
 */
function inPlace(
  simd: Simd,
  arrays: readonly FloatArray[],
  update: (addresses: readonly number[], count: number) => void,
): boolean {
  const count = arrays[0]!.length;
  if (count < WORTHWHILE || !arrays.every(isFloat32)) return false;
  const size = padded(count);
  if (!simd.reserve(size * arrays.length * 4)) return false;
  const { floats } = simd;
  for (const [i, array] of arrays.entries()) floats.set(array, i * size);
  update(
    arrays.map((_, i) => i * size * 4),
    count,
  );
  for (const [i, array] of arrays.entries())
    if (i !== 1) array.set(floats.subarray(i * size, i * size + count));
  return true;
}

export function descend(simd: Simd, w: FloatArray, g: FloatArray, lr: number, weightDecay: number): boolean {
  return inPlace(simd, [w, g], ([atW, atG], count) => simd.descend(atW!, atG!, count, lr, weightDecay));
}

export function descendWithMomentum(
  simd: Simd,
  w: FloatArray,
  g: FloatArray,
  v: FloatArray,
  { lr, weightDecay, momentum, fresh, nesterov }: Momentum,
): boolean {
  return inPlace(simd, [w, g, v], ([atW, atG, atV], count) =>
    simd.descendWithMomentum(atW!, atG!, atV!, count, lr, weightDecay, momentum, fresh, nesterov),
  );
}

export function adapt(
  simd: Simd,
  w: FloatArray,
  g: FloatArray,
  m: FloatArray,
  v: FloatArray,
  { lr, weightDecay, shrink, beta1, beta2, bias2, eps }: Adaptation,
): boolean {
  return inPlace(simd, [w, g, m, v], ([atW, atG, atM, atV], count) =>
    simd.adapt(atW!, atG!, atM!, atV!, count, lr, weightDecay, shrink, beta1, beta2, bias2, eps),
  );
}
