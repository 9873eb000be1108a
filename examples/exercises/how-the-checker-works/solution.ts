/**
 * Solution: a checker of your own.
 *
 * The difference is central, the step fits float64 and grows with x, and the tolerance is relative.
 */
export function agrees(f: (x: number) => number, slope: number, x: number): boolean {
  const h = 6e-6 * Math.max(1, Math.abs(x));
  const difference = (f(x + h) - f(x - h)) / (2 * h);
  return Math.abs(difference - slope) < 1e-5 * Math.max(Math.abs(difference), Math.abs(slope));
}
