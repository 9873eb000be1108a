/** Arithmetic on shapes: sizes, positions, broadcasting, axes. */
import { ArgumentError, formatShape, ShapeError } from './errors.js';
import { isTensor, needTensors, shown } from './kind.js';

/** Sizes of the axes, outermost first; `[]` is the shape of a scalar. */
export type Shape = readonly number[];

/** Something that has a shape and perhaps a name. */
export interface Shaped {
  readonly shape: Shape;
  readonly name?: string;
}

/** What messages call an operand: `W [784, 200]`, or the shape alone. */
export function label({ name, shape }: Shaped): string {
  return name ? `${name} ${formatShape(shape)}` : formatShape(shape);
}

/** The number of elements: the product of the sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** Row-major strides in elements: `[2, 3, 4]` ⇒ `[12, 4, 1]`. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** The position of an element in the array, from its index, which has one number for each axis. */
export function ravel(index: readonly number[], shape: Shape): number {
  return index.reduce((at, i, axis) => at * shape[axis]! + i, 0);
}

/** The index of the element at a position of the array. */
export function unravel(position: number, shape: Shape): number[] {
  const index = new Array<number>(shape.length);
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return index;
}

/**
 * The shape two operands broadcast to: aligned at the last axis, each pair of sizes equal or one of them 1.
 * @throws ShapeError that names both operands, the clashing axis and, where one helps, a reshape
 */
export function broadcastShapes(op: string, p: Shaped, q: Shaped): Shape {
  const [a, b] = [p.shape, q.shape];
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let back = 1; back <= rank; back++) {
    const m = a[a.length - back] ?? 1;
    const n = b[b.length - back] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw broadcastError(op, p, q, rank - back, m, n);
    shape[rank - back] = m === 1 ? n : m;
  }
  return shape;
}

function broadcastError(op: string, p: Shaped, q: Shaped, axis: number, m: number, n: number): ShapeError {
  const [a, b] = [p.shape, q.shape];
  const [long, short, name] = a.length >= b.length ? [a, b, q.name || 'b'] : [b, a, p.name || 'a'];
  const start = long.findIndex((_, at) => short.every((size, i) => long[at + i] === size));
  const reshaped = start >= 0 &&
    short.length > 0 && [...short, ...new Array<number>(long.length - start - short.length).fill(1)];
  const hint = reshaped
    ? `; did you mean ${name}.reshape(${formatShape(reshaped)})?`
    : '; sizes must be equal or 1';
  return new ShapeError(
    op,
    `cannot broadcast ${label(p)} with ${label(q)}: axis ${axis} is ${m} against ${n}${hint}`,
    [a, b],
  );
}

/** Turns a possibly negative axis of a tensor into one in 0 … rank − 1. */
export function normalizeAxis(op: string, axis: number, of: Shaped): number {
  needTensors(op, of);
  return axisAmong(op, axis, of.shape.length);
}

/** Turns a possibly negative axis into one in 0 … rank − 1. */
export function axisAmong(op: string, axis: number, rank: number): number {
  if (typeof axis !== 'number')
    throw new ArgumentError(op, `an axis is a whole number, such as 0 or -1, got ${shown(axis)}`);
  const from = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || from < 0 || from >= rank)
    throw new ArgumentError(
      op,
      `axis ${axis} does not exist in a tensor of rank ${rank}; expected ${rank === 0 ? 'none' : `${-rank} to ${rank - 1}`}`,
    );
  return from;
}

/**
 * One axis of a tensor, a list of axes, or (when left out) all of them, as ascending non-negative numbers. A scalar has no
 * axes, and as in NumPy the axis 0 or −1 stands for none there.
 */
export function normalizeAxes(
  op: string,
  axes: number | readonly number[] | undefined,
  of: Shaped,
): number[] {
  needTensors(op, of);
  const rank = of.shape.length;
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  if (typeof axes !== 'number' && !Array.isArray(axes))
    throw new ArgumentError(op, `expected an axis, or axes in a list, such as [0, 1], got ${shown(axes)}`);
  if (rank === 0 && (axes === 0 || axes === -1)) return [];
  const list = (typeof axes === 'number' ? [axes] : (axes as readonly number[])).map((axis) =>
    axisAmong(op, axis, rank),
  );
  if (new Set(list).size !== list.length)
    throw new ArgumentError(op, `an axis is named twice in ${formatShape(list)}`);
  return list.sort((a, b) => a - b);
}

/** What a reduction is told: its axes, normalised, and whether they stay with size 1. */
export interface ReducedAxes {
  readonly axes: readonly number[];
  readonly keepdims: boolean;
}

/** The shape that is left when `axes` are reduced: to size 1 with `keepdims`, else removed. */
export function reducedShape(shape: Shape, axes: readonly number[], keepdims: boolean): number[] {
  return keepdims
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** The number of elements that are reduced into one. */
export function countOver(shape: Shape, axes: readonly number[]): number {
  return sizeOf(axes.map((axis) => shape[axis]!));
}

/** Checks that a shape holds as many elements as there are. */
export function checkFill(op: string, count: number, shape: Shape): void {
  if (count !== sizeOf(shape))
    throw new ShapeError(
      op,
      `${count} elements do not fill the shape ${formatShape(shape)}, which holds ${sizeOf(shape)}`,
      [shape],
    );
}

/** Checks that `short` broadcasts to `long`, so that one can be repeated to the other and summed back. */
export function checkBroadcast(op: string, short: Shaped, long: Shaped): void {
  for (const one of [short, long])
    if (typeof one === 'object' && one !== null && Object.hasOwn(one, 'shape') && !isTensor(one))
      checkShape(op, one.shape);
    else needTensors(op, one);
  if (!sameShape(broadcastShapes(op, short, long), long.shape))
    throw new ShapeError(op, `${label(short)} does not broadcast to ${label(long)}`, [
      short.shape,
      long.shape,
    ]);
}

/** Checks that a shape, or what `what` says, is a list of whole numbers ≥ 0. */
export function checkShape(op: string, shape: Shape, what = 'a shape is a list of'): void {
  if (!Array.isArray(shape))
    throw new ArgumentError(op, `${what} whole numbers ≥ 0, such as [2, 3], got ${shown(shape)}`);
  for (const size of shape)
    if (!Number.isInteger(size) || size < 0)
      throw new ArgumentError(op, `${what} whole numbers ≥ 0, got ${formatShape(shape)}`);
}
