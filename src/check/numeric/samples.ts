/** X */
import type { FloatArray } from '../../index.js';
import { balanced, type Line } from './differences.js';

/** Where a closer look is taken, and with what eyes. */
export interface Place {
  readonly line: Line;
  readonly base: FloatArray;
  /** The usual step, and half the distance from 1 to the next larger number. */
  readonly eps: number;
  readonly roundoff: number;
  /** How far along the line the nearest element of x becomes zero, where domains end and kinks are; Infinity if none does. */
  readonly zero: number;
  /** The largest number inside f that an output goes by, which is what coarse rounding goes by. */
  readonly inside: (row: number) => number;
}

export interface Rung {
  readonly right: ReturnType<Line>;
  readonly left: ReturnType<Line>;
  /** Below the usual steps. */
  readonly fine: boolean;
}

/** One output at one step to both sides. */
export interface Rise {
  /** f(x + h) − f(x) and f(x) − f(x − h). */
  readonly up: number;
  readonly down: number;
  /** How far x moved to the right (> 0) and to the left (< 0). */
  readonly right: number;
  readonly left: number;
  /** Slopes to either side. */
  readonly after: number;
  readonly before: number;
  /** The largest |f| of the three. */
  readonly size: number;
  readonly fine: boolean;
}

/** What a close look at one output of a line found. */
export interface Closer {
  /** The best estimate of the slope (for a corner: the mean of both sides). */
  readonly slope: number;
  /** How far off that may be. */
  readonly error: number;
  /** Slopes to either side; NaN where the function is not finite there. */
  readonly left: number;
  readonly right: number;
  readonly kind: 'smooth' | 'corner' | 'edge' | 'jump';
  /** A kink lies beside x, within reach of the wider steps; the slope is that of x's own side. */
  readonly beside?: boolean;
  /** The error is nothing beside the slopes nearby, or beside the rounding inside f, however small the slope itself. */
  readonly negligible?: boolean;
}

const STEPS = 10;

/** Steps below the usual ten, for functions that bend within a tiny x; rounding silences them everywhere else. */
export const FINEST = 2e-11;

/** How many steps below |x|, and how near to zero x must lie to need them. */
const INNER = 7;

export const NEAR = 1e-8;

/** Values at ever smaller steps: wide ones, good against rounding, to those good against curvature and nearby kinks. */
export function ladder({ line, eps, zero }: Place, finest: number): Rung[] {
  const rungs: Rung[] = [];
  const climb = (h: number, fine: boolean): void => {
    const right = line(h);
    const left = line(-h);
    if (right.reached > 0 && left.reached < 0) rungs.push({ right, left, fine });
  };
  let h = eps * 4 ** 6;
  for (let k = 0; k < STEPS || h > finest; k++, h /= 4) if (h <= 0.25) climb(h, k >= STEPS);
  if (zero > NEAR || finest === Infinity) return rungs;
  for (let k = 0, inner = Math.min(h, zero / 2); k < INNER; k++, inner /= 4) climb(inner, true);
  return rungs;
}

export const slopeOf = ({ before, after, left, right }: Rise): number => balanced(before, after, left, right);

export function riseOf(rungs: readonly Rung[], m: number, here: number): Rise[] {
  return rungs.map(({ right, left, fine }) => {
    const [up, down] = [right.values[m]! - here, here - left.values[m]!];
    const size = Math.max(Math.abs(here), Math.abs(right.values[m]!), Math.abs(left.values[m]!));
    const [after, before] = [up / right.reached, -down / left.reached];
    return { up, down, right: right.reached, left: left.reached, after, before, size, fine };
  });
}
