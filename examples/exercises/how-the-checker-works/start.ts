/**
 * Exercise: a checker of your own.
 *
 * `agrees` shall tell whether `slope` is the slope of f at x. Now it accepts wrong slopes of flat functions and rejects right
 * slopes of steep ones. Mend its difference, its step and its tolerance, so that an error of a ten-thousandth is noticed
 * and a right slope is accepted, for steep functions and flat ones, near 0 and far from it.
 */
export function agrees(f: (x: number) => number, slope: number, x: number): boolean {
  const h = 1e-3;
  const difference = (f(x + h) - f(x)) / h;
  return Math.abs(difference - slope) < 1e-4;
}
