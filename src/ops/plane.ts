/** Points of the plane: the distance of (a, b) from the origin, and the angle of (x, y). */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { broadcastTo } from '../autograd/sums.js';
import { broadcastShapes } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { mul, neg, square, sub } from './arithmetic.js';
import { norm } from './moments.js';
import { type Binary, type Broadcasted, pair, type Two } from './operand.js';
import { stack } from './shape.js';

/**
 * Length of the hypotenuse.  y = √(a² + b²), without overflow   ⇒   ā = g · a/y,   b̄ = g · b/y
 *
 * The norm of the vector (a, b): at (0, 0) both slopes are 0, and beside an infinite number a finite one has the slope 0.
 * @function
 */
export const hypot: Binary<'hypot'> = (a, b, more?: never) => {
  const operands = pair('hypot', a, b, more);
  const shape = broadcastShapes('hypot', ...operands);
  return norm(stack(operands.map((one) => broadcastTo(one, shape))), 0) as Broadcasted<typeof a, typeof b>;
};

/**
 * Angle of the point (x, y), in (−π, π].  θ = atan2(y, x), tan θ = y/x   ⇒   ȳ = g · x/(x² + y²),   x̄ = −g · y/(x² + y²)
 *
 * The signs of zeros count, and infinite coordinates give multiples of π/4, as in C and NumPy. The origin has the angle 0 or ±π,
 * and no slope: NaN.
 * @function
 */
export const atan2: Binary<'atan2'> = (y, x, more?: never) => apply(ATAN2, pair('atan2', y, x, more));
const ATAN2 = defineOp({
  name: 'atan2',
  broadcast: true,
  forward: ([y, x]: Two) => k.atan2(y, x),
  save: ({ inputs: [y, x] }) => ({ y, x }),
  vjp: [(g, { y, x }) => mul(g, inverted(x, y)), (g, { y, x }) => neg(mul(g, inverted(y, x)))],
});

/**
 * First coordinate of the point (a, b) inverted in the unit circle.  u = a/(a² + b²), also where the squares overflow; with v, the
 * same of (b, a)   ⇒   ā = g · (v² − u²),   b̄ = −2g · u · v
 */
function inverted(a: Tensor, b: Tensor): Tensor {
  return apply(INVERTED, [a, b]);
}
const INVERTED = defineOp({
  name: 'inverted',
  broadcast: true,
  forward: ([a, b]: Two) => k.inverted(a, b),
  save: ({ inputs: [a, b] }) => ({ a, b }),
  vjp: [
    (g, { a, b }) => mul(g, sub(square(inverted(b, a)), square(inverted(a, b)))),
    (g, { a, b }) => mul(g, mul(mul(inverted(a, b), inverted(b, a)), -2)),
  ],
});
