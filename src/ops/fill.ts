/** Constants that ops need. */
import { allocate, type Dtype, type NDArray } from '../kernels/array.js';
import { type Shape, sizeOf } from '../shape.js';
import { Tensor } from '../tensor.js';

/** A constant tensor of `value`, with 0 instead where `hole` is 1. */
export function full(shape: Shape, value: number, dtype: Dtype, hole?: NDArray): Tensor {
  const data = allocate(dtype, sizeOf(shape)).fill(value);
  if (hole) for (let i = 0; i < data.length; i++) if (hole.data[i] === 1) data[i] = 0;
  return new Tensor(data, shape);
}
