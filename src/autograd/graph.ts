/**
 * The tape: what a program records while it computes, and how gradients are read off the record.
 *
 * A loss L is computed from parameters by ops such as `mul` and `add`. Here "the gradient of x" always means dL/dx: how
 * L changes with each element of x. The gradient of x has the shape of x.
 *
 * **What is recorded.** An op that runs on a tensor which needs a gradient leaves a {@link Node}: its position (how
 * many nodes existed before), the op, its inputs, and the values that the derivative will need. The output points to
 * its node, and a node points to the nodes that computed its inputs. There is no list: the tape of L is the set of all
 * nodes that can be reached from L. A tensor that no op computed, such as a parameter, is a leaf. For p = a·b and
 * L = p + a the tape is
 *
 *     position 0   mul   inputs a, b        saved a, b
 *     position 1   add   inputs node 0, a   saved nothing
 *
 * **Backward.** The walk back starts at L with dL/dL = 1 and visits the nodes by descending position. This order is
 * right because an op can only read what has been computed: every node that uses a value is newer than the node that
 * computed the value. So when the walk reaches a node, all users of its output have been visited, and the gradient of
 * its output is complete.
 *
 * At each node the chain rule is applied once: the op's rules turn g, the gradient of the output, into gradients of the
 * inputs. An op has one rule for each input. The rules of `mul` are g·b for a and g·a for b; both rules of `add` are g.
 * In general the rule of an input multiplies the vector g by the Jacobian ∂output/∂input without ever building that
 * matrix, hence its name: vector-Jacobian product, or vjp.
 *
 * **Gradients that meet are added.** Both nodes use a. A small change of a changes L through each use, and the changes
 * add up, so the contributions do too: dL/da = 1 (from node 1) + b (from node 0).
 *
 * **Broadcasting.** Where `add` repeats a bias for every row of a batch, the bias is used once for each row, and its
 * gradient is the sum over the rows. The walk sums gradients back to the shape of the input in one place, so that the
 * rules need not.
 *
 * **Release.** After the walk, the nodes drop what they saved and their inputs, since these are most of a program's
 * memory. A second walk finds nothing to multiply with and throws an error; `retainGraph` keeps the tape.
 *
 * **Second derivatives.** Rules are written with ops. If recording stays on during the walk (`createGraph`), the
 * gradients have a tape of their own and can be differentiated like any other tensor.
 *
 * **A new op** is declared as data, {@link Op}: a forward on plain numbers, what to save, and one rule for each input.
 *
 * Reading order: this file, record.ts, op.ts, sums.ts, backward.ts. The folder guard/ and the files observe.ts and
 * cut.ts only check, watch and explain; skip them at first.
 */
import {
  type Dtype,
  dtypeOf,
  type FloatArray,
  type NDArray,
  type NestedArray,
  nested,
} from '../base/array.js';
import { formatShape, GraphError, ShapeError } from '../base/errors.js';
import { formatTensor } from '../base/format.js';
import { checkFill, type Shape } from '../base/shape.js';
import { settled } from '../base/site.js';
import { needNumbers, TENSOR } from '../base/words.js';

/** A rule: from g, the gradient of the output, to the gradient of one input, written with ops. */
export type Rule = (g: Tensor, saved: Saved, attrs: unknown) => Tensor;

/** What a rule needs later: tensors by name, and plain facts such as shapes. */
export type Saved = Readonly<Record<string, unknown>>;

/** An op as data. {@link defineOp} makes one. `I` and `A` are the types of its inputs and of its attributes. */
export interface Op<I extends readonly NDArray[] = readonly NDArray[], A = unknown> {
  readonly name: string;
  /** The value of the output, from the numbers of the inputs. */
  forward(inputs: I, attrs: A): NDArray;
  /** What the rules will need. */
  save(step: { inputs: readonly Tensor[]; output: Tensor; attrs: A }): Saved;
  /** One rule for each input; `'zero'` for an input without a derivative, such as a mask. */
  readonly vjp: readonly (Rule | 'zero')[] | null;
  /** Instead of `vjp`: one rule that returns the gradients of all inputs, null where none is needed. */
  readonly vjpAll:
    | ((g: Tensor, saved: Saved, attrs: unknown, needed: readonly boolean[]) => readonly (Tensor | null)[])
    | null;
  /** The inputs are broadcast to the shape of the output. */
  readonly broadcast: boolean;
  /** The output is of another dtype than the inputs. */
  readonly converts: boolean;
}

/** Where an input of a node comes from: the node that computed it, or the tensor itself if no node did. */
export type Source = Node | Tensor;

/**
 * One recorded step. A node points to older nodes only, and nothing points from a node to its output (unless the rules
 * need the value of the output, and save it). So a tape that no tensor points to is garbage, like any other object.
 */
export class Node {
  /** Functions that see the gradient of the output; see {@link registerHook}. */
  hooks: Hook[] | null = null;
  /** The output, if {@link retainGrad} asked to keep its gradient. */
  retained: Tensor | null = null;
  /** Set when the walk back released `inputs` and `saved`: the line that called backward. */
  released: Error | null = null;

  constructor(
    readonly position: number,
    readonly op: Op,
    public inputs: readonly Source[],
    readonly attrs: unknown,
    public saved: Saved,
    /** The tensors among what was saved, and their versions then: a later write to one of them must be noticed. */
    public guarded: readonly Tensor[],
    readonly versions: readonly number[],
    /** Shape and dtype of the output, which are those of its gradient. */
    readonly shape: Shape,
    readonly dtype: Dtype,
  ) {}
}

/**
 * Sees a gradient on its way back, and may return another one to put in its place. A hook must not write to the tensor
 * it is given: that tensor may be the gradient of another tensor as well.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks has no return statement
export type Hook = (gradient: Tensor) => Tensor | void;

/** Which call, or which op without a derivative, cut the way back from a tensor, and where. For error messages. */
export interface Cut {
  readonly by: 'detach' | 'noGrad' | { readonly op: string };
  readonly site: Error;
}

/**
 * An n-dimensional array that owns its numbers, row-major in one typed array. Ops are attached as methods, `a.add(b)`,
 * in methods.ts.
 *
 * @typeParam S the shape as far as the compiler knows it, e.g. `readonly [2, 3]`; `Shape` where it does not
 */
export class Tensor<out S extends Shape = Shape> implements NDArray {
  /** The numbers themselves, row-major. Write with {@link write} or {@link assign}, so that the tape notices. */
  readonly data: FloatArray;
  readonly shape: S;
  /** A name for messages and pictures; see {@link named}. */
  name = '';
  /** dL/dthis, summed over every `backward()` since it was last set to null. Kept for leaves, and where `retainGrad()` asked. */
  grad: Tensor | null = null;
  /** The node that computed this tensor; null for leaves and constants. */
  node: Node | null = null;
  /** The number of writes so far. Backward compares it to notice that a saved value was overwritten. */
  version = 0;
  /** What cut the way back from this tensor, for messages; see cut.ts. */
  cut: Cut | null = null;
  /** Functions that see the gradient of this leaf; those of a computed tensor sit on its node. */
  hooks: Hook[] | null = null;
  private wantsGrad = false;

  /** Wraps `data` without copying: the tensor owns `data` from here on. `tensor()` copies and is what programs call. */
  constructor(data: FloatArray, shape: S) {
    checkFill('tensor', data.length, shape);
    this.data = data;
    this.shape = shape;
  }

  /** @internal */
  get [TENSOR](): true {
    return true;
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

  /** True for leaves that ask for a gradient, and for everything computed from them while recording. */
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
    return nested(this);
  }

  /** Overwrites all elements and counts the write. @throws ArgumentError if the sizes differ, or for anything but numbers */
  assign(values: ArrayLike<number> | Tensor): this {
    const source = values instanceof Tensor ? values.data : values;
    needNumbers('assign', source, this.shape);
    return this.write((data) => data.set(source));
  }

  /** Changes the numbers in place and counts the write: the way optimisers and initialisers work. Never recorded. */
  write(change: (data: FloatArray) => void): this {
    // The count comes first: a change that throws halfway has written too.
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
