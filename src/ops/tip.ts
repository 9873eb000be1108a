/** Second derivatives at the tip of a cone, such as that of ‖x‖ at 0, where a constant was chosen for the slope. */

import { propagate } from '../autograd/backward.js';
import { Node, type Source, type Tensor } from '../autograd/graph.js';
import { observe } from '../autograd/observe.js';
import { apply, defineOp } from '../autograd/op.js';
import { isRecording, sourceOf } from '../autograd/record.js';
import { allocateLike, type NDArray } from '../base/array.js';
import type { Shape } from '../base/shape.js';
import * as k from '../kernels/dispatch.js';
import { add, div, mul } from './arithmetic.js';
import type { One } from './operand.js';

/**
 * Completes the slope of y = ‖x‖, or of |x|, at the tip x = 0.
 *
 * The slope g · x/y is 0/0 there, and 0 is chosen for x/y. A constant would have no derivative, and that of the slope is
 * needed for second derivatives. Where g is not 0, the curve has a corner, and 0 is right as well as any other number.
 * Where g is 0, as in y², the curve is smooth, and x · g/y has the slope dg/dy: both are 0 at the tip, and g/y tends to
 * dg/dy (l'Hôpital). So x · dg/dy is added, which is 0 itself and has the missing derivative. The tape of g leads back to
 * y, and dg/dy is read off that tape. A program may also have computed y twice, as in ‖x‖ · ‖x‖.
 *
 * @param slope what the rule returns without this
 * @param kept the shape of y that broadcasts to that of x
 * @param divisor d in y² = Σ x² / d
 */
export function roundTip(
  slope: Tensor,
  g: Tensor,
  x: Tensor,
  y: Tensor,
  kept: Shape = y.shape,
  divisor = 1,
): Tensor {
  if (!isRecording()) return slope;
  const flat = y.data.map((value, i) => (value === 0 && g.data[i] === 0 ? 1 : 0));
  if (!flat.includes(1)) return slope;
  const curvature = derivative(g, y);
  if (!curvature) return slope;
  const atTip = { data: flat.map((tip, i) => (Number.isFinite(curvature.data[i]) ? tip : 0)), shape: kept };
  return add(slope, mul(only(curvature, atTip), div(only(x, k.broadcastTo(atTip, x.shape)), divisor)));
}

/** x where the mask is not 0, and 0 elsewhere, in the shape of the mask.   y = x or 0   ⇒   x̄ = g or 0 */
function only(x: Tensor, mask: NDArray): Tensor {
  return apply(ONLY, [x], mask);
}
const ONLY = defineOp({
  name: 'only',
  forward: ([{ data }]: One, mask: NDArray) => {
    const y = allocateLike(data);
    for (let i = 0; i < y.length; i++) if (mask.data[i] !== 0) y[i] = data[i]!;
    return { data: y, shape: mask.shape };
  },
  save: ({ inputs: [x] }) => ({ shape: x.shape }),
  vjp: [(g, { shape }, { data }) => only(g, { data, shape })],
});

/** dg/dy, read off the tape of g; null if g does not depend on y. */
function derivative(g: Tensor, y: Tensor): Tensor | null {
  const targets = twinsOf(y, g);
  const since = Math.min(...[...targets].map(({ position }) => position));
  // No observer is told: this walk is not the program's.
  const found = observe(null, () =>
    propagate(g, undefined, { targets, since, createGraph: true, hooks: false }),
  );
  return [...found.values()].reduce<Tensor | null>((sum, one) => (sum ? add(sum, one) : one), null);
}

/** The nodes on the tape of g that computed the same as that of y. */
function twinsOf(y: Tensor, g: Tensor): Set<Node> {
  const seen = new Set<Source>([sourceOf(g)]);
  for (const one of seen) if (one instanceof Node) for (const input of one.inputs) seen.add(input);
  const nodes = [...seen].filter((one) => one instanceof Node);
  return new Set(nodes.filter((one) => isSame(one, y.node ?? undefined)));
}

/** Whether two sources are one, or two nodes with the same op of one input that is the same. */
function isSame(a: Source | undefined, b: Source | undefined): boolean {
  if (a === b) return a !== undefined;
  if (!(a instanceof Node && b instanceof Node) || a.op !== b.op || a.inputs.length > 1) return false;
  return JSON.stringify(a.attrs) === JSON.stringify(b.attrs) && isSame(a.inputs[0], b.inputs[0]);
}
