/**
 * Exercise: a step in parts.
 *
 * `gradientOf` shall leave in `w.grad` the gradient of the mean loss over all rows of all batches, scaled down to the norm
 * `limit` where its norm is larger, and return the norm that it had before. The batches have different numbers of rows. It may be
 * called again with the same `w` in the next step. The one below has three faults.
 */
import type { Tensor } from 'tapegrad';
import { clipGradNorm } from 'tapegrad/optim';

/** The mean loss over the rows of one batch. */
export const lossOf = (w: Tensor, batch: Tensor): Tensor => batch.matmul(w).tanh().mean();

export function gradientOf(w: Tensor, batches: readonly Tensor[], limit: number): number {
  let norm = 0;
  for (const batch of batches) {
    lossOf(w, batch).div(batches.length).backward();
    norm = clipGradNorm([w], limit);
  }
  return norm;
}
