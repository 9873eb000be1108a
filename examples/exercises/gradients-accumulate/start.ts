/**
 * Exercise: predict, then program.
 *
 * First predict the three values of `w.grad` in the comments below, without running anything.
 *
 * Then mend `gradientInParts`. It shall return the gradient of the mean loss over all parts (they are of one size), and it
 * may be called again with the same `w` in the next step.
 */
import type { Tensor } from 'tapegrad';

//     const w = tensor(6, { requiresGrad: true });
//     w.square().backward();                            first
//     w.mul(5).backward();                              second
//     w.grad = null;
//     const loss = w.square();
//     loss.backward({ retainGraph: true });
//     loss.backward();                                  third
export const predicted = { first: 0, second: 0, third: 0 };

/** The mean over the rows of one part. */
export const lossOf = (w: Tensor, part: Tensor): Tensor => part.matmul(w).tanh().mean();

export function gradientInParts(w: Tensor, parts: readonly Tensor[]): Tensor {
  for (const part of parts) {
    w.grad = null;
    lossOf(w, part).backward();
  }
  return w.grad!;
}
