/**
 * Picking elements by position. The rule of every such op puts gradients back to where the elements were taken, and
 * positions that were taken twice receive the sum.
 *
 * Previous: src/ops/matmul.ts · Next: src/ops/softmax.ts
 */

import { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { broadcastTo } from '../autograd/sums.js';
import { allocate, checkDtype, type Dtype, type NestedArray } from '../base/array.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { isNumberArray, shown } from '../base/kind.js';
import { normalizeAxis, type Shape } from '../base/shape.js';
import { kindOf, needNumber, needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { add } from './arithmetic.js';
import { getDefaultDtype } from './create.js';
import type { One } from './operand.js';
import { flatten, reshape, slice } from './shape.js';

/** Positions: whole numbers as nested arrays, an integer array, or a tensor of whole numbers. */
export type IndexInput = NestedArray | readonly NestedArray[] | Int32Array | Uint8Array | Tensor;

/**
 * Positions with a shape. Each is checked to lie on an axis of this size. Negative ones are counted from the end, and are
 * refused where `least` is 0.
 */
export function toIndex(op: string, input: IndexInput, size: number, least = -size): k.IndexArray {
  const { values, shape } = flattenIndex(op, input);
  const data = new Int32Array(values.length);
  for (let i = 0; i < data.length; i++) {
    const value = values[i]!;
    if (!Number.isInteger(value) || value < least || value >= size)
      throw new ArgumentError(
        op,
        `index ${value} at position ${i} does not exist on an axis of size ${size}; expected a whole number from ${least} to ${size - 1}`,
      );
    data[i] = value < 0 ? value + size : value;
  }
  return { data, shape };
}

function flattenIndex(op: string, input: IndexInput): { values: ArrayLike<number>; shape: Shape } {
  if (input instanceof Tensor) return { values: input.data, shape: input.shape };
  if (isNumberArray(input)) return { values: input, shape: [input.length] };
  if (typeof input === 'number') return { values: [input], shape: [] };
  if (!Array.isArray(input))
    throw new ArgumentError(
      op,
      `expected positions as an array of whole numbers or a Tensor, got ${kindOf(input)}`,
    );
  const shape: number[] = [];
  for (let part: unknown = input; Array.isArray(part); part = part[0]) shape.push(part.length);
  if (isRagged(input, shape, 0)) throw new ShapeError(op, 'the nested arrays of positions are ragged');
  const values = (input as unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
  for (const value of values)
    if (typeof value !== 'number')
      throw new ArgumentError(op, `found ${shown(value)} among the positions; expected whole numbers`);
  return { values, shape };
}

function isRagged(part: unknown, shape: Shape, axis: number): boolean {
  if (!Array.isArray(part)) return axis < shape.length;
  return part.length !== shape[axis] || Array.from(part).some((inner) => isRagged(inner, shape, axis + 1));
}

/**
 * Whole slices along an axis, in the order of a vector of positions, repeats allowed: an embedding lookup.
 *   y[…, i, …] = x[…, index[i], …]   ⇒   x̄[…, index[i], …] += g[…, i, …]
 */
export function indexSelect(x: Tensor, axis: number, index: IndexInput): Tensor {
  needTensors('indexSelect', x);
  if (x.rank === 0) return indexSelect(reshape(x, [1]), axis, index); // as NumPy's take
  const at = normalizeAxis('indexSelect', axis, x);
  const positions = toIndex('indexSelect', index, x.shape[at]!);
  if (positions.shape.length !== 1)
    throw new ShapeError(
      'indexSelect',
      `expected a vector of positions, got shape ${formatShape(positions.shape)}`,
      [positions.shape],
    );
  return select(x, at, positions.data);
}
interface Selection {
  readonly axis: number;
  readonly index: Int32Array;
}
/** {@link indexSelect} at positions that were checked. */
export function select(x: Tensor, axis: number, index: Int32Array): Tensor {
  return apply(INDEX_SELECT, [x], { axis, index });
}
const INDEX_SELECT = defineOp({
  name: 'indexSelect',
  forward: ([x]: One, { axis, index }: Selection) => k.indexSelect(x, axis, index),
  save: ({ inputs: [x], attrs: { axis } }) => ({ size: x.shape[axis]! }),
  vjp: [(g, { size }, { axis, index }) => indexAdd(g, axis, index, size)],
});

/** The rule of indexSelect: starts from zeros and adds each slice to its place. */
function indexAdd(x: Tensor, axis: number, index: Int32Array, size: number): Tensor {
  return apply(INDEX_ADD, [x], { axis, index, size });
}
const INDEX_ADD = defineOp({
  name: 'indexAdd',
  forward: ([x]: One, { axis, index, size }: Selection & { readonly size: number }) =>
    k.indexAdd(x, axis, index, size),
  vjp: [(g, _, { axis, index }) => select(g, axis, index)],
});

/**
 * One element a position, as PyTorch's gather: for axis 1, y[i, j, k] = x[i, index[i, j, k], k].
 *   x̄[i, index[i, j, k], k] += g[i, j, k]
 * The index has x's rank and, off the axis, at most x's sizes.
 */
export function gather(x: Tensor, axis: number, index: IndexInput): Tensor {
  const at = normalizeAxis('gather', axis, x);
  const positions = toIndex('gather', index, x.shape[at]!);
  checkIndexShape('gather', x.shape, at, positions.shape);
  return pick(x, at, positions);
}
interface Picking {
  readonly axis: number;
  readonly index: k.IndexArray;
}
function pick(x: Tensor, axis: number, index: k.IndexArray): Tensor {
  return apply(GATHER, [x], { axis, index });
}
const GATHER = defineOp({
  name: 'gather',
  forward: ([x]: One, { axis, index }: Picking) => k.gather(x, axis, index),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }, { axis, index }) => scatter(g, axis, index, shape)],
});

/** The rule of gather: starts from zeros of `shape` and adds each element to its place. */
function scatter(x: Tensor, axis: number, index: k.IndexArray, shape: Shape): Tensor {
  return apply(SCATTER, [x], { axis, index, shape });
}
const SCATTER = defineOp({
  name: 'scatter',
  forward: ([x]: One, { axis, index, shape }: Picking & { readonly shape: Shape }) =>
    k.scatterAdd(x, axis, index, shape),
  vjp: [(g, _, { axis, index }) => pick(g, axis, index)],
});

function checkIndexShape(op: string, shape: Shape, axis: number, index: Shape): void {
  if (index.length !== shape.length || index.some((size, at) => at !== axis && size > shape[at]!))
    throw new ShapeError(
      op,
      `an index of shape ${formatShape(index)} does not fit ${formatShape(shape)} along axis ${axis}; it needs as many axes and, off that axis, no larger sizes`,
      [shape, index],
    );
}

/** Like {@link gather}, with the index broadcast off the axis, as NumPy's take_along_axis. */
export function takeAlongAxis(x: Tensor, index: IndexInput, axis = -1): Tensor {
  const at = normalizeAxis('takeAlongAxis', axis, x);
  const positions = toIndex('takeAlongAxis', index, x.shape[at]!);
  if (positions.shape.length !== x.rank)
    throw new ShapeError(
      'takeAlongAxis',
      `an index of shape ${formatShape(positions.shape)} has another rank than ${formatShape(x.shape)}`,
      [x.shape, positions.shape],
    );
  if (positions.shape.some((size, i) => i !== at && size !== 1 && size !== x.shape[i]))
    throw new ShapeError(
      'takeAlongAxis',
      `an index of shape ${formatShape(positions.shape)} does not broadcast to ${formatShape(x.shape)} off axis ${at}; sizes must be equal or 1`,
      [x.shape, positions.shape],
    );
  const wide = x.shape.map((size, i) => (i === at ? positions.shape[i]! : size));
  const index64 = new Tensor(Float64Array.from(positions.data), positions.shape);
  return gather(x, at, broadcastTo(index64, wide));
}

/**
 * x with every element of `source` added at the position its index names: y = x, then
 * y[i, index[i, j, k], k] += source[i, j, k] for axis 1.   x̄ = g,   source̅ = g gathered at the index
 */
export function scatterAdd(x: Tensor, axis: number, index: IndexInput, source: Tensor): Tensor {
  const at = normalizeAxis('scatterAdd', axis, x);
  const positions = toIndex('scatterAdd', index, x.shape[at]!);
  checkIndexShape('scatterAdd', x.shape, at, positions.shape);
  needTensors('scatterAdd', source);
  if (formatShape(positions.shape) !== formatShape(source.shape))
    throw new ShapeError(
      'scatterAdd',
      `the index has shape ${formatShape(positions.shape)}, the source ${formatShape(source.shape)}; they must be equal`,
      [positions.shape, source.shape],
    );
  return add(x, scatter(source, at, positions, x.shape));
}

/**
 * Rows of zeros with a 1 at the class's place: shape [...index, classes]. A constant.
 * @throws ArgumentError for classes that do not exist; −1 is none, since it mostly marks a missing label
 */
export function oneHot(index: IndexInput, classes: number, dtype: Dtype = getDefaultDtype()): Tensor {
  if (!Number.isInteger(classes) || classes < 0)
    throw new ArgumentError(
      'oneHot',
      `expected the number of classes, a whole number ≥ 0, got ${shown(classes)}`,
    );
  checkDtype('oneHot', dtype);
  const { index: data, shape } = classIndex('oneHot', index, classes, null);
  const values = allocate(dtype, data.length * classes);
  for (let i = 0; i < data.length; i++) values[i * classes + data[i]!] = 1;
  return new Tensor(values, [...shape, classes]);
}

/** The diagonal of the last two axes, `offset` columns to the right (or, negative, rows down). */
export function diagonal(x: Tensor, offset = 0): Tensor {
  checkOffset('diagonal', x, offset);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const length = Math.max(0, Math.min(rows + Math.min(0, offset), columns - Math.max(0, offset)));
  const start = offset >= 0 ? offset : -offset * columns;
  const flat = flatten(x, -2, -1);
  const range =
    length === 0
      ? ([0, 0] as const)
      : ([start, start + (length - 1) * (columns + 1) + 1, columns + 1] as const);
  return slice(flat, [...flat.shape.slice(0, -1).map(() => null), range]);
}

/** Refuses what is no matrix, or a batch of them, and an offset that counts no columns. */
function checkOffset(op: string, x: Tensor, offset: number): void {
  needTensors(op, x);
  needNumber(op, 'offset', offset, { whole: true });
  if (x.rank < 2)
    throw new ShapeError(op, `expected at least two axes, got shape ${formatShape(x.shape)}`, [x.shape]);
}

/** The lower triangle of the last two axes: column ≤ row + k; zeros elsewhere.  x̄ = g's lower triangle */
export function tril(x: Tensor, offset = 0): Tensor {
  return triangle('tril', x, offset, 'lower');
}

/** The upper triangle of the last two axes: column ≥ row + k; zeros elsewhere.  x̄ = g's upper triangle */
export function triu(x: Tensor, offset = 0): Tensor {
  return triangle('triu', x, offset, 'upper');
}

function triangle(op: string, x: Tensor, offset: number, keep: 'lower' | 'upper'): Tensor {
  checkOffset(op, x, offset);
  return apply(TRIANGLE, [x], { offset, keep });
}
const TRIANGLE = defineOp({
  name: 'triangle',
  forward: ([x]: One, { offset, keep }: { offset: number; keep: 'lower' | 'upper' }) =>
    k.triangle(x, offset, keep),
  vjp: [(g, _, { offset, keep }) => triangle('triangle', g, offset, keep)],
});

/** The classes that a loss is given, checked, with the rows to ignore marked by 0 in `keep`. */
export function classIndex(
  op: string,
  input: IndexInput,
  classes: number,
  ignore: number | null,
): { index: Int32Array; keep: Uint8Array; shape: Shape } {
  const { values, shape } = flattenIndex(op, input);
  const keep = Uint8Array.from(values, (value) => (value === ignore ? 0 : 1));
  const kept = Float64Array.from(values, (value) => (value === ignore ? 0 : value));
  for (const value of kept)
    if (!Number.isInteger(value) || value < 0 || value >= classes)
      throw new ArgumentError(
        op,
        `class ${value} does not exist; expected a whole number from 0 to ${classes - 1}${op === 'oneHot' ? '' : ', or ignoreIndex'}`,
      );
  return { index: Int32Array.from(kept), keep, shape };
}
