/** Special functions of one number that JavaScript's Math lacks. */

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/**
 * erf(x) = 2/√π ∫₀ˣ e^(−t²) dt to about 1e-15: the Maclaurin series of erf(x)·e^(x²) near 0, which has no
 * cancellation, and the continued fraction of erfc beyond.
 * @source M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 7.1.6 and 7.1.14
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const a = Math.abs(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
  }
  if (a > 6) return Math.sign(x);
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (a + fraction);
  const erfc = Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction));
  return Math.sign(x) * (1 - erfc);
}
