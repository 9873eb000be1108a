/** The density and the distribution function of the normal distribution. */
import { erf } from '../kernels/special.js';

/** φ(z) = e^(−z²/2) / √(2π) */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** Φ(z): the probability that a number from N(0, 1) is at most z. Loses digits for z far below 0. */
export function normalCdf(z: number): number {
  return 0.5 * (1 + erf(z * Math.SQRT1_2));
}
