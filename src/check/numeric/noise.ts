/** Estimates how inaccurate the values of f are: by noise in their last digits, or by coarse rounding inside f. */
import type { Perturbed } from './differences.js';
import { type Difference, driftOf, slopeOf } from './samples.js';

/**
 * The noise of every output: how far its values lie from a smooth curve. The noise exceeds rounding where f computes
 * with fewer digits inside. It is estimated from fourth differences of eight values at equal distances, in which a
 * smooth curve cancels. All points lie on one side of x, because a kink at x is not noise. The noise is taken as 0 if
 * most neighbouring values are equal, because f is then flat or a staircase.
 * @see J. J. Moré and S. M. Wild, Estimating computational noise, SIAM J. Sci. Comput. 33 (2011), eq. 2.4
 */
export function noiseOn(perturbed: Perturbed, outputs: number, spacing: number): Float64Array {
  const points = Array.from({ length: 8 }, (_, k) => perturbed((k + 1) * spacing).values);
  return Float64Array.from({ length: outputs }, (_, m) => {
    let row = points.map((values) => values[m]!);
    const distinct = row.filter((value, k) => k > 0 && value !== row[k - 1]).length;
    if (distinct < row.length / 2) return 0;
    for (let order = 1; order <= 4; order++) row = row.slice(1).map((value, k) => value - row[k]!);
    const square = row.reduce((sum, value) => sum + value * value, 0) / row.length;
    return Math.sqrt(square / 70);
  });
}

/**
 * The grain of one output: the distance between neighbouring values of f, where it is more than the rounding of the
 * values. The cause is an op inside f that rounds numbers larger than the result, as 1 + e⁻ˣ in a saturated softmax.
 * The slopes then settle while the steps shrink, and scatter again where f changes by only a few grains, down to a
 * slope of exactly zero. 0 if the slopes do not behave in this way.
 * @param rounding the rounding of the largest number inside f
 */
export function grainOf(differences: readonly Difference[], rounding: number): number {
  const flat = 64 * rounding;
  const [last, before] = [differences.at(-1)!, differences.at(-2)!];
  const silent = [last.up, last.down, before.up, before.down].every((value) => value === 0);
  if (silent && differences.every(({ up, down }) => Math.abs(up) <= flat && Math.abs(down) <= flat))
    return flat;
  const slopes = differences.map(slopeOf);
  const drift = driftOf(slopes);
  let settled = 0;
  for (const [k, { after, before, fine }] of differences.entries()) {
    const oneWay = after * before > 0 && Math.abs(after - before) < Math.abs(slopes[k]!) / 2;
    if (!fine && oneWay && drift[k]! < Math.min(drift[settled]!, Math.abs(slopes[k]!) / 4)) settled = k;
  }
  if (settled === 0) return 0;
  const scatter = differences.map(({ right }, k) => (k > settled ? drift[k]! * right : 0));
  const grain = Math.max(...scatter);
  return grain <= 256 * rounding ? grain : 0;
}
