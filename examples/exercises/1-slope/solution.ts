/**
 * Solution: write the central difference.
 *
 * The points at x − h and at x + h lie on either side of x, and the largest parts of their errors cancel. The
 * distance of the two points is 2h.
 */

/** The slope of f at x. */
export function slope(f: (x: number) => number, x: number, h: number): number {
  return (f(x + h) - f(x - h)) / (2 * h);
}
