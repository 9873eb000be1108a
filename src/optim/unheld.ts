/** A warning about leaves that walks back reach and that no optimiser holds, so that nobody trains them. */
import { type Source, Tensor } from '../autograd/graph.js';
import { showWalksTo } from '../autograd/guard/lint.js';
import { formatShape } from '../base/errors.js';
import { warnOnce } from '../base/lint.js';

/** The tensors that optimisers hold. */
const held = new WeakSet<Tensor>();
/** The number of updates that optimisers have made. */
let updates = 0;
/** For leaves that no optimiser holds: the gradient that the newest walk added to, and the number of updates then. */
const unheld = new WeakMap<Tensor, { readonly grad: Tensor | null; readonly updates: number }>();

/** Notes that an optimiser holds these tensors. */
export function holdForTraining(params: readonly Tensor[]): void {
  showWalksTo(warnOfUnheld);
  for (const param of params) held.add(param);
}

/** Notes that an optimiser has updated its parameters. */
export function countUpdate(): void {
  updates++;
}

/**
 * Warns of a leaf that a walk reaches beside parameters of an optimiser, and that no optimiser holds. A parameter of a
 * layer is there to be trained. Any other leaf may ask for its gradient for the program's own sake, as an image does whose
 * gradient is shown. Such a program makes the leaf anew or sets its gradient to null. So a leaf counts as forgotten if its
 * gradient goes on growing after an update.
 */
function warnOfUnheld(sources: Iterable<Source>): void {
  const leaves = [...sources].filter((source) => source instanceof Tensor && source.isLeaf) as Tensor[];
  if (!leaves.some((leaf) => held.has(leaf))) return;
  for (const leaf of leaves) {
    if (held.has(leaf)) continue;
    const before = unheld.get(leaf);
    const grows =
      before !== undefined && before.updates < updates && leaf.grad !== null && leaf.grad === before.grad;
    const isParameter = Object.getPrototypeOf(leaf) !== Tensor.prototype;
    if (grows || (isParameter && before === undefined))
      warnOnce(
        'unheld',
        `${leaf.name || `a leaf of shape ${formatShape(leaf.shape)}`} receives gradients, and no optimiser holds it, so that it is never updated; pass it to the optimiser (a model finds what its public fields hold, and a #private one has to be registered), or set its requiresGrad to false`,
      );
    unheld.set(leaf, { grad: leaf.grad, updates });
  }
}
