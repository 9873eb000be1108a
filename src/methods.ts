/**
 * Ops as methods of Tensor, `a.add(b)`. Each is the op of the same name with the tensor as its first argument, and is
 * documented there. The list of ops is ops/attached.ts.
 */

import { type BackwardOptions, backward } from './autograd/backward.js';
import { type Hook, Tensor } from './autograd/graph.js';
import { ArgumentError, GraphError } from './base/errors.js';
import { type SavedTensor, saveArray } from './base/json.js';
import type { Shape } from './base/shape.js';
import type { CanMatMul, MatMul, Reduced } from './base/shape-types.js';
import { formatKind, needFunction, needNoMore } from './base/words.js';
import * as attached from './ops/attached.js';
import type { Broadcasted, Fits, Operand } from './ops/operand.js';

type Axes = number | readonly number[];
/** The parameters of an op after its first. */
type Rest<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never;
type Method<F> = (...rest: Rest<F>) => Tensor;

declare module './autograd/graph.js' {
  interface Tensor<S extends Shape = Shape> {
    add<A extends Tensor, B extends Operand>(this: A, other: B & Fits<'add', A, B>): Broadcasted<A, B>;
    sub<A extends Tensor, B extends Operand>(this: A, other: B & Fits<'sub', A, B>): Broadcasted<A, B>;
    mul<A extends Tensor, B extends Operand>(this: A, other: B & Fits<'mul', A, B>): Broadcasted<A, B>;
    div<A extends Tensor, B extends Operand>(this: A, other: B & Fits<'div', A, B>): Broadcasted<A, B>;
    pow<A extends Tensor, B extends Operand>(this: A, other: B & Fits<'pow', A, B>): Broadcasted<A, B>;
    maximum<A extends Tensor, B extends Operand>(
      this: A,
      other: B & Fits<'maximum', A, B>,
    ): Broadcasted<A, B>;
    minimum<A extends Tensor, B extends Operand>(
      this: A,
      other: B & Fits<'minimum', A, B>,
    ): Broadcasted<A, B>;
    matmul<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Tensor<B> & CanMatMul<A, B>,
    ): Tensor<Extract<MatMul<A, B>, Shape>>;
    sum<const A extends Axes | undefined = undefined, const K extends boolean = false>(
      axes?: A,
      keepdims?: K,
    ): Tensor<Extract<Reduced<S, A, K>, Shape>>;
    mean<const A extends Axes | undefined = undefined, const K extends boolean = false>(
      axes?: A,
      keepdims?: K,
    ): Tensor<Extract<Reduced<S, A, K>, Shape>>;
    reshape<const T extends Shape>(shape: T): Tensor<T>;
    broadcastTo<const T extends Shape>(shape: T): Tensor<T>;
    sumTo<const T extends Shape>(shape: T): Tensor<T>;
    neg(): Tensor<S>;
    square(): Tensor<S>;
    reciprocal(): Tensor<S>;
    abs(): Tensor<S>;
    sign(): Tensor<S>;
    exp(): Tensor<S>;
    expm1(): Tensor<S>;
    log(): Tensor<S>;
    log1p(): Tensor<S>;
    sqrt(): Tensor<S>;
    rsqrt(): Tensor<S>;
    sin(): Tensor<S>;
    cos(): Tensor<S>;
    tan(): Tensor<S>;
    tanh(): Tensor<S>;
    erf(): Tensor<S>;
    relu(): Tensor<S>;
    sigmoid(): Tensor<S>;
    softplus(): Tensor<S>;
    gelu(form?: 'exact' | 'tanh'): Tensor<S>;
    silu(): Tensor<S>;
    softmax(axis?: number): Tensor<S>;
    logSoftmax(axis?: number): Tensor<S>;
    clip(low: number, high: number): Tensor<S>;
    clip(low: Operand, high: Operand): Tensor;
    clone(): Tensor<S>;
    astype: <T extends Shape = S>(dtype: 'float32' | 'float64') => Tensor<T>;
    greater: Method<typeof attached.greater>;
    greaterEqual: Method<typeof attached.greaterEqual>;
    less: Method<typeof attached.less>;
    lessEqual: Method<typeof attached.lessEqual>;
    equal: Method<typeof attached.equal>;
    notEqual: Method<typeof attached.notEqual>;
    max: Method<typeof attached.max>;
    min: Method<typeof attached.min>;
    prod: Method<typeof attached.prod>;
    variance: Method<typeof attached.variance>;
    std: Method<typeof attached.std>;
    norm: Method<typeof attached.norm>;
    logSumExp: Method<typeof attached.logSumExp>;
    argMax: Method<typeof attached.argMax>;
    argMin: Method<typeof attached.argMin>;
    cumSum: Method<typeof attached.cumSum>;
    dot: Method<typeof attached.dot>;
    outer: Method<typeof attached.outer>;
    transpose: Method<typeof attached.transpose>;
    permute: Method<typeof attached.permute>;
    flatten: Method<typeof attached.flatten>;
    squeeze: Method<typeof attached.squeeze>;
    unsqueeze: Method<typeof attached.unsqueeze>;
    expand: Method<typeof attached.expand>;
    slice: Method<typeof attached.slice>;
    pad: Method<typeof attached.pad>;
    flip: Method<typeof attached.flip>;
    tile: Method<typeof attached.tile>;
    split(sizes: number | readonly number[], axis?: number): Tensor[];
    gather: Method<typeof attached.gather>;
    indexSelect: Method<typeof attached.indexSelect>;
    takeAlongAxis: Method<typeof attached.takeAlongAxis>;
    scatterAdd: Method<typeof attached.scatterAdd>;
    diagonal: Method<typeof attached.diagonal>;
    tril: Method<typeof attached.tril>;
    triu: Method<typeof attached.triu>;
    /** What `JSON.stringify` writes, and {@link tensor} reads: dtype, shape and numbers. The numbers that JSON lacks become strings. */
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

/** How many arguments the method of each op takes at most. The compiler compares the numbers with the ops. */
const MOST: { readonly [Name in keyof typeof attached]: Required<Rest<(typeof attached)[Name]>>['length'] } =
  {
    ...{
      abs: 0,
      clone: 0,
      cos: 0,
      erf: 0,
      exp: 0,
      expm1: 0,
      log: 0,
      log1p: 0,
      neg: 0,
      reciprocal: 0,
      relu: 0,
    },
    ...{ rsqrt: 0, sigmoid: 0, sign: 0, silu: 0, sin: 0, softplus: 0, sqrt: 0, square: 0, tan: 0, tanh: 0 },
    ...{ add: 1, div: 1, dot: 1, matmul: 1, maximum: 1, minimum: 1, mul: 1, outer: 1, pow: 1, sub: 1 },
    ...{ equal: 1, greater: 1, greaterEqual: 1, less: 1, lessEqual: 1, notEqual: 1 },
    ...{ astype: 1, broadcastTo: 1, expand: 1, permute: 1, reshape: 1, slice: 1, sumTo: 1, tile: 1 },
    ...{
      diagonal: 1,
      flip: 1,
      gelu: 1,
      logSoftmax: 1,
      softmax: 1,
      squeeze: 1,
      tril: 1,
      triu: 1,
      unsqueeze: 1,
    },
    ...{
      argMax: 2,
      argMin: 2,
      clip: 2,
      cumSum: 2,
      flatten: 2,
      gather: 2,
      indexSelect: 2,
      logSumExp: 2,
      max: 2,
    },
    ...{
      mean: 2,
      min: 2,
      norm: 2,
      pad: 2,
      prod: 2,
      split: 2,
      std: 2,
      sum: 2,
      takeAlongAxis: 2,
      transpose: 2,
    },
    ...{ scatterAdd: 3, variance: 2 },
  };

type AnyOp = (x: Tensor, ...rest: unknown[]) => unknown;

for (const [name, op] of Object.entries(attached) as [keyof typeof MOST, AnyOp][]) {
  const most = MOST[name];
  attach(name, function (this: Tensor, ...given: unknown[]) {
    if (given.length > most) {
      // A complaint of the op itself, as about x.reshape(2, 3), says more.
      op(this, ...given.slice(0, most));
      needNoMore(name, given.length, most);
    }
    return op(this, ...given);
  });
}

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

// What console.log prints in Node.
attach(Symbol.for('nodejs.util.inspect.custom'), function (this: Tensor) {
  return this.toString();
});

// An operator such as `-` or `<` asks a tensor for a number, and one without a gradient would be all it could get.
attach(Symbol.toPrimitive, function (this: Tensor, hint: string) {
  if (hint === 'string') return this.toString();
  throw new ArgumentError(
    'Tensor',
    `operators such as +, - and < work on numbers, and this is a Tensor of shape ${formatKind(this)}; call its methods, a.sub(b) or a.less(b), which gradients flow through, take the number of a single element with a.item(), and write \`\${a}\` for text`,
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
