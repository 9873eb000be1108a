/** Finding elements that are no ordinary numbers, and putting others in the place of elements. What is replaced has the slope 0. */

import type { Tensor } from '../autograd/graph.js';
import { isFloat32 } from '../base/kind.js';
import { checkBroadcast, type Shape } from '../base/shape.js';
import { type Check, checked, needNumber, needTensors, numberIn } from '../base/words.js';
import { abs, equal, less, notEqual, where } from './compare.js';

/** 1 where x is NaN, else 0. No gradient flows through it. */
function nanMask(x: Tensor): Tensor {
  needTensors('isNaN', x);
  return notEqual(x, x);
}

/** 1 where x is neither infinite nor NaN, else 0. No gradient flows through it. */
function finiteMask(x: Tensor): Tensor {
  needTensors('isFinite', x);
  return less(abs(x), Infinity);
}

// Under names of their own, since these would hide two functions of JavaScript in this file.
export { finiteMask as isFinite, nanMask as isNaN };

/** Options of {@link nanToNum}. */
export interface NanToNumOptions {
  /** In the place of NaN. Default 0. */
  nan?: number;
  /** In the place of ∞. Default: the largest number of the dtype. */
  posInf?: number;
  /** In the place of −∞. Default: the negative of the largest number of the dtype. */
  negInf?: number;
}
const NAN_TO_NUM: Record<keyof NanToNumOptions, Check> = {
  nan: numberIn({}),
  posInf: numberIn({}),
  negInf: numberIn({}),
};

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** Ordinary numbers in the place of NaN, ∞ and −∞.   x̄ = g where x is finite, 0 elsewhere */
export function nanToNum<S extends Shape>(x: Tensor<S>, options: NanToNumOptions = {}): Tensor<S> {
  needTensors('nanToNum', x);
  const largest = isFloat32(x.data) ? LARGEST_FLOAT32 : Number.MAX_VALUE;
  const { nan = 0, posInf = largest, negInf = -largest } = checked('nanToNum', options, NAN_TO_NUM);
  const finite = where(equal(x, Infinity), posInf, where(equal(x, -Infinity), negInf, x));
  return where(nanMask(x), nan, finite) as Tensor<S>;
}

/**
 * One number in the place of all elements whose mask is not 0, as −∞ for the scores of what must not be attended to. The mask
 * broadcasts to the shape of x.   x̄ = g where the mask is 0, 0 elsewhere
 * @throws ShapeError for a mask that does not broadcast to the shape of x
 */
export function maskedFill<S extends Shape>(x: Tensor<S>, mask: Tensor, value: number): Tensor<S> {
  checkBroadcast('maskedFill', mask, x);
  if (typeof value !== 'number') needNumber('maskedFill', 'the value', value);
  return where(mask, value, x) as Tensor<S>;
}
