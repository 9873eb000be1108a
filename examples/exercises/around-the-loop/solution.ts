/**
 * Solution: a step in parts.
 *
 * Each batch counts with its share of the rows, and the gradient is clipped once, when it is whole.
 */
import type { Tensor } from 'tapegrad';
import { clipGradNorm } from 'tapegrad/optim';

/** The mean loss over the rows of one batch. */
export const lossOf = (w: Tensor, batch: Tensor): Tensor => batch.matmul(w).tanh().mean();

export function gradientOf(w: Tensor, batches: readonly Tensor[], limit: number): number {
  const rows = batches.reduce((sum, batch) => sum + batch.shape[0]!, 0);
  w.grad = null;
  for (const batch of batches) {
    lossOf(w, batch)
      .mul(batch.shape[0]! / rows)
      .backward();
  }
  return clipGradNorm([w], limit);
}
