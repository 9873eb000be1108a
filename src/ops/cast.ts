/** Copies: to another dtype, or as they are. */

import { allocate, checkDtype, type Dtype, dtypeOf, type NDArray } from '../base/array.js';
import { ArgumentError } from '../base/errors.js';
import type { Shape } from '../base/shape.js';
import { apply, defineOp } from '../op.js';
import type { Tensor } from '../tensor.js';

/** The same numbers in another dtype; x itself if it has it already.  x̄ = g in x's dtype. @throws ArgumentError if unknown */
export function astype<S extends Shape>(x: Tensor<S>, dtype: Dtype): Tensor<S> {
  if (dtype !== 'float32' && dtype !== 'float64')
    throw new ArgumentError('astype', `unknown dtype ${String(dtype)}; expected 'float32' or 'float64'`);
  checkDtype('astype', dtype);
  return x.dtype === dtype ? x : apply(ASTYPE, [x], dtype);
}
const ASTYPE = defineOp({
  name: 'astype',
  kind: 'linear',
  converts: true,
  forward: ([x]: [NDArray], dtype: Dtype) => copy(x, dtype),
  save: ({ inputs: [x] }) => ({ dtype: x.dtype }),
  vjp: [(g, { dtype }) => astype(g, dtype)],
});

/** A copy that gradients flow through.  x̄ = g */
export function clone<S extends Shape>(x: Tensor<S>): Tensor<S> {
  return apply(CLONE, [x]);
}
const CLONE = defineOp({
  name: 'clone',
  kind: 'linear',
  forward: ([x]: [NDArray]) => copy(x, dtypeOf(x.data)),
  vjp: [(g) => g],
});

function copy(x: NDArray, dtype: Dtype): NDArray {
  const data = allocate(dtype, x.data.length);
  data.set(x.data);
  return { data, shape: x.shape };
}
