/**
 * A tensor: numbers with a shape, and its place in the story of how it was computed.
 *
 * This file knows no op and no layer. `a.add(b)` and its like are attached in methods.ts.
 * Read next: {@link tape.ts}, how gradients flow back.
 */

import { type Dtype, dtypeOf, type FloatArray, type NDArray } from './base/array.js';
import { ArgumentError, formatShape, GraphError, ShapeError } from './base/errors.js';
import { formatTensor } from './base/format.js';
import { type Shape, sizeOf } from './base/shape.js';
import type { Hook, Node } from './tape.js';

/** Why a tensor has no path back to a leaf: which call, or which op without a derivative, cut it, and where. For error messages. */
export interface Cut {
  readonly by: 'detach' | 'noGrad' | { readonly op: string };
  readonly site: Error;
}

/** Reads a site's stack at once: until it is read, the engine keeps what the frames were called on, and so the graph that was cut. */
export function settled(site: Error): Error {
  void site.stack;
  return site;
}

/**
 * An n-dimensional array that owns its numbers, row-major in one typed array.
 *
 * @typeParam S the shape as far as the compiler knows it, e.g. `readonly [2, 3]`; `Shape` where it does not
 */
export class Tensor<out S extends Shape = Shape> implements NDArray {
  /** The numbers themselves, row-major. Write with {@link write} or {@link assign}, so that the tape notices. */
  readonly data: FloatArray;
  readonly shape: S;
  /** A name for messages and pictures; see {@link named}. */
  name = '';
  /** dLoss/dThis, summed over every `backward()` since it was last set to null. Kept for leaves, and where `retainGrad()` asked. */
  grad: Tensor | null = null;
  /** The entry of the tape that computed this tensor; null for leaves and constants. */
  node: Node | null = null;
  /** Counts writes; backward compares it to notice that a saved value was overwritten. */
  version = 0;
  /** Why nothing leads back from here although a gradient was wanted upstream. */
  cut: Cut | null = null;
  /** Functions that see, and may replace, the gradient of this leaf; for computed tensors they sit on the node. */
  hooks: Hook[] | null = null;
  private wantsGrad = false;

  /** Wraps `data` without copying it: the tensor owns it from here on. `tensor()` copies and is what programs call. */
  constructor(data: FloatArray, shape: S) {
    if (data.length !== sizeOf(shape))
      throw new ShapeError(
        'tensor',
        `${data.length} elements do not fill the shape ${formatShape(shape)}, which holds ${sizeOf(shape)}`,
        [shape],
      );
    this.data = data;
    this.shape = shape;
  }

  get dtype(): Dtype {
    return dtypeOf(this.data);
  }

  /** The number of elements. */
  get size(): number {
    return this.data.length;
  }

  /** The number of axes; 0 for a scalar. */
  get rank(): number {
    return this.shape.length;
  }

  /** True for leaves that ask for a gradient and for everything computed from them while recording. */
  get requiresGrad(): boolean {
    return this.wantsGrad || this.node !== null;
  }

  set requiresGrad(wanted: boolean) {
    if (this.node !== null && !wanted)
      throw new GraphError(
        'requiresGrad',
        `this tensor was computed by ${this.node.op.name} and follows its inputs; use detach()`,
      );
    this.wantsGrad = wanted;
    if (wanted) this.cut = null;
  }

  /** True for a tensor that no recorded op computed. */
  get isLeaf(): boolean {
    return this.node === null;
  }

  /** Gives the tensor a name that errors, explanations and pictures show. Returns the tensor. */
  named(name: string): this {
    this.name = name;
    return this;
  }

  /** The single element of a one-element tensor. @throws ShapeError if there are more or none */
  item(): number {
    if (this.size !== 1)
      throw new ShapeError(
        'item',
        `expected one element, got shape ${formatShape(this.shape)}; use toArray() or reduce first`,
        [this.shape],
      );
    return this.data[0]!;
  }

  /** The elements as nested arrays of numbers; a number for a scalar. */
  toArray(): NestedArray {
    const nest = (axis: number, start: number, size: number): NestedArray => {
      if (axis === this.rank) return this.data[start]!;
      const step = this.shape[axis] === 0 ? 0 : size / this.shape[axis]!;
      return Array.from({ length: this.shape[axis]! }, (_, i) => nest(axis + 1, start + i * step, step));
    };
    return nest(0, 0, this.size);
  }

  /** Overwrites all elements and counts the write. @throws ArgumentError if the sizes differ, or for anything but numbers */
  assign(values: ArrayLike<number> | Tensor): this {
    const source = values instanceof Tensor ? values.data : values;
    if (!areNumbers(source))
      throw new ArgumentError(
        'assign',
        `expected a Tensor or a flat array of numbers, got ${String(source).slice(0, 60)}`,
      );
    if (source.length !== this.size)
      throw new ArgumentError(
        'assign',
        `${source.length} values for a tensor of ${this.size} elements, shape ${formatShape(this.shape)}`,
      );
    return this.write((data) => data.set(source));
  }

  /** Changes the numbers in place and counts the write: the way optimisers and initialisers work. Never recorded. */
  write(change: (data: FloatArray) => void): this {
    // First, since a change that throws halfway has written too.
    this.version++;
    change(this.data);
    return this;
  }

  /** The same numbers in a tensor of its own that no gradient flows through. */
  detach(): Tensor<S> {
    const copy = new Tensor(this.data.slice(), this.shape);
    copy.name = this.name;
    if (this.requiresGrad) copy.cut = { by: 'detach', site: settled(new Error()) };
    return copy;
  }

  toString(): string {
    return formatTensor(this);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return formatTensor(this);
  }
}

/** A typed array would take anything else for NaN. */
const areNumbers = (values: ArrayLike<unknown>): boolean =>
  values instanceof Float32Array ||
  values instanceof Float64Array ||
  (typeof values?.length === 'number' && Array.from(values).every((value) => typeof value === 'number'));

/** x as a constant that shares its numbers: for the insides of ops, where no cut needs an explanation. */
export function constant(x: Tensor): Tensor {
  return new Tensor(x.data, x.shape);
}

/** A number, or arrays of them to any depth. */
export type NestedArray = number | NestedArray[];
