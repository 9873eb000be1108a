/**
 * The tape: what a program records while it computes, and how gradients are read off the record afterwards.
 *
 * A program computes a number L, the loss, from parameters, by ops such as `add` and `mul`. "The gradient of x" always
 * means dL/dx. It says for each element of x how L changes with that element, so it has the shape of x.
 * A parameter asks for its gradient by `requiresGrad`, and what is recorded as computed from it requires a gradient too.
 * All other tensors are constants.
 *
 * **What is recorded.** When an op runs on an input that requires a gradient, the engine makes a {@link Node}, unless
 * recording is switched off. The node holds its position (the number of nodes made before it), the op, the inputs (each
 * as the node that computed it, or as the tensor itself if no node did), and the values that the derivative will need. The
 * output of the op points to the node. A tensor that no node computed is a leaf: a parameter or a constant. The tape of L
 * is every node that can be reached from L by way of inputs. For parameters a and b that are numbers, p = a·b and
 * L = p + a leave this tape:
 *
 *     position 0   mul   inputs: a, b        saved: a, b
 *     position 1   add   inputs: node 0, a   saved: nothing
 *
 * **The walk back** collects the tape of L, starts with dL/dL = 1, and goes through the nodes by descending position. An
 * op can only read values that exist already, so every node that uses a value is newer than the node that computed the
 * value. When the walk reaches a node, it has therefore passed all users of the node's output on the tape of L, and the
 * gradient of that output is complete.
 *
 * **The chain rule** is applied at each node, in the loop of backward.ts. The op has a rule for each input by which it has
 * a derivative. A rule takes g, the gradient of the node's output, and returns what this use of the input contributes to
 * the gradient of the input. The rules of `mul` return g·b for a and g·a for b. Both rules of `add` return g.
 *
 * **Contributions are added.** Two nodes use a. When a changes a little, L changes through both uses, and the two changes
 * add up. So do the contributions: dL/da = 1 (from node 1) + b (from node 0). In x·x, one node uses x twice, and both rules
 * contribute.
 *
 * For tensors of many numbers, the derivative of the output by the input is a matrix, the Jacobian. A rule returns the
 * product of the vector g with this matrix: a vector-Jacobian product, `vjp` in the code. Its element j is
 * Σᵢ gᵢ · ∂outputᵢ/∂inputⱼ, since the element j of the input changes L through every element i of the output. No rule builds
 * the matrix. An elementwise product has a diagonal one, for example, so g times b, element by
 * element, is the whole answer.
 *
 * **A new op** is declared as data: a name, a forward on arrays `{ data, shape }`, what to save, and a rule for each input.
 * Here `k.mul` multiplies two arrays, and types are left out:
 *
 *     const MUL = defineOp({
 *       name: 'mul',
 *       broadcast: true,
 *       forward: ([a, b]) => k.mul(a, b),
 *       save: ({ inputs: [a, b] }) => ({ a, b }),
 *       vjp: [(g, { b }) => mul(g, b), (g, { a }) => mul(g, a)],
 *     });
 *     const mul = (a, b) => apply(MUL, [a, b]);
 *
 * **Broadcasting** repeats a small input to the shape of the output: `add` repeats a bias for every row of a batch. The
 * bias is then used once for each row, and its gradient is the sum of g over the rows. An op that declares
 * `broadcast: true` leaves this sum to the walk, which takes it in one place. The rules of the op are written as if
 * nothing had been repeated.
 *
 * **Release.** What nodes save is most of the memory of a program. When a walk has succeeded, the nodes whose rules it
 * applied drop what they saved, their inputs and their attributes, and are marked as released. Then nothing holds the older nodes any more,
 * and their memory is free even while the program still holds L. A second walk that meets a released node throws an error,
 * because it could neither apply the rules nor go on to the inputs. The option `retainGraph` of `backward` keeps the tape.
 * (PyTorch calls a tape a graph; the options keep its names.)
 *
 * **Second derivatives.** Rules are written with ops, and their inputs are g and saved tensors, not raw numbers. A walk
 * usually runs with recording off. With the option `createGraph` the ops inside the rules are recorded like all others, and
 * a gradient that depends on a parameter has a node. Saved tensors still point to their nodes. So the tape of the gradient
 * continues into the tape of L, which is kept in this case, and leads back to the parameters. For L = (x·x)·x, the node of
 * `mul(g, a)` with the saved a = x·x has the node of x·x as an input. A walk from the gradient finds second derivatives:
 *
 *     backward(mul(mul(x, x), x), undefined, { createGraph: true });   // x.grad = 3x²; undefined stands for dL/dL = 1
 *     const slope = x.grad;
 *     x.grad = null;                                                   // or the next walk adds to it
 *     backward(slope);                                                 // x.grad = 6x
 *
 * The five files of the engine are this one, record.ts, op.ts, sums.ts and backward.ts. What they import from guard/,
 * observe.ts and cut.ts only checks, tells observers, and prepares error messages. Skip these files at first.
 *
 * Previous: docs/README.md · Next: src/autograd/record.ts
 */
import type { Dtype, FloatArray, NDArray, NestedArray } from '../base/array.js';
import { checkArray, copied, dtypeOf, nested } from '../base/array.js';
import { noteChange } from '../base/changes.js';
import { formatShape, GraphError, ShapeError } from '../base/errors.js';
import { formatTensor } from '../base/format.js';
import { MARK, type Mark, TENSOR_MARK } from '../base/kind.js';
import type { Shape } from '../base/shape.js';
import { settled } from '../base/site.js';
import { needFunction, needNumbers, needText } from '../base/words.js';

/** A rule as the tape sees it. {@link Vjp} is the same with the types of one op. */
export type Rule = (g: Tensor, saved: Saved, attrs: unknown) => Tensor;

/** What a node keeps for its rules: tensors by name, and plain facts such as shapes. */
export type Saved = Readonly<Record<string, unknown>>;

/**
 * An op as data, made by {@link defineOp}; {@link OpDefinition} explains each part. `I` are the arrays of its inputs, and
 * `A` its attributes: arguments that are no tensors, such as axes.
 */
export interface Op<I extends readonly NDArray[] = readonly NDArray[], A = unknown> {
  readonly name: string;
  forward(inputs: I, attrs: A): NDArray;
  save(step: { inputs: readonly Tensor[]; output: Tensor; attrs: A }): Saved;
  readonly vjp: readonly (Rule | 'zero')[] | null;
  readonly vjpAll:
    | ((g: Tensor, saved: Saved, attrs: unknown, needed: readonly boolean[]) => readonly (Tensor | null)[])
    | null;
  readonly broadcast: boolean;
  readonly converts: boolean;
  readonly composition?: (inputs: readonly Tensor[], attrs: A) => Tensor;
  /** Whether a result of the op was seen to share no memory with an input. */
  separate?: boolean;
}

/** An input as a node keeps it: the node that computed the input, or the tensor itself if no node did. */
export type Source = Node | Tensor;

/**
 * One recorded step. A node points back, to its inputs and to what it saved. Nothing leads forward from a
 * tensor to its users, and no list of all nodes is kept. So a tape is garbage as soon as nobody holds its output.
 */
export class Node {
  /** Functions that see the gradient of the output; see `registerHook`. */
  hooks: Hook[] | null = null;
  /** The output, if its method `retainGrad()` was called: a walk then leaves the gradient in its `grad`, as for a leaf. */
  retained: Tensor | null = null;
  /** Set when a walk dropped `inputs`, `saved` and `attrs`. The stack of the error says where. */
  released: Error | null = null;
  /** The index of the node in the list that a walk made last. */
  place = 0;

  constructor(
    readonly position: number,
    readonly op: Op,
    public inputs: readonly Source[],
    public attrs: unknown,
    public saved: Saved,
    /** The tensors in `saved`, and the version of each when it was saved: a walk notices whether one was written to. */
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

/** The reason why a constant has no node, for error messages: the call or the op that cut the way back, and the place. */
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
  /**
   * The numbers themselves, row-major. Change them by {@link write} or {@link assign}, which count the change, so that a walk
   * back refuses a tape that needs the numbers of before. A write straight into `data`, or into an array that the tensor
   * wraps, is not counted: between forward and backward it makes gradients wrong in silence. `detectAnomaly` finds it.
   */
  readonly data: FloatArray;
  readonly shape: S;
  readonly dtype: Dtype;
  /** A name for messages and pictures; see {@link named}. */
  name = '';
  /** dL/dthis, summed over every `backward()` since it was last set to null. Kept for leaves, and where `retainGrad()` asked. */
  grad: Tensor | null = null;
  /** The node that computed this tensor; null if no node did. */
  node: Node | null = null;
  /** The number of writes so far. A walk compares it to notice that a saved value was overwritten. */
  version = 0;
  /** Why this tensor has no node although a gradient was required before it; see cut.ts. */
  cut: Cut | null = null;
  /** Functions that see the gradient of this leaf; those of a computed tensor sit on its node. */
  hooks: Hook[] | null = null;
  /** The index of a leaf in the list that a walk made last, as for a node. @internal */
  place = 0;
  private asksForGrad = false;

  /**
   * Wraps `data` without copying: the tensor owns `data` from here on. `tensor()` copies and is what programs call. The engine
   * says by `sound` that it has looked at the array.
   */
  constructor(data: FloatArray, shape: S, sound?: true) {
    if (!sound) checkArray('Tensor', data, shape);
    this.data = data;
    this.shape = shape;
    this.dtype = dtypeOf(data);
  }

  /** @internal */
  get [MARK](): Mark {
    return TENSOR_MARK;
  }

  /** The number of elements. */
  get size(): number {
    return this.data.length;
  }

  /** The number of axes; 0 for a scalar. */
  get rank(): number {
    return this.shape.length;
  }

  /** True for leaves that ask for a gradient, and for tensors that a node computed. */
  get requiresGrad(): boolean {
    return this.asksForGrad || this.node !== null;
  }

  set requiresGrad(asked: boolean) {
    if (this.node !== null && !asked)
      throw new GraphError(
        'requiresGrad',
        `this tensor was computed by ${this.node.op.name} and follows its inputs; use detach()`,
      );
    this.asksForGrad = asked;
    if (asked) this.cut = null;
  }

  /** True for a tensor that no node computed. */
  get isLeaf(): boolean {
    return this.node === null;
  }

  /** Gives the tensor a name that errors, explanations and pictures show. Returns the tensor. */
  named(name: string): this {
    needText('named', 'the name', name);
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
    const numbers = values instanceof Tensor ? values.data : values;
    needNumbers('assign', numbers, this.shape);
    return this.write((data) => data.set(numbers));
  }

  /** Changes the numbers in place and counts the write: the way optimisers and initialisers work. A write is not recorded. */
  write(change: (data: FloatArray) => void): this {
    needFunction('write', change, 'a function of the numbers');
    noteChange(this);
    // The count comes first: a change that throws halfway has written too.
    this.version++;
    change(this.data);
    return this;
  }

  /** The same numbers in a tensor of its own that no gradient flows through. */
  detach(): Tensor<S> {
    const copy = new Tensor(copied(this.data), this.shape);
    copy.name = this.name;
    if (this.requiresGrad) copy.cut = { by: 'detach', site: settled(new Error()) };
    return copy;
  }

  toString(): string {
    return formatTensor(this);
  }
}
