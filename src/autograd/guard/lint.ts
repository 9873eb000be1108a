/** A warning about a tape that keeps growing, the number of walks back so far, and a place to watch walks from. */
import { warnOnce } from '../../base/lint.js';
import { Node, type Source } from '../graph.js';

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

let onWalk: ((sources: Iterable<Source>) => void) | null = null;

/** From now on `look` is shown what each walk back has reached; optimisers look for leaves that they do not hold. */
export function showWalksTo(look: (sources: Iterable<Source>) => void): void {
  onWalk = look;
}

/** Shows what a walk back has reached to whoever looks for it. */
export function showWalk(sources: Iterable<Source>): void {
  onWalk?.(sources);
}
