/** Warnings about a tape that keeps growing and about leaves that nobody trains, and the number of walks back so far. */
import { formatShape } from '../../base/errors.js';
import { warnOnce } from '../../base/lint.js';
import { Node, type Source, Tensor } from '../graph.js';

const GROWTH_LIMIT = 50;

let walks = 0;
/** The position of the tape when the newest walk back began. */
let newestWalk = 0;
/** For nodes whose tape reaches across walks back: across how many. */
const spans = new WeakMap<Node, number>();
let anySpan = false;

/** Notes that a walk back begins at this position of the tape. */
export function countWalk(position: number): void {
  walks++;
  newestWalk = position;
}

/** The number of calls of backward so far. */
export function walksSoFar(): number {
  return walks;
}

/** `total = total.add(loss)` keeps the tape of every step alive: then the tape of a node reaches across many walks back. */
export function warnOfGrowth(node: Node): void {
  let span = 0;
  for (const input of node.inputs) {
    if (!(input instanceof Node)) continue;
    const crosses = input.position < newestWalk;
    if (crosses || anySpan) span = Math.max(span, (spans.get(input) ?? 0) + (crosses ? 1 : 0));
  }
  if (span === 0) return;
  spans.set(node, span);
  anySpan = true;
  if (span >= GROWTH_LIMIT)
    warnOnce(
      'growth',
      `the tape behind ${node.op.name} reaches back over ${GROWTH_LIMIT} backward passes and keeps growing; accumulate numbers, total += loss.item(), instead of tensors`,
    );
}

/** The tensors that optimisers hold. */
const held = new WeakSet<Tensor>();
/** The number of updates that optimisers have made. */
let updates = 0;
/** For leaves that no optimiser holds: the gradient that the newest walk added to, and the number of updates then. */
const unheld = new WeakMap<Tensor, { readonly grad: Tensor | null; readonly updates: number }>();

/** Notes that an optimiser holds these tensors. */
export function holdForTraining(params: readonly Tensor[]): void {
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
export function warnOfUnheld(sources: Iterable<Source>): void {
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
