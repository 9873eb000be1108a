/**
 * Solution: the way back through a batch.
 *
 * An element changes the outputs of its column in three ways: by itself, through the mean and through σ. What is stored for
 * evaluation estimates the variance of all data, so its divisor is n − 1.
 */
import type { Tensor } from 'tapegrad';

const EPS = 1e-5;

/** The gradient of x [n, features], where g is that of y = (x − mean x) / σ, column by column. */
export function inputGradient(x: Tensor, g: Tensor): Tensor {
  const sigma = x.variance(0, { keepdims: true, correction: 0 }).add(EPS).sqrt();
  const y = x.sub(x.mean(0, true)).div(sigma);
  const throughMean = g.mean(0, true);
  const throughSigma = y.mul(g.mul(y).mean(0, true));
  return g.sub(throughMean).sub(throughSigma).div(sigma);
}

/** The running variance [features] after a batch x [n, features]. */
export function runningVariance(running: Tensor, x: Tensor, momentum: number): Tensor {
  const batch = x.variance(0, { correction: 1 });
  return running.mul(1 - momentum).add(batch.mul(momentum));
}
