/** Running products, and the differences of neighbours. */

import type { Tensor } from '../autograd/graph.js';
import { apply, defineOp } from '../autograd/op.js';
import { normalizeAxis } from '../base/shape.js';
import { needNumber, needTensors } from '../base/words.js';
import * as k from '../kernels/dispatch.js';
import { mul, sub } from './arithmetic.js';
import { where } from './compare.js';
import { full } from './create.js';
import type { Two } from './operand.js';
import { concat, pad, reshape, type SliceSpec, slice } from './shape.js';

/**
 * Running product along an axis, right where factors are 0; that of a scalar has one element.
 *   yᵢ = Π_{j ≤ i} xⱼ   ⇒   x̄ⱼ = Σ_{i ≥ j} gᵢ · the product of the other factors of yᵢ
 */
export function cumProd(x: Tensor, axis = -1): Tensor {
  needTensors('cumProd', x);
  if (x.rank === 0) return cumProd(reshape(x, [1]), axis);
  const at = normalizeAxis('cumProd', axis, x);
  if (x.shape[at] === 0) return reshape(x, x.shape);
  // yᵢ = 0 + xᵢ · yᵢ₋₁ behind the first element, which is x₀ + 0.
  const rest = x.shape.map((size, i) => (i === at ? size - 1 : 1));
  const one = x.shape.map(() => 1);
  const first = concat([full(one, 1, { dtype: x.dtype }), full(rest, 0, { dtype: x.dtype })], at);
  return recurrence(where(first, 0, x), where(first, x, 0), { axis: at, reverse: false });
}

interface Along {
  readonly axis: number;
  readonly reverse: boolean;
}

/**
 * Linear recurrence along an axis, from its first element or, reversed, from its last.  yᵢ = aᵢ · yᵢ₋₁ + bᵢ, y₋₁ = 0
 *   ⇒   b̄ᵢ = aᵢ₊₁ · b̄ᵢ₊₁ + gᵢ, a recurrence that runs the other way;   āᵢ = b̄ᵢ · yᵢ₋₁
 */
function recurrence(a: Tensor, b: Tensor, along: Along): Tensor {
  return apply(RECURRENCE, [a, b], along);
}
const RECURRENCE = defineOp({
  name: 'recurrence',
  forward: ([a, b]: Two, { axis, reverse }: Along) => k.recurrence(a, b, axis, reverse),
  save: ({ inputs: [a], output: y }) => ({ a, y }),
  vjpAll: (g, { a, y }, { axis, reverse }) => {
    const back = recurrence(shifted(a, axis, reverse), g, { axis, reverse: !reverse });
    return [mul(back, shifted(y, axis, !reverse)), back];
  },
});

/** yᵢ = xᵢ₊₁, or with `later` yᵢ = xᵢ₋₁; 0 at the end that is left free. */
function shifted(x: Tensor, axis: number, later: boolean): Tensor {
  const kept: SliceSpec = later ? [0, -1] : [1];
  const widths = x.shape.map((_, i): [number, number] => (i !== axis ? [0, 0] : later ? [1, 0] : [0, 1]));
  return pad(
    slice(
      x,
      x.shape.map((_, i) => (i === axis ? kept : null)),
    ),
    widths,
  );
}

/**
 * Differences of neighbours along an axis, taken n times, as NumPy's diff: one element fewer each time.
 *   yᵢ = xᵢ₊₁ − xᵢ   ⇒   x̄ᵢ = gᵢ₋₁ − gᵢ
 */
export function diff(x: Tensor, axis = -1, n = 1): Tensor {
  const at = normalizeAxis('diff', axis, x);
  needNumber('diff', 'n', n, { least: 0, whole: true });
  const part = (range: SliceSpec): SliceSpec[] => x.shape.map((_, i) => (i === at ? range : null));
  let y = x;
  for (let i = 0; i < n; i++) y = sub(slice(y, part([1])), slice(y, part([0, -1])));
  return y;
}
