/**
 * Fitting a decay  y = a · exp(−bt) + c  to measurements: the parameters, their standard errors, and the band in which new
 * measurements lie.
 */
import { exp, hessian, jacobian, type Rng, type Tensor, tensor } from 'tapegrad';
import { type Minimum, minimize, standardErrors } from 'tapegrad/optim';

/** What the measurements are made of. */
export const TRUTH = { a: 2.5, b: 1.3, c: 0.5, noise: 0.08 };

/** Measurements y at the times t. */
export interface Data {
  readonly t: Tensor;
  readonly y: Tensor;
}

/** The decay at the times t, for the parameters p = [a, b, c]. */
export function decay(t: Tensor, p: Tensor): Tensor {
  const [a, b, c] = [p.slice([0]), p.slice([1]), p.slice([2])];
  return exp(t.mul(b).neg()).mul(a).add(c);
}

/** Measurements at times from 0 to 4, each with noise of its own. */
export function measure(count: number, rng: Rng): Data {
  const t = tensor(
    Array.from({ length: count }, (_, i) => (4 * i) / (count - 1)),
    { dtype: 'float64' },
  );
  const exact = decay(t, tensor([TRUTH.a, TRUTH.b, TRUTH.c], { dtype: 'float64' }));
  const y = tensor(
    Array.from(exact.data, (value) => value + TRUTH.noise * rng.normal()),
    { dtype: 'float64' },
  );
  return { t, y };
}

export interface Fit {
  readonly minimum: Minimum<Tensor>;
  /** The variance of a measurement, from what the curve leaves over. */
  readonly variance: number;
  readonly errors: Tensor;
  readonly covariance: Tensor;
}

/** Fits the decay by least squares. Rates below 0 make no decay, so b ≥ 0. */
export function fit({ t, y }: Data): Fit {
  const cost = (p: Tensor): Tensor => decay(t, p).sub(y).square().sum().mul(0.5);
  const lower = tensor([-Infinity, 0, -Infinity], { dtype: 'float64' });
  const minimum = minimize(cost, tensor([1, 1, 0], { dtype: 'float64' }), { bounds: { lower } });
  const variance = (2 * minimum.value) / (t.size - 3);
  return { minimum, variance, ...standardErrors(hessian(cost)(minimum.x), { scale: variance }) };
}

/**
 * Two standard deviations of a new measurement at each time:   2 √(σ² + gᵀCg). It has noise of its own, σ², and the curve is
 * uncertain by gᵀCg, where g is the gradient of the curve by the parameters.
 */
export function twoSigma(t: Tensor, { minimum, variance, covariance }: Fit): number[] {
  const J = jacobian((p) => decay(t, p))(minimum.x);
  const ofCurve = J.matmul(covariance).mul(J).sum(1);
  return Array.from(ofCurve.data, (value) => 2 * Math.sqrt(variance + value));
}
