/**
 * Ops that move numbers without changing them. Their rules move the gradient back: reshape ↔ reshape, permute ↔ inverse
 * permute, slice ↔ put back, concat ↔ slices.
 *
 * Previous: src/ops/activations.ts · Next: src/ops/reduce.ts
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { broadcastTo } from '../autograd/sums.js';
import type { NDArray } from '../base/array.js';
import { ArgumentError, formatShape, ShapeError } from '../base/errors.js';
import { shown } from '../base/kind.js';
import {
  axisAmong,
  checkBroadcast,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  sizeOf,
} from '../base/shape.js';
import { needList, needNumber, needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { where } from './compare.js';
import { full } from './create.js';
import type { One } from './operand.js';

/** The same numbers under another shape; one size may be −1 and is worked out. Copies, so nothing is aliased.  x̄ = g under the old shape */
export function reshape<const S extends Shape>(x: Tensor, shape: S): Tensor<S> {
  return apply(RESHAPE, [x], inferSize(x, shape));
}
const RESHAPE = defineOp({
  name: 'reshape',
  forward: ([x]: One, shape: Shape) => k.reshape(x, shape),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }) => reshape(g, shape)],
});

function inferSize(x: Tensor, shape: Shape): Shape {
  needTensors('reshape', x);
  needList('reshape', shape, 'a shape such as [2, -1]');
  const open = shape.indexOf(-1);
  const known = sizeOf(shape.filter((size) => size !== -1));
  const inferred = shape.slice();
  if (open >= 0 && known > 0) inferred[open] = x.size / known;
  if (inferred.some((size) => !Number.isInteger(size) || size < 0) || sizeOf(inferred) !== x.size)
    throw new ShapeError(
      'reshape',
      `${formatShape(x.shape)} has ${x.size} elements, which do not fill ${formatShape(shape)}`,
      [x.shape, shape],
    );
  return inferred;
}

/** Joins the axes from `start` to `end` (both included) into one. */
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  needTensors('flatten', x);
  if (x.rank === 0) return reshape(x, [1]);
  const from = normalizeAxis('flatten', start, x);
  const to = normalizeAxis('flatten', end, x);
  if (from > to) throw new ArgumentError('flatten', `start axis ${start} comes after end axis ${end}`);
  return reshape(x, [
    ...x.shape.slice(0, from),
    sizeOf(x.shape.slice(from, to + 1)),
    ...x.shape.slice(to + 1),
  ]);
}

/** Drops axes of size 1: all of them, or those named. @throws ShapeError if a named axis is longer */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  const drop = normalizeAxes('squeeze', axes, x).filter((axis) => {
    if (axes !== undefined && x.shape[axis] !== 1)
      throw new ShapeError(
        'squeeze',
        `axis ${axis} of ${formatShape(x.shape)} has size ${x.shape[axis]}, not 1`,
        [x.shape],
      );
    return x.shape[axis] === 1;
  });
  return reshape(
    x,
    x.shape.filter((_, axis) => !drop.includes(axis)),
  );
}

/** Inserts an axis of size 1 at the given place of the result. */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  needTensors('unsqueeze', x);
  const at = axisAmong('unsqueeze', axis, x.rank + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Repeats axes of size 1 and new leading axes; −1 keeps an axis as it is. @throws ShapeError for −1 on a new axis */
export function expand(x: Tensor, shape: Shape): Tensor {
  needTensors('expand', x);
  needList('expand', shape, 'a shape such as [4, -1]');
  const lead = shape.length - x.rank;
  if (shape.slice(0, Math.max(0, lead)).includes(-1))
    throw new ShapeError(
      'expand',
      `${formatShape(shape)} keeps a size that ${formatShape(x.shape)} does not have; -1 stands for an axis of the tensor, new leading axes need a size`,
      [x.shape, shape],
    );
  const full = shape.map((size, axis) => (size === -1 ? (x.shape[axis - lead] ?? size) : size));
  checkBroadcast('expand', x, { shape: full });
  return broadcastTo(x, full);
}

/** Reorders the axes: axis i of the result is axis order[i] of x.  x̄ = g in the inverse order */
export function permute(x: Tensor, order: readonly number[]): Tensor {
  needTensors('permute', x);
  needList('permute', order, 'all axes in a list, such as [1, 0]');
  const axes = order.map((axis) => normalizeAxis('permute', axis, x));
  if (axes.length !== x.rank || new Set(axes).size !== x.rank)
    throw new ArgumentError(
      'permute',
      `${formatShape(order)} does not name each of the ${x.rank} axes of ${formatShape(x.shape)} once`,
    );
  return apply(PERMUTE, [x], axes as readonly number[]);
}
const PERMUTE = defineOp({
  name: 'permute',
  forward: ([x]: One, order: readonly number[]) => k.permute(x, order),
  vjp: [(g, _, order) => permute(g, inverse(order))],
});

function inverse(order: readonly number[]): number[] {
  const back = new Array<number>(order.length);
  for (const [i, axis] of order.entries()) back[axis] = i;
  return back;
}

/** Swaps two axes, the last two unless named. */
export function transpose(x: Tensor, axisA = -2, axisB = -1): Tensor {
  needTensors('transpose', x);
  if (x.rank < 2)
    throw new ShapeError('transpose', `expected at least two axes, got shape ${formatShape(x.shape)}`, [
      x.shape,
    ]);
  const a = normalizeAxis('transpose', axisA, x);
  const b = normalizeAxis('transpose', axisB, x);
  return permute(
    x,
    x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
  );
}

/**
 * What to take along one axis: `null` everything; a number that one element, dropping the axis; `[start, stop, step]`
 * a range, whose parts may be left out or null. Negative positions count from the end; steps may be negative.
 */
export type SliceSpec = number | null | readonly [start?: number | null, stop?: number | null, step?: number];

interface Range {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly shape: Shape;
}

/**
 * A part of x, one {@link SliceSpec} an axis from the first; axes left out are taken whole.
 *   x̄ = zeros of x's shape with g put back where it was taken from
 * @example slice(x, [null, [0, 10, 2], -1])   // like x[:, 0:10:2, -1] in NumPy
 */
export function slice(x: Tensor, specs: readonly SliceSpec[]): Tensor {
  needTensors('slice', x);
  needList('slice', specs, 'a list with one entry an axis, such as [null, [0, 2]]');
  if (specs.length > x.rank)
    throw new ShapeError(
      'slice',
      `${specs.length} entries for a tensor of ${x.rank} axes, shape ${formatShape(x.shape)}`,
      [x.shape],
    );
  const ranges = x.shape.map((size, axis) => resolve(specs[axis] ?? null, size, axis));
  const taken = apply(SLICE, [x], {
    starts: ranges.map((r) => r.start),
    steps: ranges.map((r) => r.step),
    shape: ranges.map((r) => r.count),
  });
  if (!specs.some((spec) => typeof spec === 'number')) return taken;
  return reshape(
    taken,
    taken.shape.filter((_, axis) => typeof specs[axis] !== 'number'),
  );
}
const SLICE = defineOp({
  name: 'slice',
  forward: ([x]: One, { starts, steps, shape }: Range) => k.slice(x, starts, steps, shape),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }, { starts, steps }) => putBack(g, starts, steps, shape)],
});

/** The rule of slice: puts the elements of x at start, start + step, … of every axis of a tensor of zeros. */
function putBack(x: Tensor, starts: readonly number[], steps: readonly number[], shape: Shape): Tensor {
  return apply(PUT_BACK, [x], { starts, steps, shape });
}
const PUT_BACK = defineOp({
  name: 'putBack',
  forward: ([x]: One, { starts, steps, shape }: Range) => k.unslice(x, starts, steps, shape),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }, { starts, steps }) => apply(SLICE, [g], { starts, steps, shape })],
});

function resolve(
  spec: SliceSpec,
  size: number,
  axis: number,
): { start: number; step: number; count: number } {
  if (spec === null) return { start: 0, step: 1, count: size };
  if (typeof spec === 'number') {
    const at = spec < 0 ? spec + size : spec;
    if (!Number.isInteger(spec) || at < 0 || at >= size)
      throw new ArgumentError('slice', `position ${spec} does not exist on axis ${axis} of size ${size}`);
    return { start: at, step: 1, count: 1 };
  }
  needList('slice', spec, `null, a number or [start, stop, step] for axis ${axis}`);
  const [first, last, step = 1] = spec;
  if (spec.length > 3)
    throw new ArgumentError(
      'slice',
      `the range on axis ${axis} has ${spec.length} parts; expected [start, stop, step]`,
    );
  if (!Number.isInteger(step) || step === 0)
    throw new ArgumentError(
      'slice',
      `the step on axis ${axis} is ${shown(step)}; expected a whole number that is not 0`,
    );
  for (const end of [first ?? 0, last ?? 0])
    if (!Number.isInteger(end))
      throw new ArgumentError(
        'slice',
        `the range on axis ${axis} has an end at ${shown(end)}; expected whole numbers`,
      );
  const clamp = (at: number, low: number, high: number): number =>
    Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const start =
    first == null ? (step > 0 ? 0 : size - 1) : clamp(first, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
  const stop =
    last == null ? (step > 0 ? size : -1) : clamp(last, step > 0 ? 0 : -1, step > 0 ? size : size - 1);
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) };
}

/** Joins tensors along an axis; all other axes must agree.  Each part's gradient is its slice of g */
export function concat(parts: readonly Tensor[], axis = 0): Tensor {
  needList('concat', parts, 'a list of tensors');
  needTensors('concat', ...parts);
  const [first] = parts;
  if (first === undefined) throw new ArgumentError('concat', 'expected at least one tensor');
  const at = normalizeAxis('concat', axis, first);
  for (const [i, part] of parts.entries())
    if (part.rank !== first.rank || part.shape.some((size, j) => j !== at && size !== first.shape[j]))
      throw new ShapeError(
        'concat',
        `tensor ${i} has shape ${formatShape(part.shape)}, the first has ${formatShape(first.shape)}; they may differ on axis ${at} only`,
        [first.shape, part.shape],
      );
  const shape = first.shape.map((size, j) =>
    j === at ? parts.reduce((sum, part) => sum + part.shape[at]!, 0) : size,
  );
  return apply(CONCAT, [...parts], { axis: at, shape });
}
const CONCAT = defineOp({
  name: 'concat',
  forward: (parts: NDArray[], { axis, shape }: { axis: number; shape: Shape }) =>
    k.concat(parts, axis, shape),
  save: ({ inputs, attrs: { axis } }) => ({ sizes: inputs.map((part) => part.shape[axis]!) }),
  vjpAll: (g, { sizes }, { axis }) => split(g, sizes, axis),
});

/** Joins tensors of one shape along a new axis. */
export function stack(parts: readonly Tensor[], axis = 0): Tensor {
  needList('stack', parts, 'a list of tensors');
  needTensors('stack', ...parts);
  const [first] = parts;
  if (first === undefined) throw new ArgumentError('stack', 'expected at least one tensor');
  for (const [i, part] of parts.entries())
    if (!sameShape(part.shape, first.shape))
      throw new ShapeError(
        'stack',
        `tensor ${i} has shape ${formatShape(part.shape)}, the first has ${formatShape(first.shape)}; they must be equal`,
        [first.shape, part.shape],
      );
  const at = axisAmong('stack', axis, first.rank + 1);
  return concat(
    parts.map((part) => unsqueeze(part, at)),
    at,
  );
}

/** Cuts x along an axis into parts of the given sizes, or into that many equal parts. */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  const at = normalizeAxis('split', axis, x);
  const length = x.shape[at]!;
  if (typeof sizes === 'number') needNumber('split', 'the number of parts', sizes, { least: 1, whole: true });
  else needList('split', sizes, 'how many equal parts, or the sizes of the parts in a list');
  const lengths =
    typeof sizes === 'number'
      ? Array.from({ length: length % sizes === 0 ? sizes : 1 }, () => length / sizes)
      : sizes;
  if (
    lengths.some((size) => !Number.isInteger(size) || size < 0) ||
    lengths.reduce((a, b) => a + b, 0) !== length
  )
    throw new ShapeError(
      'split',
      `axis ${at} of ${formatShape(x.shape)} has ${length} elements and cannot be cut into ${typeof sizes === 'number' ? `${sizes} equal parts` : formatShape(sizes)}`,
      [x.shape],
    );
  let start = 0;
  return lengths.map((size) => {
    const range: SliceSpec = [start, (start += size)];
    return slice(
      x,
      x.shape.map((_, i) => (i === at ? range : null)),
    );
  });
}

/** Adds `before` and `after` elements of `value` to each axis.  x̄ = g without the border */
export function pad(
  x: Tensor,
  widths: readonly (readonly [before: number, after: number])[],
  value = 0,
): Tensor {
  needTensors('pad', x);
  needList('pad', widths, 'a pair of widths an axis, such as [[1, 1], [0, 2]]');
  if (widths.length !== x.rank)
    throw new ShapeError('pad', `${widths.length} pairs of widths for shape ${formatShape(x.shape)}`, [
      x.shape,
    ]);
  for (const pair of widths) checkPair(pair);
  if (typeof value !== 'number') needNumber('pad', 'the value of the border', value);
  const starts = widths.map(([before]) => before);
  const steps = widths.map(() => 1);
  const shape = x.shape.map((size, axis) => size + widths[axis]![0] + widths[axis]![1]);
  const padded = putBack(x, starts, steps, shape);
  if (value === 0) return padded;
  const inside = putBack(full(x.shape, 1, { dtype: x.dtype }), starts, steps, shape);
  return where(inside, padded, value);
}

/** Refuses what is no pair of widths. */
function checkPair(pair: readonly number[]): void {
  checkShape('pad', pair, 'the widths are');
  if (pair.length !== 2)
    throw new ArgumentError('pad', `expected two widths an axis, before and after, got ${formatShape(pair)}`);
}

/** Reverses the order along the axes (all, if left out). */
export function flip(x: Tensor, axes?: number | readonly number[]): Tensor {
  const over = normalizeAxes('flip', typeof axes === 'number' ? [axes] : axes, x);
  return slice(
    x,
    x.shape.map((_, axis) => (over.includes(axis) ? [null, null, -1] : null)),
  );
}

/** Repeats x `repeats[axis]` times along each axis, as NumPy's tile. */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  needTensors('tile', x);
  checkShape('tile', repeats, 'the repeats are');
  const rank = Math.max(x.rank, repeats.length);
  const sizes = [...new Array<number>(rank - x.rank).fill(1), ...x.shape];
  const times = [...new Array<number>(rank - repeats.length).fill(1), ...repeats];
  const apart = reshape(
    x,
    sizes.flatMap((size) => [1, size]),
  );
  const repeated = broadcastTo(
    apart,
    sizes.flatMap((size, axis) => [times[axis]!, size]),
  );
  return reshape(
    repeated,
    sizes.map((size, axis) => size * times[axis]!),
  );
}
