/** Making tensors: from numbers, filled, counted, and drawn from a generator. */

import { Tensor } from '../autograd/graph.js';
import {
  allocate,
  checkDtype,
  type Dtype,
  type FloatArray,
  type NestedArray,
  needDtype,
  roundedInside,
} from '../base/array.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { isSaved, restoreArray, type SavedTensor } from '../base/json.js';
import { isFloat32, isFloat64, isNumberArray, kindOf, refuseForeign, shown, tagOf } from '../base/kind.js';
import type { Rng } from '../base/random.js';
import { checkFill, checkShape, type Shape, sizeOf } from '../base/shape.js';
import {
  type Check,
  checkOptions,
  needFlag,
  needFunction,
  needGenerator,
  refusePromise,
} from '../base/words.js';

let defaultDtype: Dtype = 'float32';

/** The dtype of a tensor that is made without one. */
export function getDefaultDtype(): Dtype {
  return defaultDtype;
}

/**
 * Runs `fn` with another default dtype, so that constants which `fn` makes from numbers are of that dtype. A gradient check
 * runs your function in float64 this way.
 */
export function withDefaultDtype<T>(dtype: Dtype, fn: () => T): T {
  checkDtype('withDefaultDtype', dtype);
  needFunction('withDefaultDtype', fn);
  const before = defaultDtype;
  defaultDtype = dtype;
  try {
    const value = fn();
    refusePromise('withDefaultDtype', value, 'the dtype cannot stay switched across an await');
    return value;
  } finally {
    defaultDtype = before;
  }
}

export interface TensorOptions {
  /** Default: the dtype of a float typed array, else the default dtype. */
  dtype?: Dtype;
  /** Ask for this leaf's gradient. Default: false. */
  requiresGrad?: boolean;
}

const OPTIONS: Record<keyof TensorOptions, Check> = {
  dtype: needDtype,
  requiresGrad: needFlag,
};
const TENSOR_OPTIONS = { shape: null, ...OPTIONS };

/** Everything {@link tensor} takes. */
export type TensorData =
  | NestedArray
  | readonly NestedArray[]
  | FloatArray
  | Int32Array
  | Uint8Array
  | SavedTensor
  | Tensor;

/**
 * A tensor with a copy of `data`: a number, nested arrays, a typed array, another tensor (which is detached), or what
 * `JSON.parse` made of a tensor that `JSON.stringify` wrote.
 *
 * Tensors hold floats. For an array of integers you have to give a `dtype`, so that nothing is converted unasked.
 * @throws ShapeError if nested arrays are ragged or `shape` does not hold the elements
 * @throws ArgumentError for anything that is not a number, and for unknown options
 * @example tensor([[1, 2], [3, 4]])                       // shape [2, 2]
 * @example tensor(new Float32Array(6), { shape: [2, 3] })
 */
export function tensor<const S extends Shape = Shape>(
  data: TensorData,
  options: TensorOptions & { shape?: S } = {},
): Tensor<S> {
  checkOptions('tensor', options, TENSOR_OPTIONS);
  const { values, shape: own } = flattenData(data, options.dtype);
  const { shape = own } = options;
  checkShape('tensor', shape);
  checkFill('tensor', values.length, shape);
  return finish(new Tensor(values, shape.slice() as Shape as S), options);
}

function finish<S extends Shape>(result: Tensor<S>, { requiresGrad = false }: TensorOptions): Tensor<S> {
  if (requiresGrad) result.requiresGrad = true;
  return result;
}

function flattenData(data: TensorData, dtype: Dtype | undefined): { values: FloatArray; shape: Shape } {
  if (data instanceof Tensor) return { values: copyOf(data.data, dtype ?? data.dtype), shape: data.shape };
  if (isFloat32(data)) return { values: copyOf(data, dtype ?? 'float32'), shape: [data.length] };
  if (isFloat64(data)) return { values: copyOf(data, dtype ?? 'float64'), shape: [data.length] };
  if (ArrayBuffer.isView(data)) return fromOtherArray(data, dtype);
  refuseForeign('tensor', data);
  if (isSaved(data)) {
    const { data: values, shape } = restoreArray('tensor', data);
    return { values: copyOf(values, dtype ?? data.dtype), shape };
  }
  const shape = nestedShape(data as NestedArray);
  const values = allocate(dtype ?? defaultDtype, sizeOf(shape));
  let next = 0;
  const fill = (part: NestedArray, axis: number): void => {
    if (typeof part === 'number' && axis === shape.length) values[next++] = part;
    else if (Array.isArray(part) && axis < shape.length && part.length === shape[axis])
      for (const inner of part) fill(inner, axis + 1);
    else throw ragged(part, shape, axis);
  };
  fill(data as NestedArray, 0);
  return { values, shape };
}

function fromOtherArray(
  data: ArrayBufferView,
  dtype: Dtype | undefined,
): { values: FloatArray; shape: Shape } {
  const name = tagOf(data);
  if (!isNumberArray(data))
    throw new ArgumentError(
      'tensor',
      `${name} does not hold plain numbers; copy them into a Float32Array first`,
    );
  // Every number of 16 bits is a number of 32 bits.
  const own = name === 'Float16Array' ? 'float32' : undefined;
  if ((dtype ?? own) === undefined)
    throw new ArgumentError(
      'tensor',
      `${name} holds integers and tensors hold floats; pass { dtype: 'float32' } to convert`,
    );
  return { values: copyOf(data, dtype ?? own!), shape: [data.length] };
}

function copyOf(source: ArrayLike<number>, dtype: Dtype): FloatArray {
  return dtype === 'float32' ? new Float32Array(source) : new Float64Array(source);
}

function nestedShape(data: NestedArray): Shape {
  const shape: number[] = [];
  for (let part: NestedArray | undefined = data; Array.isArray(part); part = part[0]) shape.push(part.length);
  return shape;
}

function ragged(part: unknown, shape: Shape, axis: number): Error {
  if (typeof part !== 'number' && !Array.isArray(part))
    return new ArgumentError(
      'tensor',
      `found ${part == null ? '' : `${typeof part} `}${typeof part === 'string' ? part : shown(part)} among the numbers`,
    );
  const found = Array.isArray(part) ? `an array of ${part.length}` : 'a number';
  return new ShapeError(
    'tensor',
    `the nested arrays are ragged: axis ${axis} of ${formatShape(shape)} meets ${found}`,
    [shape],
  );
}

/** A tensor whose elements are all `value`. */
export function full<const S extends Shape>(shape: S, value: number, options: TensorOptions = {}): Tensor<S> {
  if (typeof value !== 'number') throw new ArgumentError('full', `expected a number, got ${kindOf(value)}`);
  return filled('full', shape, value, options);
}

export function zeros<const S extends Shape>(shape: S, options: TensorOptions = {}): Tensor<S> {
  return filled('zeros', shape, 0, options);
}

export function ones<const S extends Shape>(shape: S, options: TensorOptions = {}): Tensor<S> {
  return filled('ones', shape, 1, options);
}

function filled<S extends Shape>(op: string, shape: S, value: number, options: TensorOptions): Tensor<S> {
  checkShape(op, shape);
  checkOptions(op, options, OPTIONS);
  const dtype = options.dtype ?? defaultDtype;
  return finish(new Tensor(roomFor(op, shape, dtype).fill(value), shape.slice() as Shape as S), options);
}

function roomFor(op: string, shape: Shape, dtype: Dtype): FloatArray {
  try {
    return allocate(dtype, sizeOf(shape));
  } catch {
    throw new ShapeError(
      op,
      `there is no memory for shape ${formatShape(shape)}, which holds ${sizeOf(shape)} elements`,
      [shape],
    );
  }
}

/** The n × m matrix (m = n unless given) with ones on its diagonal. */
export function eye(n: number, m: number = n, options: TensorOptions = {}): Tensor {
  const result = filled('eye', [n, m], 0, options);
  for (let i = 0; i < Math.min(n, m); i++) result.data[i * m + i] = 1;
  return result;
}

/** start, start + step, … below (or, with a negative step, above) stop; `arange(n)` counts from 0. */
export function arange(start: number, stop?: number, step = 1, options: TensorOptions = {}): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (!(Number.isFinite(from) && Number.isFinite(to) && Number.isFinite(step)) || step === 0)
    throw new ArgumentError(
      'arange',
      `expected finite numbers and a step that is not 0, got ${from}, ${to}, ${step}`,
    );
  const count = Math.max(0, Math.ceil((to - from) / step));
  const result = filled('arange', [count], 0, options);
  for (let i = 0; i < count; i++) result.data[i] = from + i * step;
  return result;
}

/** `count` numbers at equal distances from start to stop, both included. @throws ArgumentError unless both are finite */
export function linspace(start: number, stop: number, count: number, options: TensorOptions = {}): Tensor {
  if (!(Number.isFinite(start) && Number.isFinite(stop)))
    throw new ArgumentError('linspace', `expected finite numbers, got ${start} and ${stop}`);
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError('linspace', `expected how many numbers, a whole number ≥ 0, got ${count}`);
  const result = filled('linspace', [count], 0, options);
  for (let i = 0; i < count; i++)
    result.data[i] =
      i === count - 1 && count > 1 ? stop : start + (i * (stop - start)) / Math.max(1, count - 1);
  return result;
}

/** Draws from N(0, 1). */
export function randn<const S extends Shape>(shape: S, rng: Rng, options: TensorOptions = {}): Tensor<S> {
  return drawn('randn', shape, rng, options, () => () => rng.normal());
}

/** Draws uniformly from [0, 1). */
export function rand<const S extends Shape>(shape: S, rng: Rng, options: TensorOptions = {}): Tensor<S> {
  return drawn('rand', shape, rng, options, (dtype) => () => roundedInside(rng.uniform(), 0, 1, dtype));
}

/**
 * Draws whole numbers uniformly from low … high − 1.
 * @throws ArgumentError unless low < high, for more than 2³² numbers to draw from, and for numbers beyond 2²⁴, which float32
 *   does not hold, or 2⁵³, which float64 does not hold
 */
export function randint<const S extends Shape>(
  low: number,
  high: number,
  shape: S,
  rng: Rng,
  options: TensorOptions = {},
): Tensor<S> {
  if (!(Number.isInteger(low) && Number.isInteger(high) && low < high))
    throw new ArgumentError('randint', `expected whole numbers low < high, got ${low} and ${high}`);
  return drawn('randint', shape, rng, options, (dtype) => {
    checkWholeNumbers(low, high, dtype);
    return () => low + rng.integer(high - low);
  });
}

/** Refuses ranges with whole numbers that the dtype would round. */
function checkWholeNumbers(low: number, high: number, dtype: Dtype): void {
  const exact = dtype === 'float32' ? 24 : 53;
  if (Math.max(-low, high - 1) > 2 ** exact)
    throw new ArgumentError(
      'randint',
      `${dtype} holds all whole numbers up to 2^${exact} = ${2 ** exact}, not all from ${low} to ${high - 1}${dtype === 'float32' ? "; pass { dtype: 'float64' }" : ''}`,
    );
  if (high - low > 2 ** 32)
    throw new ArgumentError('randint', `draws from at most 2^32 numbers, got ${high - low}`);
}

function drawn<S extends Shape>(
  op: string,
  shape: S,
  rng: Rng,
  options: TensorOptions,
  drawFor: (dtype: Dtype) => () => number,
): Tensor<S> {
  needGenerator(op, rng, 'to draw from', 'random(seed)');
  const result = filled(op, shape, 0, options);
  const draw = drawFor(result.dtype);
  for (let i = 0; i < result.size; i++) result.data[i] = draw();
  return result;
}
