/** The product with a weight that may be 0, which losses and masks need where what they weigh may be infinite. */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import * as k from '../kernels/dispatch.js';
import { mul } from './arithmetic.js';
import { abs, equal, where } from './compare.js';
import type { Two } from './operand.js';

/**
 * Product with a weight that may be 0: what weighs nothing counts for nothing, even if it is infinite.
 * y = w ⊙ x, and 0 where one is 0 and the other ∞   ⇒   w̄ = g ⊙ x, or 0 where w = 0 and x is infinite;   x̄ = g ⊙ w
 */
export function weigh(weight: Tensor, x: Tensor): Tensor {
  return apply(WEIGH, [weight, x]);
}
const WEIGH = defineOp({
  name: 'weigh',
  broadcast: true,
  forward: ([w, x]: Two) => k.weigh(w, x),
  save: ({ inputs: [w, x] }) => ({ w, x }),
  vjp: [
    (g, { w, x }) => weigh(g, where(mul(equal(w, 0), equal(abs(x), Infinity)), 0, x)),
    (g, { w }) => weigh(g, w),
  ],
});
