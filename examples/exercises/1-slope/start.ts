/**
 * Exercise: write the central difference.
 *
 * The function below measures a slope with the points at x and at x + h. It has order 1: a tenth of the h gives a
 * tenth of the error. Let it use the points at x − h and at x + h, so that it has order 2: a tenth of the h gives a
 * hundredth of the error.
 */

/** The slope of f at x. */
export function slope(f: (x: number) => number, x: number, h: number): number {
  return (f(x + h) - f(x)) / h;
}
