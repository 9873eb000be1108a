/** Power series of the circular and the hyperbolic functions, which differ in the sign of x² alone. */

/** y = Σ cₙ zⁿ */
export function polynomial(z: number, coefficients: readonly number[]): number {
  let y = 0;
  for (let n = coefficients.length - 1; n >= 0; n--) y = y * z + coefficients[n]!;
  return y;
}

/** sinh x − x for z = x², and sin x − x for z = −x²: z/3! + z²/5! + …, of which for |x| ≤ 1 the next term is below 2⁻⁵⁶. */
export function sineTail(x: number, z: number): number {
  const far = 1 / 39916800 + z * (1 / 6227020800 + z * (1 / 1307674368000 + z * (1 / 355687428096000)));
  return x * z * (1 / 6 + z * (1 / 120 + z * (1 / 5040 + z * (1 / 362880 + z * far))));
}

/** cosh x − 1 − x²/2 for z = x², and cos x − 1 + x²/2 for z = −x²: z²/4! + z³/6! + … */
export function cosineTail(z: number): number {
  const far = 1 / 479001600 + z * (1 / 87178291200 + z * (1 / 20922789888000));
  return z * z * (1 / 24 + z * (1 / 720 + z * (1 / 40320 + z * (1 / 3628800 + z * far))));
}
