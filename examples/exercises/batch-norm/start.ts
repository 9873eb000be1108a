/**
 * Exercise: the way back through a batch.
 *
 * Batch normalisation computes y = (x − mean x) / σ for each column of x [n, features], σ = √(variance x + ε) with the divisor
 * n. The first function below shall return the gradient of x. It knows that the mean depends on x, and takes σ for a constant.
 *
 * The second function shall return the running variance after one more batch: momentum is the share of the new batch, and
 * the variance of the batch is the one that estimates the variance of all data. Mend both.
 */
import type { Tensor } from 'tapegrad';

const EPS = 1e-5;

/** The gradient of x [n, features], where g is that of y = (x − mean x) / σ, column by column. */
export function inputGradient(x: Tensor, g: Tensor): Tensor {
  const sigma = x.variance(0, { keepdims: true, correction: 0 }).add(EPS).sqrt();
  const throughMean = g.mean(0, true);
  return g.sub(throughMean).div(sigma);
}

/** The running variance [features] after a batch x [n, features]. */
export function runningVariance(running: Tensor, x: Tensor, momentum: number): Tensor {
  const batch = x.variance(0, { correction: 0 });
  return running.mul(momentum).add(batch.mul(1 - momentum));
}
