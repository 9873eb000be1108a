/**
 * Means, spreads and lengths. They are ops because their plain formulas overflow, vanish or lose digits: a sum may overflow
 * where the mean does not, and so may a square where its root does not.
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { broadcastTo } from '../autograd/sums.js';
import { pow as power } from '../base/elementary/index.js';
import { countOver, normalizeAxes, type ReducedAxes, reducedShape, type Shape } from '../base/shape.js';
import type { Reduced } from '../base/shape-types.js';
import { type Check, checked, needFlag, numberIn } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { div, mul, sub } from './arithmetic.js';
import { abs, notEqual, where } from './compare.js';
import { pow } from './functions.js';
import { type One, reduction } from './operand.js';
import { type Axes, max, sum } from './reduce.js';
import { reshape } from './shape.js';
import { roundTip } from './tip.js';

/** Mean.  y = Σ x / n over `axes`; NaN over nothing   ⇒   x̄ = g / n, repeated along the axes */
export function mean<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
  x: Tensor<S>,
  axes?: A,
  keepdims: K | false = false,
): Tensor<Extract<Reduced<S, A, K>, Shape>> {
  return apply(MEAN, [x], reduction('mean', x, axes, keepdims));
}
const MEAN = defineOp({
  name: 'mean',
  forward: ([x]: One, { axes, keepdims }: ReducedAxes) => k.mean(x, axes, keepdims),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }, { axes }) => broadcastTo(div(kept(g, shape, axes), countOver(shape, axes)), shape)],
});

/** Distance from the mean.  y = x − mean x over `axes`   ⇒   x̄ = g − mean g */
export function centre(x: Tensor, axes: readonly number[]): Tensor {
  return apply(CENTRE, [x], axes);
}
const CENTRE = defineOp({
  name: 'centre',
  forward: ([x]: One, axes: readonly number[]) => k.centre(x, axes),
  vjp: [(g, _, axes) => centre(g, axes)],
});

interface Squares extends ReducedAxes {
  readonly divisor: number;
}

/** Sum of squares, divided.  y = Σ x² / d   ⇒   x̄ = x · 2g/d */
export function sumOfSquares(x: Tensor, attributes: Squares): Tensor {
  return apply(SUM_OF_SQUARES, [x], attributes);
}
const SUM_OF_SQUARES = defineOp({
  name: 'sumOfSquares',
  forward: ([x]: One, { axes, keepdims, divisor }: Squares) => k.sumOfSquares(x, axes, keepdims, divisor),
  save: ({ inputs: [x] }) => ({ x }),
  vjp: [(g, { x }, { axes, divisor }) => mul(x, div(mul(kept(g, x.shape, axes), 2), divisor))],
});

/** A reduced tensor with its axes of size 1, so that it broadcasts to the shape it was reduced from. */
function kept(reduced: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return reshape(reduced, reducedShape(shape, axes, true));
}

/** Options of {@link variance} and {@link std}. */
export interface VarianceOptions {
  /** Whether reduced axes are kept, with size 1. Default false. */
  keepdims?: boolean;
  /** What is taken off the number of elements in the divisor. Default 1. */
  correction?: number;
}
const VARIANCE: Record<keyof VarianceOptions, Check> = { keepdims: needFlag, correction: numberIn({}) };

/** What variance and std are told: the axes, and the number that the squares are divided by. */
function spread(op: string, x: Tensor, axes: Axes, options: VarianceOptions): Squares {
  const { keepdims = false, correction = 1 } = checked(op, options, VARIANCE);
  const over = normalizeAxes(op, axes, x);
  return { axes: over, keepdims, divisor: Math.max(0, countOver(x.shape, over) - correction) };
}

/**
 * Variance.  y = Σ (x − mean x)² / (n − correction); correction 1 (Bessel's, the default) estimates the variance
 * of the population x was drawn from. Correction 0 gives the variance of x itself, as batch normalisation uses it. If n is
 * not above the correction, the divisor is 0, and the result is NaN, or ∞ if the elements differ.
 */
export function variance(x: Tensor, axes?: Axes, options: VarianceOptions = {}): Tensor {
  const told = spread('variance', x, axes, options);
  return sumOfSquares(centre(x, told.axes), told);
}

/** Standard deviation, √variance.  Where all values are equal it is exactly 0, and the gradient is taken as 0. */
export function std(x: Tensor, axes?: Axes, options: VarianceOptions = {}): Tensor {
  const told = spread('std', x, axes, options);
  return apply(NORM, [centre(x, told.axes)], { ...told, p: 2 });
}

/** Options of {@link norm}. */
export interface NormOptions {
  /** Whether reduced axes are kept, with size 1. Default false. */
  keepdims?: boolean;
  /** The exponent, ≥ 1. Default 2. */
  p?: number;
}
const NORM_OPTIONS: Record<keyof NormOptions, Check> = { keepdims: needFlag, p: numberIn({ least: 1 }) };

/**
 * Vector norm over `axes`.  y = (Σ |x|ᵖ)^(1/p), p = 2 unless given; p = Infinity is max |x|.
 * Where x = 0 the gradient is 0, and a smooth function of the norm, such as its square, has its second derivative too. Beside
 * an infinite element the finite ones have the slope 0.
 * @throws ArgumentError unless p ≥ 1
 */
export function norm(x: Tensor, axes?: Axes, options: NormOptions = {}): Tensor {
  const { keepdims = false, p = 2 } = checked('norm', options, NORM_OPTIONS);
  const over = normalizeAxes('norm', axes, x);
  if (p === 1 || countOver(x.shape, over) === 0) return sum(abs(x), over, keepdims);
  if (p === Infinity) return max(abs(x), over, keepdims);
  return apply(NORM, [x], { axes: over, keepdims, p, divisor: 1 });
}
interface Norm extends Squares {
  readonly p: number;
}
/** y = (Σ |x|ᵖ / d)^(1/p)   ⇒   x̄ = g · u / d^(1/p), with u as in {@link direction} */
const NORM = defineOp({
  name: 'norm',
  forward: ([x]: One, { axes, keepdims, p, divisor }: Norm) => k.norm(x, axes, keepdims, p, divisor),
  save: ({ inputs: [x], output: y }) => ({ x, y }),
  vjp: [
    (g, { x, y }, { axes, p, divisor }) => {
      const slope = mul(direction(x, axes, p), div(kept(g, x.shape, axes), power(divisor, 1 / p)));
      return p === 2 ? roundTip(slope, g, x, y, reducedShape(x.shape, axes, true), divisor) : slope;
    },
  ],
});

/**
 * The slope of a norm n = ‖x‖ₚ.  u = sign x · (|x|/n)ᵖ⁻¹, for p = 2 the unit vector x/n; 0 where n = 0
 *   ⇒   x̄ = (p − 1) · (|x/n|ᵖ⁻² ⊙ g − u · Σ u g) / n, taken as 0 where n is 0 or ∞
 */
function direction(x: Tensor, axes: readonly number[], p: number): Tensor {
  return apply(DIRECTION, [x], { axes, p });
}
const DIRECTION = defineOp({
  name: 'direction',
  forward: ([x]: One, { axes, p }: { axes: readonly number[]; p: number }) => k.direction(x, axes, p),
  save: ({ inputs: [x], output: u }) => ({ x, u }),
  vjp: [
    (g, { x, u }, { axes, p }) => {
      const length = norm(x, axes, { keepdims: true, p });
      const curved = mul(notEqual(length, 0), notEqual(length, Infinity));
      const n = where(curved, length, 1);
      const stretched = p === 2 ? g : mul(pow(div(abs(x), n), p - 2), g);
      const across = sub(stretched, mul(u, sum(mul(u, g), axes, true)));
      return where(curved, mul(div(across, n), p - 1), 0);
    },
  ],
});
