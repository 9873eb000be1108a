/**
 * Swish with a learned β,  y = x · σ(βx). For β = 0 it is x/2, and for β → ∞ it becomes relu.
 *
 *     σ = σ(βx)   ⇒   x̄ = g · σ · (1 + βx(1 − σ)),     β̄ = Σ g · x² · σ(1 − σ)
 */
import { apply, defineOp, type NDArray, type Tensor } from 'tapegrad';

/** The forward, on plain arrays. x has any shape, and β is a single number. */
function forward([x, beta]: [NDArray, NDArray]): NDArray {
  const b = beta.data[0]!;
  return { data: x.data.map((v) => v / (1 + Math.exp(-b * v))), shape: x.shape };
}

const SWISH = defineOp({
  name: 'swish',
  // β is broadcast to the shape of x, so its gradient is the sum over all elements.
  broadcast: true,
  forward,
  save: ({ inputs: [x, beta] }) => ({ x, beta }),
  vjp: [
    (g, { x, beta }) => {
      const z = x.mul(beta);
      const s = z.sigmoid();
      return g.mul(s.mul(z.mul(s.neg().add(1)).add(1)));
    },
    (g, { x, beta }) => {
      const s = x.mul(beta).sigmoid();
      return g.mul(x.square().mul(s).mul(s.neg().add(1)));
    },
  ],
});

/** y = x · σ(βx) for x of any shape and a single number β. */
export function swish(x: Tensor, beta: Tensor): Tensor {
  return apply(SWISH, [x, beta]);
}

const HASTY = defineOp({
  name: 'hastySwish',
  broadcast: true,
  forward,
  save: ({ inputs: [x, beta] }) => ({ x, beta }),
  vjp: [
    // This is half of the product rule, since x is inside the sigmoid too.
    (g, { x, beta }) => g.mul(x.mul(beta).sigmoid()),
    (g, { x, beta }) => {
      const s = x.mul(beta).sigmoid();
      return g.mul(x.square().mul(s).mul(s.neg().add(1)));
    },
  ],
});

/** The same function, with a wrong rule for x. */
export function hastySwish(x: Tensor, beta: Tensor): Tensor {
  return apply(HASTY, [x, beta]);
}
