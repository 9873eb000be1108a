/**
 * Exercise: a rate that rises and falls.
 *
 * `rate` returns a schedule: a function of t, the number of updates that are done, which is 0 before the first. The rate shall
 * rise in a straight line from 0 to `peak`, which it has at t = `warm`, then fall along half a wave of the cosine to 0,
 * which it has at t = `steps`, and stay there. The one below has three faults.
 */
import type { Schedule } from 'tapegrad/optim';

export function rate(peak: number, warm: number, steps: number): Schedule {
  return (t) => {
    if (t < warm) return (peak * (t + 1)) / warm;
    return (peak * (1 + Math.cos((Math.PI * t) / steps))) / 2;
  };
}
