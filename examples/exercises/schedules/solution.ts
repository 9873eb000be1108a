/**
 * Solution: a rate that rises and falls.
 *
 * The wave begins at t = warm and has steps − warm updates, and beyond the end it is asked for its end.
 */
import type { Schedule } from 'tapegrad/optim';

export function rate(peak: number, warm: number, steps: number): Schedule {
  return (t) => {
    if (t < warm) return (peak * t) / warm;
    const share = (Math.min(t, steps) - warm) / (steps - warm);
    return (peak * (1 + Math.cos(Math.PI * share))) / 2;
  };
}
