/**
 * Solution: predict, then program.
 *
 * Gradients are cleared once a step, and each part counts with its share of the mean.
 */
import type { Tensor } from 'tapegrad';

//     const w = tensor(6, { requiresGrad: true });
//     w.square().backward();                            first
//     w.mul(5).backward();                              second
//     w.grad = null;
//     const loss = w.square();
//     loss.backward({ retainGraph: true });
//     loss.backward();                                  third
export const predicted = { first: 12, second: 17, third: 24 };

/** The mean over the rows of one part. */
export const lossOf = (w: Tensor, part: Tensor): Tensor => part.matmul(w).tanh().mean();

export function gradientInParts(w: Tensor, parts: readonly Tensor[]): Tensor {
  w.grad = null;
  for (const part of parts) {
    const share = lossOf(w, part).div(parts.length);
    share.backward();
  }
  return w.grad!;
}
