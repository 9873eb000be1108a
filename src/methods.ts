/**
 * Ops as methods of Tensor, `a.add(b)`. Each is the op of the same name with the tensor as its first argument, and is
 * documented there. The list of ops is ops/attached.ts. The entry point `tapegrad` has more, see full-methods.ts.
 */

import { type BackwardOptions, backward } from './autograd/backward.js';
import { type Hook, Node, type Source, Tensor } from './autograd/graph.js';
import type { Dtype } from './base/array.js';
import { ArgumentError, formatShape, GraphError } from './base/errors.js';
import { type SavedTensor, saveArray } from './base/json.js';
import { ASKED } from './base/printed.js';
import type { Shape } from './base/shape.js';
import type { CanMatMul, MatMul, Reduced } from './base/shape-types.js';
import { formatKind, needFunction, tooMany } from './base/words.js';
import * as attached from './ops/attached.js';
import type { NormOptions, VarianceOptions } from './ops/moments.js';
import type { Broadcasted, Fits, Operand } from './ops/operand.js';
import type { SliceSpec } from './ops/shape.js';

type Axes = number | readonly number[];
declare module './autograd/graph.js' {
  interface Tensor<S extends Shape = Shape> {
    /** The op {@link attached.add | add} on this tensor. */
    add<A extends Tensor, B extends Operand>(this: A, other: B & Fits<'add', A, B>): Broadcasted<A, B>;
    /** The op {@link attached.sub | sub} on this tensor. */
    sub<A extends Tensor, B extends Operand>(this: A, other: B & Fits<'sub', A, B>): Broadcasted<A, B>;
    /** The op {@link attached.mul | mul} on this tensor. */
    mul<A extends Tensor, B extends Operand>(this: A, other: B & Fits<'mul', A, B>): Broadcasted<A, B>;
    /** The op {@link attached.div | div} on this tensor. */
    div<A extends Tensor, B extends Operand>(this: A, other: B & Fits<'div', A, B>): Broadcasted<A, B>;
    /** The op {@link attached.pow | pow} on this tensor. */
    pow<A extends Tensor, B extends Operand>(this: A, other: B & Fits<'pow', A, B>): Broadcasted<A, B>;
    /** The op {@link attached.maximum | maximum} on this tensor. */
    maximum<A extends Tensor, B extends Operand>(
      this: A,
      other: B & Fits<'maximum', A, B>,
    ): Broadcasted<A, B>;
    /** The op {@link attached.minimum | minimum} on this tensor. */
    minimum<A extends Tensor, B extends Operand>(
      this: A,
      other: B & Fits<'minimum', A, B>,
    ): Broadcasted<A, B>;
    /** The op {@link attached.matmul | matmul} on this tensor. */
    matmul<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Tensor<B> & CanMatMul<A, B>,
    ): Tensor<Extract<MatMul<A, B>, Shape>>;
    /** The op {@link attached.sum | sum} on this tensor. */
    sum<const A extends Axes | undefined = undefined, const K extends boolean = false>(
      axes?: A,
      keepdims?: K,
    ): Tensor<Extract<Reduced<S, A, K>, Shape>>;
    /** The op {@link attached.mean | mean} on this tensor. */
    mean<const A extends Axes | undefined = undefined, const K extends boolean = false>(
      axes?: A,
      keepdims?: K,
    ): Tensor<Extract<Reduced<S, A, K>, Shape>>;
    /** The op {@link attached.reshape | reshape} on this tensor. */
    reshape<const T extends Shape>(shape: T): Tensor<T>;
    /** The op {@link attached.broadcastTo | broadcastTo} on this tensor. */
    broadcastTo<const T extends Shape>(shape: T): Tensor<T>;
    /** The op {@link attached.sumTo | sumTo} on this tensor. */
    sumTo<const T extends Shape>(shape: T): Tensor<T>;
    /** The op {@link attached.neg | neg} on this tensor. */
    neg(): Tensor<S>;
    /** The op {@link attached.square | square} on this tensor. */
    square(): Tensor<S>;
    /** The op {@link attached.reciprocal | reciprocal} on this tensor. */
    reciprocal(): Tensor<S>;
    /** The op {@link attached.abs | abs} on this tensor. */
    abs(): Tensor<S>;
    /** The op {@link attached.sign | sign} on this tensor. */
    sign(): Tensor<S>;
    /** The op {@link attached.exp | exp} on this tensor. */
    exp(): Tensor<S>;
    /** The op {@link attached.expm1 | expm1} on this tensor. */
    expm1(): Tensor<S>;
    /** The op {@link attached.log | log} on this tensor. */
    log(): Tensor<S>;
    /** The op {@link attached.log1p | log1p} on this tensor. */
    log1p(): Tensor<S>;
    /** The op {@link attached.sqrt | sqrt} on this tensor. */
    sqrt(): Tensor<S>;
    /** The op {@link attached.rsqrt | rsqrt} on this tensor. */
    rsqrt(): Tensor<S>;
    /** The op {@link attached.sin | sin} on this tensor. */
    sin(): Tensor<S>;
    /** The op {@link attached.cos | cos} on this tensor. */
    cos(): Tensor<S>;
    /** The op {@link attached.tan | tan} on this tensor. */
    tan(): Tensor<S>;
    /** The op {@link attached.tanh | tanh} on this tensor. */
    tanh(): Tensor<S>;
    /** The op {@link attached.relu | relu} on this tensor. */
    relu(): Tensor<S>;
    /** The op {@link attached.sigmoid | sigmoid} on this tensor. */
    sigmoid(): Tensor<S>;
    /** The op {@link attached.softmax | softmax} on this tensor. */
    softmax(axis?: number): Tensor<S>;
    /** The op {@link attached.logSoftmax | logSoftmax} on this tensor. */
    logSoftmax(axis?: number): Tensor<S>;
    /** The op {@link attached.clip | clip} on this tensor. */
    clip(low: number, high: number): Tensor<S>;
    clip(low: Operand, high: Operand): Tensor;
    /** The op {@link attached.clone | clone} on this tensor. */
    clone(): Tensor<S>;
    /** The op {@link attached.astype | astype} on this tensor. */
    astype<T extends Shape = S>(dtype: Dtype): Tensor<T>;
    /** The op {@link attached.greater | greater} on this tensor. */
    greater(other: Operand): Tensor;
    /** The op {@link attached.greaterEqual | greaterEqual} on this tensor. */
    greaterEqual(other: Operand): Tensor;
    /** The op {@link attached.less | less} on this tensor. */
    less(other: Operand): Tensor;
    /** The op {@link attached.lessEqual | lessEqual} on this tensor. */
    lessEqual(other: Operand): Tensor;
    /** The op {@link attached.equal | equal} on this tensor. */
    equal(other: Operand): Tensor;
    /** The op {@link attached.notEqual | notEqual} on this tensor. */
    notEqual(other: Operand): Tensor;
    /** The op {@link attached.max | max} on this tensor. */
    max(axes?: Axes, keepdims?: boolean): Tensor;
    /** The op {@link attached.min | min} on this tensor. */
    min(axes?: Axes, keepdims?: boolean): Tensor;
    /** The op {@link attached.prod | prod} on this tensor. */
    prod(axes?: Axes, keepdims?: boolean): Tensor;
    /** The op {@link attached.variance | variance} on this tensor. */
    variance(axes?: Axes, options?: VarianceOptions): Tensor;
    /** The op {@link attached.std | std} on this tensor. */
    std(axes?: Axes, options?: VarianceOptions): Tensor;
    /** The op {@link attached.norm | norm} on this tensor. */
    norm(axes?: Axes, options?: NormOptions): Tensor;
    /** The op {@link attached.logSumExp | logSumExp} on this tensor. */
    logSumExp(axes?: Axes, keepdims?: boolean): Tensor;
    /** The op {@link attached.argMax | argMax} on this tensor. */
    argMax(axis?: number, keepdims?: boolean): Tensor;
    /** The op {@link attached.argMin | argMin} on this tensor. */
    argMin(axis?: number, keepdims?: boolean): Tensor;
    /** The op {@link attached.cumSum | cumSum} on this tensor. */
    cumSum(axis?: number, reverse?: boolean): Tensor;
    /** The op {@link attached.dot | dot} on this tensor. */
    dot(other: Tensor): Tensor;
    /** The op {@link attached.outer | outer} on this tensor. */
    outer(other: Tensor): Tensor;
    /** The op {@link attached.transpose | transpose} on this tensor. */
    transpose(axisA?: number, axisB?: number): Tensor;
    /** The op {@link attached.permute | permute} on this tensor. */
    permute(order: readonly number[]): Tensor;
    /** The op {@link attached.flatten | flatten} on this tensor. */
    flatten(start?: number, end?: number): Tensor;
    /** The op {@link attached.squeeze | squeeze} on this tensor. */
    squeeze(axes?: Axes): Tensor;
    /** The op {@link attached.unsqueeze | unsqueeze} on this tensor. */
    unsqueeze(axis: number): Tensor;
    /** The op {@link attached.expand | expand} on this tensor. */
    expand(shape: Shape): Tensor;
    /** The op {@link attached.slice | slice} on this tensor. */
    slice(specs: readonly SliceSpec[]): Tensor;
    /** The op {@link attached.split | split} on this tensor. */
    split(sizes: number | readonly number[], axis?: number): Tensor[];
    /** What `JSON.stringify` writes, and `tensor` reads: dtype, shape and numbers. The numbers that JSON lacks become strings. */
    toJSON(): SavedTensor;
    /** Computes gradients of this tensor, a single number unless `seed` is given, into the leaves' `grad`. See {@link backward}. */
    backward(seedOrOptions?: Tensor | BackwardOptions, options?: BackwardOptions): void;
    /** Keeps the gradient of this computed tensor in its `grad` at the next backward. Returns the tensor. @throws GraphError for a constant */
    retainGrad(): this;
    /** Calls `hook` with this tensor's gradient in every backward pass; what it returns, if anything, takes its place. Returns a function that removes it. */
    registerHook(hook: Hook): () => void;
  }
}

function attach(name: string | symbol, method: (this: Tensor, ...rest: never[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
}

/** The parameters of an op after its first. */
type Rest<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never;

/** How many arguments the method of each op takes at most. The compiler compares the numbers with the ops. */
type Arities<Ops> = { readonly [Name in keyof Ops]: Required<Rest<Ops[Name]>>['length'] };

const MOST: Arities<typeof attached> = {
  abs: 0,
  clone: 0,
  cos: 0,
  exp: 0,
  expm1: 0,
  log: 0,
  log1p: 0,
  neg: 0,
  reciprocal: 0,
  relu: 0,
  rsqrt: 0,
  sigmoid: 0,
  sign: 0,
  sin: 0,
  sqrt: 0,
  square: 0,
  tan: 0,
  tanh: 0,
  add: 1,
  astype: 1,
  broadcastTo: 1,
  div: 1,
  dot: 1,
  equal: 1,
  expand: 1,
  greater: 1,
  greaterEqual: 1,
  less: 1,
  lessEqual: 1,
  logSoftmax: 1,
  matmul: 1,
  maximum: 1,
  minimum: 1,
  mul: 1,
  notEqual: 1,
  outer: 1,
  permute: 1,
  pow: 1,
  reshape: 1,
  slice: 1,
  softmax: 1,
  squeeze: 1,
  sub: 1,
  sumTo: 1,
  unsqueeze: 1,
  argMax: 2,
  argMin: 2,
  clip: 2,
  cumSum: 2,
  flatten: 2,
  logSumExp: 2,
  max: 2,
  mean: 2,
  min: 2,
  norm: 2,
  prod: 2,
  split: 2,
  std: 2,
  sum: 2,
  transpose: 2,
  variance: 2,
};

/** Attaches ops as methods. Each refuses more arguments than it takes. */
export function attachOps<Ops extends object>(ops: Ops, arities: Arities<Ops>): void {
  type AnyOp = (x: Tensor, a?: unknown, b?: unknown, c?: unknown) => unknown;
  for (const [name, op] of Object.entries(ops) as [string & keyof Ops, AnyOp][]) {
    const most = arities[name];
    attach(name, function (this: Tensor, a?: unknown, b?: unknown, c?: unknown, d?: unknown) {
      const result = op(this, a, b, c);
      // After the op, whose own complaint, as about x.reshape(2, 3), says more.
      if ((most === 0 ? a : most === 1 ? b : most === 2 ? c : d) !== undefined) throw tooMany(name, most);
      return result;
    });
  }
}
attachOps(attached, MOST);

attach(
  'backward',
  function (this: Tensor, seedOrOptions?: Tensor | BackwardOptions, options?: BackwardOptions) {
    // Anything but a plain object is meant as a seed, and is checked as one.
    if (seedOrOptions == null) backward(this, undefined, options);
    else if (Object.getPrototypeOf(seedOrOptions) === Object.prototype)
      backward(this, undefined, seedOrOptions as BackwardOptions);
    else backward(this, seedOrOptions as Tensor, options);
  },
);

// An operator such as `-` or `<` asks a tensor for a number, and one without a gradient would be all it could get.
attach(Symbol.toPrimitive, function (this: Tensor, hint: string) {
  if (hint === 'string') return this.toString();
  throw new ArgumentError(
    'Tensor',
    `operators such as +, - and < need numbers, and this is a Tensor of shape ${formatKind(this)}; call methods such as a.sub(b) or a.less(b), take a single number with a.item(), and write \`\${a}\` for text`,
  );
});

attach('toJSON', function (this: Tensor) {
  return saveArray(this);
});

attach('retainGrad', function (this: Tensor) {
  if (!this.requiresGrad)
    throw new GraphError('retainGrad', 'this tensor requires no gradient, so there will be none to keep');
  if (this.node) this.node.retained = this;
  return this;
});

attach('registerHook', function (this: Tensor, hook: Hook) {
  needFunction('registerHook', hook, 'a function of the gradient');
  if (!this.requiresGrad)
    throw new GraphError(
      'registerHook',
      'this tensor requires no gradient, so the hook would never be called',
    );
  const owner: { hooks: Hook[] | null } = this.node ?? this;
  // A function of its own for each registration, so that removing one leaves the others.
  const registered: Hook = (gradient) => hook(gradient);
  owner.hooks = [...(owner.hooks ?? []), registered];
  return () => {
    owner.hooks = (owner.hooks ?? []).filter((other) => other !== registered);
  };
});

/** `node 3: mul(w, node 2) → [2, 3] (float32)` */
function describeNode(node: Node): string {
  const label = (source: Source): string =>
    source instanceof Node ? `node ${source.position}` : source.name || formatShape(source.shape);
  const inputs = node.released ? '…' : node.inputs.map(label).join(', ');
  return `node ${node.position}: ${node.op.name}(${inputs}) → ${formatKind(node)}${node.released ? ', released' : ''}`;
}

Object.defineProperty(Node.prototype, 'toString', {
  value(this: Node): string {
    return describeNode(this);
  },
});
// Consoles show a tensor and a node as their text, not the objects they hold.
for (const { prototype } of [Tensor, Node])
  for (const asked of ASKED)
    Object.defineProperty(prototype, asked, {
      value(this: object): string {
        return String(this);
      },
    });
