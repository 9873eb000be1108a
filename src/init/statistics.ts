/** The normal distribution's density and distribution function. */
import { erf } from '../kernels/special.js';

/** φ(z) = e^(−z²/2) / √(2π) */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** Φ(z), the probability that N(0, 1) is at most z. For z far below 0 the one of {@link kernels/special.ts} is better: this one loses digits there. */
export function normalCdf(z: number): number {
  return 0.5 * (1 + erf(z * Math.SQRT1_2));
}
