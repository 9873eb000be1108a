/** Habits that the tape warns of once. Read before: {@link tape.ts}. */
import { warnOnce } from './base/lint.js';
import type { Node } from './tape.js';

const GROWTH_LIMIT = 50;

/** `total = total.add(loss)` keeps every step's tape alive; a history that spans many backward passes gives it away. */
export function lintGrowth(node: Node, earlier: Node): void {
  node.span = Math.max(node.span, earlier.span + (earlier.pass < node.pass ? 1 : 0));
  if (node.span >= GROWTH_LIMIT)
    warnOnce(
      'growth',
      `the tape behind ${node.op.name} reaches back over ${GROWTH_LIMIT} backward passes and keeps growing; accumulate numbers, total += loss.item(), instead of tensors`,
    );
}
