/**
 * `a.add(b)` and its like: ops as methods, attached to Tensor in this one place. Each is the op of the same name
 * with the tensor as its first argument; the documentation stands there.
 */

import { ArgumentError, GraphError } from './base/errors.js';
import type { Shape } from './base/shape.js';
import type { CanMatMul, MatMul, Reduced } from './base/shape-types.js';
import { kindOf } from './complaints.js';
import * as activations from './ops/activations.js';
import * as arithmetic from './ops/arithmetic.js';
import * as casts from './ops/cast.js';
import * as comparisons from './ops/compare.js';
import * as functions from './ops/functions.js';
import * as indexing from './ops/indexing.js';
import * as products from './ops/matmul.js';
import type { Broadcasted, Fits, Operand } from './ops/operand.js';
import * as reductions from './ops/reduce.js';
import * as shapes from './ops/shape.js';
import * as softmaxes from './ops/softmax.js';
import { type BackwardOptions, backward, type Hook, Node } from './tape.js';
import { Tensor } from './tensor.js';

type Axes = number | readonly number[];
/** The parameters of an op after its first. */
type Rest<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never;
type Method<F> = (...rest: Rest<F>) => Tensor;

declare module './tensor.js' {
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
    clone(): Tensor<S>;
    astype: <T extends Shape = S>(dtype: 'float32' | 'float64') => Tensor<T>;
    greater: Method<typeof comparisons.greater>;
    greaterEqual: Method<typeof comparisons.greaterEqual>;
    less: Method<typeof comparisons.less>;
    lessEqual: Method<typeof comparisons.lessEqual>;
    equal: Method<typeof comparisons.equal>;
    notEqual: Method<typeof comparisons.notEqual>;
    max: Method<typeof reductions.max>;
    min: Method<typeof reductions.min>;
    prod: Method<typeof reductions.prod>;
    variance: Method<typeof reductions.variance>;
    std: Method<typeof reductions.std>;
    norm: Method<typeof reductions.norm>;
    logSumExp: Method<typeof reductions.logSumExp>;
    argMax: Method<typeof reductions.argMax>;
    argMin: Method<typeof reductions.argMin>;
    cumSum: Method<typeof reductions.cumSum>;
    dot: Method<typeof products.dot>;
    outer: Method<typeof products.outer>;
    transpose: Method<typeof shapes.transpose>;
    permute: Method<typeof shapes.permute>;
    flatten: Method<typeof shapes.flatten>;
    squeeze: Method<typeof shapes.squeeze>;
    unsqueeze: Method<typeof shapes.unsqueeze>;
    expand: Method<typeof shapes.expand>;
    slice: Method<typeof shapes.slice>;
    pad: Method<typeof shapes.pad>;
    flip: Method<typeof shapes.flip>;
    tile: Method<typeof shapes.tile>;
    split(sizes: number | readonly number[], axis?: number): Tensor[];
    gather: Method<typeof indexing.gather>;
    indexSelect: Method<typeof indexing.indexSelect>;
    takeAlongAxis: Method<typeof indexing.takeAlongAxis>;
    scatterAdd: Method<typeof indexing.scatterAdd>;
    diagonal: Method<typeof indexing.diagonal>;
    tril: Method<typeof indexing.tril>;
    triu: Method<typeof indexing.triu>;
    /** Computes gradients of this tensor, a single number unless `seed` is given, into the leaves' `grad`. See {@link backward}. */
    backward(seedOrOptions?: Tensor | BackwardOptions, options?: BackwardOptions): void;
    /** Keeps the gradient of this computed tensor in its `grad` at the next backward. Returns the tensor. @throws GraphError for a constant */
    retainGrad(): this;
    /** Calls `hook` with this tensor's gradient in every backward pass; what it returns, if anything, takes its place. Returns a function that removes it. */
    registerHook(hook: Hook): () => void;
  }
}

const { add, sub, mul, div, pow, maximum, minimum, neg, square, reciprocal, abs, sign } = arithmetic;
const { exp, expm1, log, log1p, sqrt, rsqrt, sin, cos, tan, tanh, erf } = functions;
const { relu, sigmoid, softplus, gelu, silu } = activations;
const { greater, greaterEqual, less, lessEqual, equal, notEqual, clip } = comparisons;
const {
  sum,
  mean,
  broadcastTo,
  sumTo,
  max,
  min,
  prod,
  variance,
  std,
  norm,
  logSumExp,
  argMax,
  argMin,
  cumSum,
} = reductions;
const { matmul, dot, outer } = products;
const { reshape, transpose, permute, flatten, squeeze, unsqueeze, expand, slice, pad, flip, tile, split } =
  shapes;
const { gather, indexSelect, takeAlongAxis, scatterAdd, diagonal, tril, triu } = indexing;
const { softmax, logSoftmax } = softmaxes;
const { astype, clone } = casts;

const METHODS = {
  ...{ add, sub, mul, div, pow, maximum, minimum, neg, square, reciprocal, abs, sign },
  ...{ exp, expm1, log, log1p, sqrt, rsqrt, sin, cos, tan, tanh, erf },
  ...{ relu, sigmoid, softplus, gelu, silu, softmax, logSoftmax },
  ...{ greater, greaterEqual, less, lessEqual, equal, notEqual, clip },
  ...{
    sum,
    mean,
    broadcastTo,
    sumTo,
    max,
    min,
    prod,
    variance,
    std,
    norm,
    logSumExp,
    argMax,
    argMin,
    cumSum,
  },
  ...{ matmul, dot, outer },
  ...{ reshape, transpose, permute, flatten, squeeze, unsqueeze, expand, slice, pad, flip, tile, split },
  ...{ gather, indexSelect, takeAlongAxis, scatterAdd, diagonal, tril, triu, astype, clone },
};

function attach(name: string, method: (this: Tensor, ...rest: never[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
}

type AnyOp = (x: Tensor, a?: unknown, b?: unknown, c?: unknown) => unknown;

for (const [name, op] of Object.entries(METHODS) as [string, AnyOp][])
  attach(name, function (this: Tensor, a?: unknown, b?: unknown, c?: unknown) {
    return op(this, a, b, c);
  });

attach(
  'backward',
  function (this: Tensor, seedOrOptions?: Tensor | BackwardOptions, options?: BackwardOptions) {
    // Whatever is no plain object is meant as a seed, and a wrong one should be told so.
    if (seedOrOptions == null) backward(this, undefined, options);
    else if (Object.getPrototypeOf(seedOrOptions) === Object.prototype)
      backward(this, undefined, seedOrOptions as BackwardOptions);
    else backward(this, seedOrOptions as Tensor, options);
  },
);

attach('retainGrad', function (this: Tensor) {
  if (!this.requiresGrad)
    throw new GraphError('retainGrad', 'this tensor requires no gradient, so there will be none to keep');
  if (this.node) this.node.retained = this;
  return this;
});

attach('registerHook', function (this: Tensor, hook: Hook) {
  if (typeof hook !== 'function')
    throw new ArgumentError('registerHook', `expected a function of the gradient, got ${kindOf(hook)}`);
  if (!this.requiresGrad)
    throw new GraphError(
      'registerHook',
      'this tensor requires no gradient, so the hook would never be called',
    );
  const owner: { hooks: Hook[] | null } = this.node instanceof Node ? this.node : this;
  // A function of its own for each registration, so that removing one leaves the others.
  const registered: Hook = (gradient) => hook(gradient);
  owner.hooks = [...(owner.hooks ?? []), registered];
  return () => {
    owner.hooks = (owner.hooks ?? []).filter((other) => other !== registered);
  };
});
