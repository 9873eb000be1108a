/**
 * Means, spreads and lengths. They are ops because their plain formulas overflow, vanish or lose digits: a sum may overflow
 * where the mean does not, and so may a square where its root does not.
 */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { broadcastTo } from '../autograd/sums.js';
import { ArgumentError } from '../base/errors.js';
import { countOver, normalizeAxes, type ReducedAxes, reducedShape, type Shape } from '../base/shape.js';
import type { Reduced } from '../base/shape-types.js';
import * as k from '../kernels/dispatch.js';
import { div, mul, sub } from './arithmetic.js';
import { abs, notEqual, where } from './compare.js';
import { pow } from './functions.js';
import type { One } from './operand.js';
import { type Axes, max, sum } from './reduce.js';
import { reshape } from './shape.js';
import { roundTip } from './tip.js';

/** Mean.  y = Σ x / n over `axes`; NaN over nothing   ⇒   x̄ = g / n, repeated along the axes */
export function mean<S extends Shape, const A extends Axes = undefined, const K extends boolean = false>(
  x: Tensor<S>,
  axes?: A,
  keepdims: K | false = false,
): Tensor<Extract<Reduced<S, A, K>, Shape>> {
  return apply(MEAN, [x], { axes: normalizeAxes('mean', axes, x.rank), keepdims });
}
const MEAN = defineOp({
  name: 'mean',
  forward: ([x]: One, { axes, keepdims }: ReducedAxes) => k.mean(x, axes, keepdims),
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [
    (g, { shape }, { axes }) =>
      broadcastTo(div(reshape(g, reducedShape(shape, axes, true)), countOver(shape, axes)), shape),
  ],
});

/** Distance from the mean.  y = x − mean x over `axes`   ⇒   x̄ = g − mean g */
function centre(x: Tensor, axes: readonly number[]): Tensor {
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
  vjp: [(g, { x }, { axes, divisor }) => mul(x, div(mul(kept(g, x, axes), 2), divisor))],
});

/** A reduced tensor with its axes of size 1, so that it broadcasts to x. */
function kept(reduced: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  return reshape(reduced, reducedShape(x.shape, axes, true));
}

/**
 * Variance.  y = Σ (x − mean x)² / (n − correction); correction 1 (Bessel's, the default) estimates the variance
 * of the population x was drawn from. Correction 0 gives the variance of x itself, as batch normalisation uses it. If n is
 * not above the correction, the divisor is 0, and the result is NaN, or ∞ if the elements differ.
 */
export function variance(x: Tensor, axes?: Axes, { keepdims = false, correction = 1 } = {}): Tensor {
  const over = normalizeAxes('variance', axes, x.rank);
  const divisor = Math.max(0, countOver(x.shape, over) - correction);
  return sumOfSquares(centre(x, over), { axes: over, keepdims, divisor });
}

/** Standard deviation, √variance.  Where all values are equal it is exactly 0, and the gradient is taken as 0. */
export function std(x: Tensor, axes?: Axes, { keepdims = false, correction = 1 } = {}): Tensor {
  const over = normalizeAxes('std', axes, x.rank);
  const divisor = Math.max(0, countOver(x.shape, over) - correction);
  return apply(NORM, [centre(x, over)], { axes: over, keepdims, p: 2, divisor });
}

/**
 * Vector norm over `axes`.  y = (Σ |x|ᵖ)^(1/p), p = 2 unless given; p = Infinity is max |x|.
 * Where x = 0 the gradient is 0, and a smooth function of the norm, such as its square, has its second derivative too. Beside
 * an infinite element the finite ones have the slope 0.
 * @throws ArgumentError unless p ≥ 1
 */
export function norm(x: Tensor, axes?: Axes, { keepdims = false, p = 2 } = {}): Tensor {
  if (!(p >= 1)) throw new ArgumentError('norm', `expected p ≥ 1, got ${p}`);
  const over = normalizeAxes('norm', axes, x.rank);
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
      const slope = mul(direction(x, axes, p), div(kept(g, x, axes), divisor ** (1 / p)));
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
